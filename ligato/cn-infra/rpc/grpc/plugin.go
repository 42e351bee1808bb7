// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	grpc_prometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/conffile"
	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
)

const (
	// stopTimeout is how long Close waits for calls that are being handled.
	// Streams that follow events do not end by themselves.
	stopTimeout = time.Second

	// connectionTimeout bounds the handshakes of a new connection.
	connectionTimeout = 10 * time.Second
	// A connection that was silent for keepaliveTime is asked for a sign of
	// life and closed if there is none within keepaliveTimeout.
	keepaliveTime    = time.Minute
	keepaliveTimeout = 20 * time.Second
)

// Plugin is the gRPC server of an agent. It implements Server.
type Plugin struct {
	Deps
	*Config

	auth       *Authenticator
	tlsConfig  *tls.Config
	serverOpts []grpc.ServerOption
	metrics    *grpc_prometheus.ServerMetrics
	limiter    *rate.Limiter

	disabled bool
	server   *grpc.Server
	served   chan struct{} // closed when the server has stopped; nil before it listens
}

// Deps are the dependencies of Plugin.
type Deps struct {
	infra.PluginDeps
}

// Init reads the configuration and creates the server, unless it is disabled.
func (p *Plugin) Init() (err error) {
	if err := p.configure(); err != nil {
		return fmt.Errorf("%s: %w", p.String(), err)
	}
	if p.disabled {
		p.Log.Info("gRPC server is disabled: there is no configuration for it")
		return nil
	}
	if p.ExtendedLogging {
		libraryLogging()
	}
	opts, err := p.options()
	if err != nil {
		return fmt.Errorf("%s: %w", p.String(), err)
	}
	p.server = grpc.NewServer(opts...)
	return nil
}

// configure sets Config and disabled from the file, the options and the flag.
func (p *Plugin) configure() error {
	cfg := &Config{}
	enabled := p.Config != nil
	if enabled {
		*cfg = *p.Config
	}
	found, err := load(p.Cfg, cfg)
	if err != nil {
		return err
	}
	port, given, err := portflag.Get(p.String())
	if err != nil {
		p.Log.Warnf("port is ignored: %v", err)
	}
	if !enabled && !found && !given {
		p.disabled = true
		return nil
	}
	if err := cfg.fix(); err != nil {
		return conffile.Error(p.Cfg, err)
	}
	switch {
	case given && cfg.isUnix():
		p.Log.Warnf("port %d is ignored: the server listens on the socket %s", port, cfg.Endpoint)
	case given:
		if cfg.Endpoint, err = portflag.Replace(cfg.Endpoint, port); err != nil {
			return fmt.Errorf("endpoint: %w", err)
		}
	}
	p.Config = cfg
	return nil
}

// options returns the options of the server. Calls pass the interceptors in
// the order in which they are here, those of UseServerOpts last.
func (p *Plugin) options() ([]grpc.ServerOption, error) {
	opts := []grpc.ServerOption{
		grpc.ConnectionTimeout(connectionTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: keepaliveTime, Timeout: keepaliveTimeout}),
	}
	if p.MaxMsgSize > 0 {
		opts = append(opts, grpc.MaxRecvMsgSize(p.MaxMsgSize))
	}
	if p.MaxConcurrentStreams > 0 {
		opts = append(opts, grpc.MaxConcurrentStreams(p.MaxConcurrentStreams))
	}

	if p.tlsConfig == nil {
		tlsConfig, err := p.tls()
		if err != nil {
			return nil, err
		}
		p.tlsConfig = tlsConfig
	}
	if p.tlsConfig != nil {
		opts = append(opts, grpc.Creds(credentials.NewTLS(p.tlsConfig)))
	}

	if p.limiter != nil {
		opts = append(opts,
			grpc.ChainUnaryInterceptor(UnaryServerInterceptorLimiter(p.limiter)),
			grpc.ChainStreamInterceptor(StreamServerInterceptorLimiter(p.limiter)))
	}
	if p.auth != nil {
		opts = append(opts,
			grpc.ChainUnaryInterceptor(p.auth.unary),
			grpc.ChainStreamInterceptor(p.auth.stream))
	}
	if p.metrics == nil && p.PrometheusMetrics {
		p.metrics = grpc_prometheus.DefaultServerMetrics
	}
	if p.metrics != nil {
		opts = append(opts,
			grpc.ChainUnaryInterceptor(p.metrics.UnaryServerInterceptor()),
			grpc.ChainStreamInterceptor(p.metrics.StreamServerInterceptor()))
	}
	return append(opts, p.serverOpts...), nil
}

// AfterInit starts the server. It fails if the address cannot be listened on.
func (p *Plugin) AfterInit() (err error) {
	if p.disabled {
		return nil
	}
	if p.metrics != nil {
		p.metrics.InitializeMetrics(p.server)
	}
	listener, err := listen(p.Config)
	if err != nil {
		return fmt.Errorf("%s: %w", p.String(), err)
	}
	p.served = make(chan struct{})
	go func() {
		defer close(p.served)
		if err := p.server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			p.Log.Errorf("gRPC server on %s has stopped: %v", listener.Addr(), err)
		}
	}()
	p.Log.Infof("gRPC server listens on %s://%s", p.Network, listener.Addr())
	return nil
}

// Close stops the server, after a short wait for calls that are being handled.
func (p *Plugin) Close() error {
	if p.server == nil {
		return nil
	}
	stop(p.server, stopTimeout)
	if p.served != nil {
		<-p.served
	}
	return nil
}

// stop stops server, after a wait of at most timeout for calls that are being
// handled.
func stop(server *grpc.Server, timeout time.Duration) {
	stopped := make(chan struct{})
	go func() {
		server.GracefulStop()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(timeout):
		server.Stop()
		<-stopped
	}
}

// GetServer implements Server.
func (p *Plugin) GetServer() *grpc.Server {
	return p.server
}

// IsDisabled implements Server.
func (p *Plugin) IsDisabled() bool {
	return p.disabled
}
