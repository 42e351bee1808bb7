// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/net/netutil"
	"google.golang.org/grpc"

	"go.ligato.io/cn-infra/v2/logging"
)

// maxConnections bounds the open connections; more wait to be accepted.
const maxConnections = 512

// ListenAndServe has srv serve at the endpoint of cfg and returns once it
// listens. It does not apply the settings of cfg that are about the server
// itself. The caller stops srv, which closes the listener.
func ListenAndServe(cfg *Config, srv *grpc.Server) (netListener net.Listener, err error) {
	fixed := *cfg
	if err := fixed.fix(); err != nil {
		return nil, err
	}
	netListener, err = listen(&fixed)
	if err != nil {
		return nil, err
	}
	go func() {
		if err := srv.Serve(netListener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			logging.Errorf("gRPC server on %s has stopped: %v", netListener.Addr(), err)
		}
	}()
	return netListener, nil
}

// listen opens the endpoint of cfg.
func listen(cfg *Config) (net.Listener, error) {
	if cfg.isUnix() {
		if err := prepareSocket(cfg); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen(cfg.Network, cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint %s: %w", cfg.Endpoint, err)
	}
	if cfg.isUnix() {
		mode, err := cfg.socketMode()
		if err == nil {
			err = os.Chmod(cfg.Endpoint, mode)
		}
		if err != nil {
			listener.Close()
			return nil, fmt.Errorf("permission: %w", err)
		}
	}
	return netutil.LimitListener(listener, maxConnections), nil
}

// prepareSocket creates the folder of the socket and, if so configured,
// removes a socket that is in the way. It never removes another kind of file.
func prepareSocket(cfg *Config) error {
	if err := os.MkdirAll(filepath.Dir(cfg.Endpoint), 0o755); err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	if !cfg.ForceSocketRemoval {
		return nil
	}
	info, err := os.Lstat(cfg.Endpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("endpoint: %s exists and is not a socket", cfg.Endpoint)
	}
	if err := os.Remove(cfg.Endpoint); err != nil {
		return fmt.Errorf("endpoint: %w", err)
	}
	return nil
}
