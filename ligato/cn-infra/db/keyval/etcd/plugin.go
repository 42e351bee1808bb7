// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/db/keyval/kvproto"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/conffile"
)

// DefaultPlugin is the instance that an agent uses by default.
var DefaultPlugin = Plugin{Deps: NewPlugin().Deps}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	// StatusCheck is told about the connection. It may be nil.
	StatusCheck statuscheck.PluginStatusWriter
	// Resync is asked for a resync after the first connection of a delayed start
	// and, if configured, after later ones. It may be nil.
	Resync *resync.Plugin
	// Serializer of values, JSON if nil.
	Serializer keyval.Serializer
}

// Plugin is the connection of an agent to etcd.
type Plugin struct {
	Deps

	config   Config
	client   *ClientConfig
	disabled bool

	ctx    context.Context // ends with the plugin
	cancel context.CancelFunc
	loops  sync.WaitGroup
	resync chan struct{} // asks for a resync
	back   chan struct{} // tells that there is a transport connection again
	told   atomic.Int64  // losses and returns of the connection that were logged

	mu      sync.Mutex
	conn    *BytesConnectionEtcd // nil until connected
	waiting []func() error       // for the connection
	lastErr error                // why there is none
	closed  bool
}

var _ keyval.KvProtoPlugin = (*Plugin)(nil)

// Option changes a plugin.
type Option func(*Plugin)

// UseDeps sets dependencies.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) { cb(&p.Deps) }
}

// NewPlugin returns a plugin named "etcd" with the configuration file etcd.conf.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.SetName("etcd")
	p.StatusCheck = &statuscheck.DefaultPlugin
	p.Resync = &resync.DefaultPlugin
	for _, o := range opts {
		o(p)
	}
	p.Setup()
	return p
}

// Init connects to etcd. Without a configuration file the plugin is disabled.
func (p *Plugin) Init() (err error) {
	p.config = Config{
		DialTimeout:       defaultDialTimeout,
		OpTimeout:         defaultOpTimeout,
		SessionTTL:        defaultSessionTTL,
		ReconnectInterval: defaultReconnectInterval,
	}
	found, err := p.Cfg.LoadValue(&p.config)
	if err != nil {
		return fmt.Errorf("configuration of etcd: %w", err)
	}
	if !found {
		p.disabled = true
		p.Log.Info("no configuration, etcd is disabled")
		return nil
	}
	if p.client, err = ConfigToClient(&p.config); err != nil {
		return fmt.Errorf("configuration of etcd: %w", conffile.Error(p.Cfg, err))
	}
	p.config.ReconnectInterval = orDefault(p.config.ReconnectInterval, defaultReconnectInterval)
	if p.Serializer == nil {
		p.Serializer = &keyval.SerializerJSON{ExpandEnvVars: p.client.ExpandEnvVars}
	}
	endpoints, source := endpointsOf(&p.config)
	p.Log.Infof("etcd endpoints %s (from %s)", strings.Join(endpoints, ", "), source)
	if d := p.config.AutoCompact; d > 0 && d < time.Hour {
		p.Log.Warnf("auto-compact: %v is less than an hour", d)
	}

	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.resync, p.back = make(chan struct{}, 1), make(chan struct{}, 1)
	if p.StatusCheck != nil {
		p.StatusCheck.Register(p.PluginName, p.probe)
	}
	if err := p.connect(); err != nil {
		if !p.config.AllowDelayedStart {
			p.cancel()
			return err
		}
		p.Log.Warnf("%v; the agent starts without it and goes on trying", err)
		p.loops.Go(p.connectLater)
	}
	p.loops.Go(p.followConnection)
	return nil
}

// AfterInit starts the compaction of the history, if configured.
func (p *Plugin) AfterInit() error {
	if !p.disabled && p.config.AutoCompact > 0 {
		p.loops.Go(p.compactNowAndThen)
	}
	return nil
}

// Close ends everything that uses the connection, and the connection.
func (p *Plugin) Close() error {
	p.mu.Lock()
	p.closed = true
	conn := p.conn
	p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
	p.loops.Wait()
	if conn == nil {
		// The loop may have connected in the meantime.
		p.mu.Lock()
		conn = p.conn
		p.mu.Unlock()
	}
	if conn != nil {
		return conn.Close()
	}
	return nil
}

// Disabled tells that there is no configuration.
func (p *Plugin) Disabled() (disabled bool) { return p.disabled }

// GetPluginName returns the name.
func (p *Plugin) GetPluginName() infra.PluginName { return p.PluginName }

// OnConnect runs the callback now if etcd was connected once, else right after
// that. An error is logged.
func (p *Plugin) OnConnect(callback func() error) {
	p.mu.Lock()
	if p.conn == nil {
		p.waiting = append(p.waiting, callback)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.call(callback)
}

func (p *Plugin) call(callback func() error) {
	if err := callback(); err != nil {
		p.Log.Errorf("after connecting to etcd: %v", err)
	}
}

// connection returns the connection, or why there is none.
func (p *Plugin) connection() (*BytesConnectionEtcd, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.disabled:
		return nil, errDisabled
	case p.closed:
		return nil, errClosed
	case p.conn != nil:
		return p.conn, nil
	case p.lastErr != nil:
		return nil, fmt.Errorf("%w: %w", errNotReady, p.lastErr)
	default:
		return nil, errNotReady
	}
}

// NewBroker returns a broker of messages for the keys under the prefix. It can be
// made before there is a connection.
func (p *Plugin) NewBroker(keyPrefix string) keyval.ProtoBroker {
	return p.wrapper().NewBroker(keyPrefix)
}

// NewWatcher returns a watcher of messages for the keys under the prefix. It can
// be made before there is a connection.
func (p *Plugin) NewWatcher(keyPrefix string) keyval.ProtoWatcher {
	return p.wrapper().NewWatcher(keyPrefix)
}

func (p *Plugin) wrapper() *kvproto.ProtoWrapper {
	serializer := p.Serializer
	if serializer == nil { // before Init
		serializer = &keyval.SerializerJSON{ExpandEnvVars: os.Getenv("ETCD_EXPAND_ENV_VARS") != ""}
	}
	return kvproto.NewProtoWrapper(&rawAccess{newBrokerWatcher(p.connection, keyval.Root, p.Log), p}, serializer)
}

// NewBrokerWithAtomic returns a broker of bytes for the keys under the prefix. It
// can be made before there is a connection.
func (p *Plugin) NewBrokerWithAtomic(keyPrefix string) keyval.BytesBrokerWithAtomic {
	return newBrokerWatcher(p.connection, keyPrefix, p.Log)
}

// RawAccess gives access to bytes.
func (p *Plugin) RawAccess() keyval.KvBytesPlugin {
	return &rawAccess{newBrokerWatcher(p.connection, keyval.Root, p.Log), p}
}

// rawAccess is the store seen through the plugin.
type rawAccess struct {
	*BytesBrokerWatcherEtcd
	plugin *Plugin
}

func (r *rawAccess) NewBroker(prefix string) keyval.BytesBroker {
	return newBrokerWatcher(r.plugin.connection, prefix, r.plugin.Log)
}

func (r *rawAccess) NewWatcher(prefix string) keyval.BytesWatcher {
	return newBrokerWatcher(r.plugin.connection, prefix, r.plugin.Log)
}

// Close does nothing: the connection belongs to the plugin.
func (r *rawAccess) Close() error { return nil }

// CampaignInElection waits until it is elected among those with the same prefix,
// or until the context ends. The returned function gives the office back.
func (p *Plugin) CampaignInElection(ctx context.Context, prefix string) (func(context.Context), error) {
	conn, err := p.connection()
	if err != nil {
		return nil, fmt.Errorf("etcd: election %q: %w", prefix, err)
	}
	return conn.CampaignInElection(ctx, prefix)
}

// Compact drops the history before the given revision, without one before the
// present one, and returns that revision.
func (p *Plugin) Compact(rev ...int64) (toRev int64, err error) {
	conn, err := p.connection()
	if err != nil {
		return 0, fmt.Errorf("etcd: compact: %w", err)
	}
	return conn.Compact(rev...)
}

// probe is asked by the status check. Until the first connection the plugin is
// starting, not broken.
func (p *Plugin) probe() (statuscheck.PluginState, error) {
	p.mu.Lock()
	conn, lastErr := p.conn, p.lastErr
	p.mu.Unlock()
	if conn == nil {
		return statuscheck.Init, lastErr
	}
	ctx, cancel := conn.opContext()
	defer cancel()
	err := conn.probe(ctx)
	if err == nil { // else that is what is wrong with the followers, too
		err = conn.reported()
	}
	if err != nil {
		return statuscheck.Error, err
	}
	return statuscheck.OK, nil
}
