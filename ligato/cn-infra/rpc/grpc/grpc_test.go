// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	grpc_prometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	client "github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/grpclog"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/flags"
	"go.ligato.io/cn-infra/v2/internal/freeaddr"
	"go.ligato.io/cn-infra/v2/logging/logrus"
	"go.ligato.io/cn-infra/v2/rpc/internal/certtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// start returns a plugin that serves the health service.
func start(t *testing.T, cfg Config, opts ...Option) *Plugin {
	t.Helper()
	if cfg.Endpoint == "" {
		cfg.Endpoint = freeaddr.Reserve(t)
	}
	p := NewPlugin(append([]Option{UseConf(cfg)}, opts...)...)
	serve(t, p)
	return p
}

func serve(t *testing.T, p *Plugin) {
	t.Helper()
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	// As a plugin does that depends on this one, in its Init.
	healthpb.RegisterHealthServer(p.GetServer(), health.NewServer())
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
}

func dial(t *testing.T, target string) healthpb.HealthClient {
	t.Helper()
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return healthpb.NewHealthClient(conn)
}

func call(t *testing.T, target string, md ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, md...)
	_, err := dial(t, target).Check(ctx, &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
	return err
}

func TestDisabledWithoutConfiguration(t *testing.T) {
	p := NewPlugin()
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if !p.IsDisabled() || p.GetServer() != nil {
		t.Errorf("disabled is %v, server is %v", p.IsDisabled(), p.GetServer())
	}
	if err := p.AfterInit(); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestServesFromFile(t *testing.T) {
	endpoint := freeaddr.Reserve(t)
	p := NewPlugin()
	p.Cfg = writeFile(t, "endpoint: "+endpoint+"\n")
	serve(t, p)
	if p.IsDisabled() {
		t.Error("the server is disabled")
	}
	if err := call(t, endpoint); err != nil {
		t.Error(err)
	}
}

func TestEndpointAndPort(t *testing.T) {
	if err := flags.Process.Parse(nil); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, port, file string
		conf             *Config
		endpoint         string // empty if disabled
	}{
		{"ep-none", "", "", nil, ""},
		{"ep-port", "8080", "", nil, "0.0.0.0:8080"},
		{"ep-not-a-port", "tcp://10.0.0.1:80", "", nil, ""},
		{"ep-empty-port", "", "", &Config{}, "0.0.0.0:9111"},
		{"ep-file", "", "endpoint: 127.0.0.1:1", &Config{Endpoint: "127.0.0.1:2"}, "127.0.0.1:1"},
		{"ep-file-without-endpoint", "", "max-msg-size: 5000", nil, "0.0.0.0:9111"},
		{"ep-empty-file", "", "# nothing", nil, "0.0.0.0:9111"},
		{"ep-conf", "", "max-msg-size: 5000", &Config{Endpoint: "127.0.0.1:2"}, "127.0.0.1:2"},
		{"ep-port-over-file", "8080", "endpoint: 127.0.0.1:1", nil, "127.0.0.1:8080"},
		{"ep-port-and-socket", "8080", "{endpoint: /run/s, network: unix}", nil, "/run/s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(strings.ToUpper(strings.ReplaceAll(test.name, "-", "_"))+"_PORT", test.port)
			opts := []Option{UseDeps(func(d *Deps) { d.SetName(test.name) })}
			if test.conf != nil {
				opts = append(opts, UseConf(*test.conf))
			}
			p := NewPlugin(opts...)
			config.DefineFlagsFor(test.name)
			if test.file != "" {
				p.Cfg = writeFile(t, test.file+"\n")
			}
			if err := p.Init(); err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if p.IsDisabled() != (test.endpoint == "") {
				t.Fatalf("disabled is %v", p.IsDisabled())
			}
			if !p.IsDisabled() && p.Endpoint != test.endpoint {
				t.Errorf("endpoint is %s, want %s", p.Endpoint, test.endpoint)
			}
		})
	}
}

func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	p := NewPlugin(UseConf(Config{Endpoint: taken.Addr().String()}))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	err = p.AfterInit()
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("AfterInit() = %v, want an error that names the address", err)
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Errorf("Close() after a failed start = %v", err)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "agent.sock")
	cfg := Config{Network: "unix", Endpoint: path, Permission: 660}

	p := start(t, cfg)
	if err := call(t, "unix:"+path); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}

	other := NewPlugin(UseConf(cfg))
	if err := other.Init(); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.AfterInit(); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("AfterInit() beside a server on the socket = %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestForceSocketRemoval(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "left.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()

	start(t, Config{Network: "unix", Endpoint: socket, ForceSocketRemoval: true})
	if err := call(t, "unix:"+socket); err != nil {
		t.Error(err)
	}

	precious := filepath.Join(dir, "file")
	if err := os.WriteFile(precious, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(&Config{Network: "unix", Endpoint: precious, ForceSocketRemoval: true}); err == nil {
		t.Error("a file that is no socket is no error")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("a file that is no socket was removed: %v", err)
	}
}

// A stream that does not end by itself does not keep Close from returning.
func TestCloseIsBounded(t *testing.T) {
	p := start(t, Config{})
	stream, err := dial(t, p.Endpoint).Watch(context.Background(), &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := stream.Recv(); err == nil {
		t.Error("the stream goes on")
	}
}

func TestListenAndServe(t *testing.T) {
	srv := grpc.NewServer()
	healthpb.RegisterHealthServer(srv, health.NewServer())
	listener, err := ListenAndServe(&Config{Endpoint: "127.0.0.1:0"}, srv)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	if err := call(t, listener.Addr().String()); err != nil {
		t.Error(err)
	}
	if _, err := ListenAndServe(&Config{Endpoint: "nowhere"}, srv); err == nil {
		t.Error("an endpoint that is none is no error")
	}
}

func TestOptionsAfterConstruction(t *testing.T) {
	metrics := grpc_prometheus.NewServerMetrics()
	p := NewPlugin(UseConf(Config{Endpoint: freeaddr.Reserve(t)}))
	UsePromMetrics(metrics)(p)
	serve(t, p)
	if err := call(t, p.Endpoint); err != nil {
		t.Fatal(err)
	}
	registry := client.NewRegistry()
	registry.MustRegister(metrics)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "grpc_server_handled_total" {
			total := 0.0
			for _, metric := range family.GetMetric() {
				total += metric.GetCounter().GetValue()
			}
			if total != 1 {
				t.Errorf("%v calls are counted", total)
			}
			return
		}
	}
	t.Error("calls are not counted")
}

func TestRateLimit(t *testing.T) {
	p := start(t, Config{}, UseRateLimiter(rate.NewLimiter(0, 1)))
	if err := call(t, p.Endpoint); err != nil {
		t.Error(err)
	}
	if err := call(t, p.Endpoint); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("unary call above the rate: %v", err)
	}
	stream, err := dial(t, p.Endpoint).Watch(context.Background(), &healthpb.HealthCheckRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("stream above the rate: %v", err)
	}
}

func TestMaxMsgSize(t *testing.T) {
	p := start(t, Config{MaxMsgSize: 100, MaxConcurrentStreams: 10})
	_, err := dial(t, p.Endpoint).Check(context.Background(),
		&healthpb.HealthCheckRequest{Service: strings.Repeat("x", 200)}, grpc.WaitForReady(true))
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("large message: %v", err)
	}
}

func TestTLS(t *testing.T) {
	certFile, keyFile, cert := certtest.New(t)
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	check := func(p *Plugin, c *tls.Config) error {
		conn, err := grpc.NewClient(p.Endpoint, grpc.WithTransportCredentials(credentials.NewTLS(c)))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
		return err
	}
	fromFiles := start(t, Config{Certfile: certFile, Keyfile: keyFile, CAfiles: []string{certFile}})
	if err := check(fromFiles, &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}); err != nil {
		t.Errorf("with a certificate: %v", err)
	}
	if err := check(fromFiles, &tls.Config{RootCAs: roots}); err == nil {
		t.Error("without a certificate there is an answer")
	}
	fromOption := start(t, Config{}, UseTLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
	if err := check(fromOption, &tls.Config{RootCAs: roots}); err != nil {
		t.Errorf("with TLS by an option: %v", err)
	}
	plain := start(t, Config{Certfile: certFile, Keyfile: keyFile, InsecureTransport: true})
	if err := call(t, plain.Endpoint); err != nil {
		t.Errorf("with TLS switched off: %v", err)
	}
	for _, file := range []string{keyFile, "missing.pem"} {
		err := NewPlugin(UseConf(Config{Certfile: certFile, Keyfile: keyFile, CAfiles: []string{file}})).Init()
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("authority %s: Init() = %v", file, err)
		}
	}
}

// A call that is being handled ends before the server does.
func TestStopLetsCallsEnd(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	p := start(t, Config{}, UseServerOpts(grpc.UnaryInterceptor(
		func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			close(entered)
			<-release
			return handler(ctx, req)
		})))
	answered := make(chan error)
	go func() { answered <- call(t, p.Endpoint) }()
	<-entered
	stopped := make(chan struct{})
	go func() {
		stop(p.server, time.Minute)
		close(stopped)
	}()
	close(release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	<-stopped
}

func TestLibraryLogger(t *testing.T) {
	var out bytes.Buffer
	log := logrus.NewLogger("grpc-test")
	log.SetOutput(&out)
	var library grpclog.LoggerV2 = libraryLogger{log}
	library.Warningf("trouble %d", 1)
	library.Warning("trouble ", 2)
	library.Warningln("trouble", 3)
	if got := strings.Count(out.String(), "level=warning"); got != 3 {
		t.Errorf("%d warnings in %s", got, out.String())
	}
	if !library.V(maxVerbosity) || library.V(maxVerbosity+1) {
		t.Error("verbosity is wrong")
	}
}
