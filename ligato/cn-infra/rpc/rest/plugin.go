// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/time/rate"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/conffile"
	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

// shutdownTimeout is how long Close waits for requests that are being handled.
const shutdownTimeout = time.Second

// Plugin is the HTTP server of an agent. It implements HTTPHandlers.
type Plugin struct {
	Deps
	*Config

	routes   routes
	limiters *limiters

	mu     sync.Mutex
	server *server // while it listens
}

// Deps are the dependencies of Plugin.
type Deps struct {
	infra.PluginDeps

	// Authenticator decides on the credentials of requests; optional.
	Authenticator BasicHTTPAuthenticator
}

// Init reads the configuration. It does not listen yet: plugins that are
// initialised later have handlers to register first.
func (p *Plugin) Init() (err error) {
	cfg := &Config{}
	if p.Config != nil {
		*cfg = *p.Config
	}
	if err := PluginConfig(p.Cfg, cfg, p.PluginName); err != nil {
		return err
	}
	port, given, err := portflag.Get(p.String())
	if err != nil {
		p.Log.Warnf("port is ignored: %v", err)
	}
	if given {
		if cfg.Endpoint, err = portflag.Replace(cfg.Endpoint, port); err != nil {
			return fmt.Errorf("%s: endpoint: %w", p.String(), err)
		}
	}
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("%s: %w", p.String(), conffile.Error(p.Cfg, err))
	}
	p.Config = cfg

	if p.Authenticator == nil && len(cfg.ClientBasicAuth) > 0 {
		if p.Authenticator, err = newStaticAuthenticator(cfg.ClientBasicAuth); err != nil {
			return fmt.Errorf("%s: %w", p.String(), conffile.Error(p.Cfg, err))
		}
	}
	if p.limiters == nil && cfg.RateLimiter != nil {
		p.limiters = newLimiters(rate.Limit(cfg.RateLimiter.Limit), cfg.RateLimiter.MaxBurst)
	}
	if p.Authenticator != nil {
		p.routes.use(authenticate(p.Authenticator))
	}
	if p.limiters != nil {
		p.routes.use(p.limiters.limit)
	}
	return nil
}

// AfterInit starts the server. It fails if the address cannot be listened on.
func (p *Plugin) AfterInit() (err error) {
	if p.Disabled {
		p.Log.Info("HTTP server is disabled")
		return nil
	}
	s, err := listen(p.Config, &p.routes, p.Log)
	if err != nil {
		return fmt.Errorf("%s: %w", p.String(), err)
	}
	p.mu.Lock()
	p.server = s
	p.mu.Unlock()

	scheme := "http"
	if p.UseHTTPS() {
		scheme = "https"
	}
	p.Log.Infof("HTTP server listens on %s://%s", scheme, s.Addr())
	return nil
}

// Close stops the server, after a short wait for requests that are being
// handled.
func (p *Plugin) Close() error {
	p.mu.Lock()
	s := p.server
	p.server = nil
	p.mu.Unlock()

	if s == nil {
		return nil
	}
	return s.close(shutdownTimeout)
}

// RegisterHTTPHandler implements HTTPHandlers.
func (p *Plugin) RegisterHTTPHandler(path string, provider HandlerProvider, methods ...string) *mux.Route {
	return p.routes.register(path, provider, methods)
}

// RegisterPermissionGroup implements HTTPHandlers. Since there is no token
// authentication, it has no effect.
func (p *Plugin) RegisterPermissionGroup(group ...*access.PermissionGroup) {}

// GetPort implements HTTPHandlers.
func (p *Plugin) GetPort() int {
	p.mu.Lock()
	s := p.server
	p.mu.Unlock()

	switch {
	case s != nil:
		return portflag.Of(s.Addr().String())
	case p.Config != nil && p.Disabled:
		return 0
	}
	return p.Config.GetPort()
}

// ListenAndServe starts a server for handler and returns it once it listens.
// The bounds that the plugin puts on clients apply; authentication and rate
// limits do not. The caller closes the server.
func ListenAndServe(config Config, handler http.Handler) (srv *http.Server, err error) {
	FixConfig(&config)
	if err := config.validate(); err != nil {
		return nil, err
	}
	s, err := listen(&config, handler, nil)
	if err != nil {
		return nil, err
	}
	return s.http, nil
}
