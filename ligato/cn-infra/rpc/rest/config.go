// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"errors"
	"fmt"
	"time"

	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

const (
	// DefaultHost is the address on which the server listens by default.
	DefaultHost = "0.0.0.0"
	// DefaultHTTPPort is the port on which the server listens by default.
	DefaultHTTPPort = "9191"
	// DefaultEndpoint is where the server listens by default.
	DefaultEndpoint = DefaultHost + ":" + DefaultHTTPPort
)

// Defaults of the timeouts. The time to write starts with the request, so it
// includes that of the handler; it is long because a handler may wait for a
// transaction.
const (
	defaultReadHeaderTimeout = 10 * time.Second
	defaultReadTimeout       = time.Minute
	defaultWriteTimeout      = 5 * time.Minute
	defaultIdleTimeout       = 2 * time.Minute
)

// Config is the configuration of the server. Of the timeouts, 0 stands for the
// default and a negative value for no timeout.
type Config struct {
	// Disabled means that there is no server. Handlers may still be registered.
	Disabled bool

	// Endpoint is where to listen, host:port. Empty is DefaultEndpoint.
	Endpoint string

	// ReadTimeout bounds the reading of a request with its body, 1 minute by
	// default.
	ReadTimeout time.Duration
	// ReadHeaderTimeout bounds the reading of the header of a request, 10
	// seconds by default.
	ReadHeaderTimeout time.Duration
	// WriteTimeout bounds the handling and answering of a request, 5 minutes
	// by default.
	WriteTimeout time.Duration
	// IdleTimeout bounds the wait for the next request of a connection, 2
	// minutes by default.
	IdleTimeout time.Duration

	// MaxHeaderBytes bounds the size of the header of a request in bytes; 0 is
	// the default of net/http.
	MaxHeaderBytes int

	// ServerCertfile and ServerKeyfile are the certificate and the key of the
	// server in PEM. With both the server speaks HTTPS.
	ServerCertfile string
	ServerKeyfile  string

	// ClientCerts are files with certificates of authorities in PEM. If there
	// are any, a client must show a certificate of one of them.
	ClientCerts []string

	// ClientBasicAuth are users with their passwords, "user:password", divided
	// at the first colon. If there are any, requests must be authenticated.
	ClientBasicAuth []string

	// EnableTokenAuth asks for token authentication, which is not implemented:
	// it makes the start fail.
	EnableTokenAuth bool
	// TokenExpiration, Users, PasswordHashCost and SignKey belong to token
	// authentication.
	TokenExpiration  time.Duration
	Users            []access.User
	PasswordHashCost int
	SignKey          string

	// RateLimiter bounds the requests of each user or, without authentication,
	// of each client address. Nil is no bound.
	RateLimiter *struct {
		// Limit is the number of requests per second.
		Limit float64 `json:"limit"`
		// MaxBurst is the number of requests that may come at once.
		MaxBurst int `json:"burst"`
	}
}

// DefaultConfig returns a new configuration with all defaults.
func DefaultConfig() *Config {
	cfg := &Config{}
	FixConfig(cfg)
	return cfg
}

// FixConfig sets the fields of cfg that have no value to their defaults.
func FixConfig(cfg *Config) {
	if cfg.Endpoint == "" {
		cfg.Endpoint = DefaultEndpoint
	}
	for _, timeout := range []struct {
		field        *time.Duration
		defaultValue time.Duration
	}{
		{&cfg.ReadTimeout, defaultReadTimeout},
		{&cfg.ReadHeaderTimeout, defaultReadHeaderTimeout},
		{&cfg.WriteTimeout, defaultWriteTimeout},
		{&cfg.IdleTimeout, defaultIdleTimeout},
	} {
		if *timeout.field == 0 {
			*timeout.field = timeout.defaultValue
		}
	}
}

// GetPort returns the port of the endpoint, 0 if there is none.
func (cfg *Config) GetPort() int {
	if cfg == nil || cfg.Endpoint == "" {
		return portflag.Of(DefaultEndpoint)
	}
	return portflag.Of(cfg.Endpoint)
}

// UseHTTPS reports whether the server speaks HTTPS.
func (cfg *Config) UseHTTPS() bool {
	return cfg != nil && cfg.ServerCertfile != "" && cfg.ServerKeyfile != ""
}

// errTokenAuth is what asking for token authentication gets. To ignore it
// would leave the server open to everybody.
var errTokenAuth = errors.New("token authentication is not supported: use client-basic-auth or client-cert-files")

// validate refuses configurations that would not do what they say. Errors name
// the key in the file.
func (cfg *Config) validate() error {
	if cfg.EnableTokenAuth {
		return fmt.Errorf("enable-token-auth: %w", errTokenAuth)
	}
	if cfg.Disabled {
		return nil
	}
	if err := portflag.Check(cfg.Endpoint); err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	if (cfg.ServerCertfile == "") != (cfg.ServerKeyfile == "") {
		return errors.New("server-cert-file and server-key-file: only one of them is set")
	}
	if len(cfg.ClientCerts) > 0 && !cfg.UseHTTPS() {
		return errors.New("client-cert-files: needs server-cert-file and server-key-file")
	}
	if limit := cfg.RateLimiter; limit != nil && (limit.Limit <= 0 || limit.MaxBurst < 1) {
		return fmt.Errorf("rate-limiter: limit %v and burst %d must be positive", limit.Limit, limit.MaxBurst)
	}
	return nil
}
