// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"fmt"
	"time"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/infra"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

// fileConfig is what may stand in the configuration file. Several settings
// have two spellings: deployments have files made from either of them.
type fileConfig struct {
	Disabled *bool   `json:"disabled"`
	Disable  *bool   `json:"disable"`
	Endpoint *string `json:"endpoint"`

	ReadTimeout        *time.Duration `json:"readtimeout"`
	ReadTimeout2       *time.Duration `json:"read-timeout"`
	ReadHeaderTimeout  *time.Duration `json:"readheadertimeout"`
	ReadHeaderTimeout2 *time.Duration `json:"read-header-timeout"`
	WriteTimeout       *time.Duration `json:"writetimeout"`
	WriteTimeout2      *time.Duration `json:"write-timeout"`
	IdleTimeout        *time.Duration `json:"idletimeout"`
	IdleTimeout2       *time.Duration `json:"idle-timeout"`
	MaxHeaderBytes     *int           `json:"maxheaderbytes"`
	MaxHeaderBytes2    *int           `json:"max-header-bytes"`
	ServerCertfile     *string        `json:"server-cert-file"`
	ServerKeyfile      *string        `json:"server-key-file"`
	ClientCerts        *[]string      `json:"client-cert-files"`
	ClientBasicAuth    *[]string      `json:"client-basic-auth"`
	EnableTokenAuth    *bool          `json:"enable-token-auth"`
	TokenExpiration    *time.Duration `json:"token-expiration"`
	Users              []fileUser     `json:"users"`
	PasswordHashCost   *int           `json:"password-hash-cost"`
	SignKey            *string        `json:"sign-key"`
	SignKey2           *string        `json:"token-signature"`
	RateLimiter        *fileRateLimit `json:"rate-limiter"`
}

type fileUser struct {
	Name         string   `json:"name"`
	Password     string   `json:"password"`
	PasswordHash string   `json:"password_hash"`
	Permissions  []string `json:"permissions"`
}

type fileRateLimit struct {
	Limit    float64 `json:"limit"`
	MaxBurst int     `json:"burst"`
}

// PluginConfig lays the configuration file of the named plugin over cfg and
// sets what then has no value to its default. Without a file, only the latter.
func PluginConfig(pluginCfg config.PluginConfig, cfg *Config, pluginName infra.PluginName) error {
	if pluginCfg != nil {
		var file fileConfig
		if _, err := pluginCfg.LoadValue(&file); err != nil {
			return fmt.Errorf("%s: %w", pluginName, err)
		}
		file.applyTo(cfg)
	}
	FixConfig(cfg)
	return nil
}

func (file *fileConfig) applyTo(cfg *Config) {
	assign(&cfg.Disabled, file.Disabled, file.Disable)
	assign(&cfg.Endpoint, file.Endpoint)
	assign(&cfg.ReadTimeout, file.ReadTimeout, file.ReadTimeout2)
	assign(&cfg.ReadHeaderTimeout, file.ReadHeaderTimeout, file.ReadHeaderTimeout2)
	assign(&cfg.WriteTimeout, file.WriteTimeout, file.WriteTimeout2)
	assign(&cfg.IdleTimeout, file.IdleTimeout, file.IdleTimeout2)
	assign(&cfg.MaxHeaderBytes, file.MaxHeaderBytes, file.MaxHeaderBytes2)
	assign(&cfg.ServerCertfile, file.ServerCertfile)
	assign(&cfg.ServerKeyfile, file.ServerKeyfile)
	assign(&cfg.ClientCerts, file.ClientCerts)
	assign(&cfg.ClientBasicAuth, file.ClientBasicAuth)
	assign(&cfg.EnableTokenAuth, file.EnableTokenAuth)
	assign(&cfg.TokenExpiration, file.TokenExpiration)
	assign(&cfg.PasswordHashCost, file.PasswordHashCost)
	assign(&cfg.SignKey, file.SignKey, file.SignKey2)

	if file.Users != nil {
		cfg.Users = make([]access.User, len(file.Users))
		for i, user := range file.Users {
			u := &cfg.Users[i]
			u.Name, u.Password, u.Permissions = user.Name, user.Password, user.Permissions
			if u.Password == "" {
				u.Password = user.PasswordHash
			}
		}
	}
	if limit := file.RateLimiter; limit != nil {
		cfg.RateLimiter = &struct {
			Limit    float64 `json:"limit"`
			MaxBurst int     `json:"burst"`
		}{limit.Limit, limit.MaxBurst}
	}
}

// assign sets dst to each value that is there, so that the last one counts.
func assign[T any](dst *T, values ...*T) {
	for _, value := range values {
		if value != nil {
			*dst = *value
		}
	}
}
