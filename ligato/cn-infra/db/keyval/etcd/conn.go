// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/logging"
)

// Keepalive of the transport: a silent connection is questioned after the first
// and given up after the second.
const (
	keepaliveTime    = 10 * time.Second
	keepaliveTimeout = 5 * time.Second
)

// revokeTimeout bounds the end of the lease in Close, so that an agent ends
// quickly although etcd hangs.
const revokeTimeout = time.Second

// probeKey is read to see whether etcd answers. It does not exist.
const probeKey = "/probe-etcd-connection"

// BytesConnectionEtcd is a connection to an etcd cluster. As a broker and
// watcher it sees the whole store. It is safe for concurrent use.
type BytesConnectionEtcd struct {
	logging.Logger
	kv

	client    *clientv3.Client
	opTimeout time.Duration
	life      *lifetime
	pageSize  atomic.Int64

	ctx    context.Context // ends with the connection
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	watches sync.WaitGroup
	reports map[string]error
}

var (
	_ keyval.CoreBrokerWatcher     = (*BytesConnectionEtcd)(nil)
	_ keyval.BytesBrokerWithAtomic = (*BytesConnectionEtcd)(nil)
)

// NewEtcdConnectionWithBytes connects to etcd. It returns when etcd has answered
// a request, or with the reason why not after DialTimeout at the latest. The
// context of the configuration bounds only this call.
func NewEtcdConnectionWithBytes(config ClientConfig, log logging.Logger) (*BytesConnectionEtcd, error) {
	return connect(config, log)
}

func connect(config ClientConfig, log logging.Logger, dialOpts ...grpc.DialOption) (*BytesConnectionEtcd, error) {
	if config.Config == nil {
		return nil, errors.New("etcd: no configuration of the client")
	}
	cfg := *config.Config
	cfg.DialTimeout = orDefault(cfg.DialTimeout, defaultDialTimeout)
	ctx := cfg.Context
	if ctx == nil {
		ctx = context.Background()
	}
	cfg.Context = context.WithoutCancel(ctx)
	ctx, cancel := context.WithTimeout(ctx, cfg.DialTimeout)
	defer cancel()

	cfg.DialKeepAliveTime = orDefault(cfg.DialKeepAliveTime, keepaliveTime)
	cfg.DialKeepAliveTimeout = orDefault(cfg.DialKeepAliveTimeout, keepaliveTimeout)
	if cfg.Logger == nil && cfg.LogConfig == nil {
		cfg.Logger = zapLogger(log)
	}
	// By default gRPC would wait for up to two minutes between attempts.
	retry := backoff.DefaultConfig
	retry.BaseDelay, retry.MaxDelay = 200*time.Millisecond, 2*time.Second
	cfg.DialOptions = slices.Concat([]grpc.DialOption{
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: retry, MinConnectTimeout: 5 * time.Second}),
	}, dialOpts, cfg.DialOptions)

	client, err := clientv3.New(cfg)
	if err != nil {
		return nil, connectError(cfg.Endpoints, diagnose(cfg, err))
	}
	c := newConnection(client, log, config)
	if err := c.probe(ctx); err != nil {
		c.Close()
		return nil, connectError(cfg.Endpoints, err)
	}
	return c, nil
}

func connectError(endpoints []string, err error) error {
	return fmt.Errorf("etcd at %s: %w", strings.Join(endpoints, ", "), err)
}

// diagnose finds out why a client with credentials could not be made. The
// library asks for a token first, and when its time is over it does not say why.
func diagnose(cfg clientv3.Config, err error) error {
	if cause(err).Error() != err.Error() && !errors.Is(err, context.DeadlineExceeded) {
		return cause(err)
	}
	cfg.Username, cfg.Password = "", ""
	client, nerr := clientv3.New(cfg)
	if nerr != nil {
		return cause(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), cfg.DialTimeout)
	defer cancel()
	if perr := probe(ctx, client); perr != nil && !errors.Is(perr, rpctypes.ErrUserEmpty) {
		return perr
	}
	return cause(err)
}

// NewEtcdConnectionUsingClient returns a connection over an existing client,
// which is closed with the connection.
func NewEtcdConnectionUsingClient(etcdClient *clientv3.Client, log logging.Logger) (*BytesConnectionEtcd, error) {
	return newConnection(etcdClient, log, ClientConfig{}), nil
}

func newConnection(client *clientv3.Client, log logging.Logger, config ClientConfig) *BytesConnectionEtcd {
	c := &BytesConnectionEtcd{
		Logger:    log,
		client:    client,
		opTimeout: orDefault(config.OpTimeout, defaultOpTimeout),
		reports:   make(map[string]error),
	}
	c.kv = kv{source: c.self}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.pageSize.Store(maxPage)
	c.life = newLifetime(c.ctx, client, log, orDefault(config.SessionTTL, defaultSessionTTL), c.opTimeout)
	return c
}

func (c *BytesConnectionEtcd) self() (*BytesConnectionEtcd, error) {
	if c.ctx.Err() != nil {
		return nil, errClosed
	}
	return c, nil
}

// NewBroker returns a broker for the keys under the prefix.
func (c *BytesConnectionEtcd) NewBroker(prefix string) keyval.BytesBroker {
	return newBrokerWatcher(c.self, prefix, c.Logger)
}

// NewWatcher returns a watcher for the keys under the prefix.
func (c *BytesConnectionEtcd) NewWatcher(prefix string) keyval.BytesWatcher {
	return newBrokerWatcher(c.self, prefix, c.Logger)
}

// Close ends all watches, revokes the lease of the lifetime keys and closes the
// client. It does not wait for an etcd that hangs.
func (c *BytesConnectionEtcd) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.watches.Wait()
	c.life.close()
	if err := c.client.Close(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("etcd: close: %w", err)
	}
	return nil
}

// spawn runs the function unless the connection is closed, and lets Close wait
// for it.
func (c *BytesConnectionEtcd) spawn(f func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.watches.Go(f)
	return nil
}

// opContext bounds one request.
func (c *BytesConnectionEtcd) opContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.ctx, c.opTimeout)
}

// probe asks etcd something and returns why it does not answer.
func (c *BytesConnectionEtcd) probe(ctx context.Context) error {
	return probe(ctx, c.client)
}

// probe does not wait for a connection to become ready, unlike the methods of the
// client, since only so the reason becomes known.
func probe(ctx context.Context, client *clientv3.Client) error {
	_, err := pb.NewKVClient(client.ActiveConnection()).Range(ctx, &pb.RangeRequest{Key: []byte(probeKey), Limit: 1})
	if errors.Is(rpctypes.Error(err), rpctypes.ErrPermissionDenied) {
		return nil // an answer
	}
	return cause(err)
}

// everything lifts the limit on the size of a response for a call that does not
// go through the methods of the client.
var everything = grpc.MaxCallRecvMsgSize(math.MaxInt32)

// report remembers what is wrong with a follower, nil to forget.
func (c *BytesConnectionEtcd) report(follower string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		delete(c.reports, follower)
	} else {
		c.reports[follower] = err
	}
}

// reported returns what is wrong with followers, in the order of their names.
func (c *BytesConnectionEtcd) reported() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.reports)) {
		errs = append(errs, fmt.Errorf("%s: %w", name, c.reports[name]))
	}
	return errors.Join(errs...)
}
