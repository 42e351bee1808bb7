// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package embeddedetcd

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.ligato.io/cn-infra/v2/logging"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// readyTimeout bounds the start of the server. A store of one member with
// little data is ready in well under a second; replaying a large one from a
// slow disk takes longer.
const readyTimeout = time.Minute

var errNotReady = errors.New("not ready in time")

// ErrDataInUse is returned by Init if a server runs on the folder of the data.
var ErrDataInUse = errors.New("another etcd uses the data folder")

type server struct {
	etcd     *embed.Etcd
	output   *output
	endpoint string
	dataDir  string
}

func start(cfg Config, log logging.Logger) (*server, error) {
	if err := checkFree(cfg.Endpoint); err != nil {
		return nil, err
	}
	if err := makeDataDir(cfg.DataDir); err != nil {
		return nil, err
	}
	if err := checkUnused(cfg.DataDir); err != nil {
		return nil, err
	}
	out := &output{log: log}
	e, err := embed.StartEtcd(embedConfig(cfg, out.zapLogger()))
	if err != nil {
		return nil, fmt.Errorf("start with data in %s: %w", cfg.DataDir, err)
	}
	s := &server{etcd: e, output: out, dataDir: cfg.DataDir, endpoint: e.Clients[0].Addr().String()}
	select {
	case <-e.Server.ReadyNotify():
		return s, nil
	case err = <-e.Err():
	case <-time.After(readyTimeout):
		err = errNotReady
	}
	s.stop()
	return nil, fmt.Errorf("start with data in %s: %w", cfg.DataDir, err)
}

// stop closes the server. That its listeners are closed then is no error.
func (s *server) stop() {
	s.output.silent.Store(true)
	s.etcd.Close()
}

// checkFree gives the clear error for the common case that an etcd runs on
// the host already. It binds and lets go, so it cannot replace the server's
// own check.
func checkFree(endpoint string) error {
	l, err := net.Listen("tcp", endpoint)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use: is an etcd running there? Name it in etcd.conf (endpoints: [%s]), or set another endpoint in embedded-etcd.conf: %w", endpoint, endpoint, err)
	}
	if err != nil {
		return fmt.Errorf("endpoint %s: %w", endpoint, err)
	}
	return l.Close()
}

// checkUnused gives a clear error where the server would wait for ever: for the
// lock that another one, of an agent or not, has on its data.
func checkUnused(dataDir string) error {
	db, err := os.Open(filepath.Join(dataDir, "member", "snap", "db"))
	if err != nil {
		return nil // new, or what is wrong with it is the server's to say
	}
	defer db.Close()
	if err := syscall.Flock(int(db.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%w: %s; give this agent another microservice label, or another data-dir in embedded-etcd.conf", ErrDataInUse, dataDir)
	}
	return nil
}

func embedConfig(cfg Config, log *zap.Logger) *embed.Config {
	e := embed.NewConfig()
	e.Name = "ifwatcher"
	e.Dir = cfg.DataDir
	client := url.URL{Scheme: "http", Host: cfg.Endpoint}
	// A single member talks to no peer, but etcd wants a listener for them.
	peer := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	e.ListenClientUrls, e.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	e.ListenPeerUrls, e.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	e.InitialCluster = e.InitialClusterFromName(e.Name)
	// With nobody to elect against, the usual second would only delay the start.
	e.TickMs, e.ElectionMs = 20, 100
	// History is of no use to the agent, and would grow for ever.
	e.AutoCompactionMode = embed.CompactorModePeriodic
	e.AutoCompactionRetention = "1h"
	e.ZapLoggerBuilder = embed.NewZapLoggerBuilder(log)
	return e
}

// output takes the server's own messages to the plugin's logger.
type output struct {
	log    logging.Logger
	silent atomic.Bool
}

// harmless is what the server calls an error about a new store, until it has
// written its first entries.
const harmless = "failed to update storage version"

// zapLogger returns the logger for the server. Its warnings are about what is
// as it must be here (one port, no peers), so they show only to who sets the
// logger to debug.
func (o *output) zapLogger() *zap.Logger {
	enc := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "msg", ConsoleSeparator: " "})
	level := zap.LevelEnablerFunc(func(l zapcore.Level) bool {
		return l >= zap.ErrorLevel || l >= zap.InfoLevel && o.debug()
	})
	return zap.New(zapcore.NewCore(enc, zapcore.AddSync(o), level))
}

func (o *output) debug() bool { return o.log.GetLevel() >= logging.DebugLevel }

// Write implements io.Writer for one message.
func (o *output) Write(b []byte) (int, error) {
	text := strings.TrimSpace(string(b))
	if o.debug() || !o.silent.Load() && !strings.HasPrefix(text, harmless) {
		o.log.Warn(text)
	}
	return len(b), nil
}
