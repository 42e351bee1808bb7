// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Defaults of the configuration.
const (
	defaultEndpoint          = "127.0.0.1:2379"
	defaultDialTimeout       = 1 * time.Second
	defaultOpTimeout         = 3 * time.Second
	defaultSessionTTL        = 5
	defaultReconnectInterval = 2 * time.Second
)

// Config is the content of etcd.conf. Plain numbers for durations are
// nanoseconds.
type Config struct {
	// Endpoints of the cluster. If empty, the comma-separated environment
	// variable ETCD_ENDPOINTS, else ETCDV3_ENDPOINTS, else 127.0.0.1:2379.
	Endpoints []string `json:"endpoints"`
	// Username and Password, both or none.
	Username string `json:"username"`
	Password string `json:"password"`
	// DialTimeout bounds connecting, default 1 s.
	DialTimeout time.Duration `json:"dial-timeout"`
	// OpTimeout bounds each request, default 3 s.
	OpTimeout time.Duration `json:"operation-timeout"`
	// InsecureTransport ignores all TLS settings.
	InsecureTransport bool `json:"insecure-transport"`
	// InsecureSkipTLSVerify accepts any certificate of the server.
	InsecureSkipTLSVerify bool `json:"insecure-skip-tls-verify"`
	// Certfile, Keyfile: certificate of the client. CAfile: who may sign that of
	// the server. TLS is used if one of them is set.
	Certfile string `json:"cert-file"`
	Keyfile  string `json:"key-file"`
	CAfile   string `json:"ca-file"`
	// AutoCompact is the interval of compaction of the history, 0 is never.
	AutoCompact time.Duration `json:"auto-compact"`
	// ReconnectResync asks for a resync when a lost connection is back. What
	// was missed is delivered without it, too.
	ReconnectResync bool `json:"resync-after-reconnect"`
	// AllowDelayedStart starts the agent although etcd is down.
	AllowDelayedStart bool `json:"allow-delayed-start"`
	// ReconnectInterval is the longest pause between attempts to connect,
	// default 2 s.
	ReconnectInterval time.Duration `json:"reconnect-interval"`
	// SessionTTL is the life of lifetime keys after their writer is gone, in
	// seconds, default 5.
	SessionTTL int `json:"session-ttl"`
	// ExpandEnvVars replaces ${NAME} in values by environment variables. Also
	// on if ETCD_EXPAND_ENV_VARS is not empty.
	ExpandEnvVars bool `json:"expand-env-variables"`
}

// ClientConfig is what a connection is made with.
type ClientConfig struct {
	*clientv3.Config
	// OpTimeout bounds each request. 0 is 3 s.
	OpTimeout time.Duration
	// SessionTTL is the life of lifetime keys in seconds. 0 is 5.
	SessionTTL int
	// ExpandEnvVars replaces ${NAME} in values by environment variables.
	ExpandEnvVars bool
}

// ConfigToClient checks the configuration and fills in defaults. It reads the
// certificates.
func ConfigToClient(yc *Config) (*ClientConfig, error) {
	endpoints, _ := endpointsOf(yc)
	for _, ep := range endpoints {
		if strings.TrimSpace(ep) == "" {
			return nil, errors.New("endpoints: empty endpoint")
		}
	}
	for name, d := range map[string]time.Duration{
		"dial-timeout": yc.DialTimeout, "operation-timeout": yc.OpTimeout, "auto-compact": yc.AutoCompact,
		"reconnect-interval": yc.ReconnectInterval, "session-ttl": time.Duration(yc.SessionTTL),
	} {
		switch {
		case d < 0:
			return nil, fmt.Errorf("%s: %d is negative", name, d)
		case d > 0 && d < time.Millisecond && name != "session-ttl":
			return nil, fmt.Errorf("%s: %v is too short; a number without unit is nanoseconds, write it like 2s", name, d)
		}
	}
	if (yc.Username == "") != (yc.Password == "") {
		return nil, errors.New("username and password: one of them is missing")
	}
	tlsConfig, err := tlsConfigOf(yc)
	if err != nil {
		return nil, err
	}
	return &ClientConfig{
		Config: &clientv3.Config{
			Endpoints:   endpoints,
			DialTimeout: orDefault(yc.DialTimeout, defaultDialTimeout),
			Username:    yc.Username,
			Password:    yc.Password,
			TLS:         tlsConfig,
		},
		OpTimeout:     orDefault(yc.OpTimeout, defaultOpTimeout),
		SessionTTL:    orDefault(yc.SessionTTL, defaultSessionTTL),
		ExpandEnvVars: yc.ExpandEnvVars || os.Getenv("ETCD_EXPAND_ENV_VARS") != "",
	}, nil
}

func orDefault[T comparable](value, def T) T {
	var zero T
	if value == zero {
		return def
	}
	return value
}

// endpointsOf returns the endpoints and where they come from.
func endpointsOf(yc *Config) (endpoints []string, source string) {
	if len(yc.Endpoints) > 0 {
		return yc.Endpoints, "the configuration"
	}
	for _, name := range []string{"ETCD_ENDPOINTS", "ETCDV3_ENDPOINTS"} {
		if value := os.Getenv(name); value != "" {
			for endpoint := range strings.SplitSeq(value, ",") {
				endpoints = append(endpoints, strings.TrimSpace(endpoint))
			}
			return endpoints, name
		}
	}
	return []string{defaultEndpoint}, "default"
}

// tlsConfigOf returns nil for a connection in plain text.
func tlsConfigOf(yc *Config) (*tls.Config, error) {
	if yc.InsecureTransport || yc.Certfile == "" && yc.Keyfile == "" && yc.CAfile == "" {
		return nil, nil
	}
	cfg := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: yc.InsecureSkipTLSVerify,
	}
	switch {
	case yc.Certfile != "" && yc.Keyfile != "":
		cert, err := tls.LoadX509KeyPair(yc.Certfile, yc.Keyfile)
		if err != nil {
			return nil, fmt.Errorf("cert-file %q, key-file %q: %w", yc.Certfile, yc.Keyfile, err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	case yc.Certfile != "":
		return nil, fmt.Errorf("cert-file %q: key-file is missing", yc.Certfile)
	case yc.Keyfile != "":
		return nil, fmt.Errorf("key-file %q: cert-file is missing", yc.Keyfile)
	}
	if yc.CAfile != "" {
		pem, err := os.ReadFile(yc.CAfile)
		if err != nil {
			return nil, fmt.Errorf("ca-file: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca-file %q: no certificate in it", yc.CAfile)
		}
	}
	return cfg, nil
}
