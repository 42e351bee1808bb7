// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"go.ligato.io/cn-infra/v2/logging"
)

const (
	// maxBodyBytes bounds the body of a request. Configuration of 10,000
	// interfaces is well below it.
	maxBodyBytes = 4 << 20

	// maxConnections bounds the open connections; more wait to be accepted.
	maxConnections = 512
)

// server is an HTTP server that listens.
type server struct {
	http     *http.Server
	listener net.Listener
	served   chan struct{} // closed when the server has stopped
}

// listen starts a server for handler. A nil log stands for the default logger.
func listen(cfg *Config, handler http.Handler, log logging.Logger) (*server, error) {
	if log == nil {
		log = logging.DefaultLogger
	}
	s := &server{
		http: &http.Server{
			Handler:           limitBody(handler),
			ReadTimeout:       cfg.ReadTimeout,
			ReadHeaderTimeout: cfg.ReadHeaderTimeout,
			WriteTimeout:      cfg.WriteTimeout,
			IdleTimeout:       cfg.IdleTimeout,
			MaxHeaderBytes:    cfg.MaxHeaderBytes,
			ErrorLog:          errorLog(log),
		},
		served: make(chan struct{}),
	}
	if cfg.UseHTTPS() {
		tlsConfig, err := tlsConfig(cfg)
		if err != nil {
			return nil, err
		}
		s.http.TLSConfig = tlsConfig
	}
	listener, err := net.Listen("tcp", cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint %s: %w", cfg.Endpoint, err)
	}
	s.listener = netutil.LimitListener(listener, maxConnections)

	go func() {
		defer close(s.served)
		serve := s.http.Serve
		if s.http.TLSConfig != nil {
			serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
		}
		if err := serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			log.Errorf("HTTP server on %s has stopped: %v", listener.Addr(), err)
		}
	}()
	return s, nil
}

// Addr returns where the server listens.
func (s *server) Addr() net.Addr {
	return s.listener.Addr()
}

// close stops listening, waits at most timeout for requests that are being
// handled, and then closes their connections.
func (s *server) close(timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()

	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.served
	return err
}

// limitBody refuses requests with a body above maxBodyBytes: at once if the
// length is announced, otherwise by an error when the handler reads beyond it.
func limitBody(next http.Handler) http.Handler {
	limited := http.MaxBytesHandler(next, maxBodyBytes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBodyBytes {
			// Not to read the body means not to keep the connection.
			w.Header().Set("Connection", "close")
			http.Error(w, fmt.Sprintf("request body exceeds %d bytes", maxBodyBytes), http.StatusRequestEntityTooLarge)
			return
		}
		limited.ServeHTTP(w, r)
	})
}

func tlsConfig(cfg *Config) (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(cfg.ServerCertfile, cfg.ServerKeyfile)
	if err != nil {
		return nil, fmt.Errorf("server-cert-file %s, server-key-file %s: %w", cfg.ServerCertfile, cfg.ServerKeyfile, err)
	}
	c := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{cert},
	}
	if len(cfg.ClientCerts) == 0 {
		return c, nil
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	c.ClientCAs = x509.NewCertPool()
	for _, file := range cfg.ClientCerts {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("client-cert-files: %w", err)
		}
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("client-cert-files: no certificate in %s", file)
		}
	}
	return c, nil
}

// errorLog returns a logger for the messages of net/http: a handler that
// panicked is an error, trouble with a client is a warning.
func errorLog(to logging.Logger) *log.Logger {
	return log.New(writerFunc(func(text []byte) (int, error) {
		msg := strings.TrimSuffix(string(text), "\n")
		if strings.HasPrefix(msg, "http: panic ") {
			to.Error(msg)
		} else {
			to.Warn(msg)
		}
		return len(text), nil
	}), "", 0)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
