// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"

	"go.ligato.io/cn-infra/v2/logging"
)

// putsPerTxn stays below the number of operations that a server allows.
const putsPerTxn = 100

// lifetime keeps a lease alive and the keys that hang on it in the store. The
// lease is granted when it is needed first.
type lifetime struct {
	ctx       context.Context
	client    *clientv3.Client
	log       logging.Logger
	ttl       int
	opTimeout time.Duration

	// writing is held for reading by every write, and for writing while keys
	// are written again, so that an old value never goes over a newer one.
	writing sync.RWMutex

	mu      sync.Mutex
	keys    map[string]lifetimeKey
	current *concurrency.Session // nil while there is no lease
	ready   chan struct{}        // closed while there is one
	err     error                // why there is none
	lost    chan struct{}        // tells the keeper to get a new one
	keeping bool
	kept    sync.WaitGroup
}

type lifetimeKey struct {
	data  []byte
	rev   int64
	lease clientv3.LeaseID
}

func newLifetime(ctx context.Context, client *clientv3.Client, log logging.Logger, ttl int, opTimeout time.Duration) *lifetime {
	return &lifetime{
		ctx:       ctx,
		client:    client,
		log:       log,
		ttl:       ttl,
		opTimeout: opTimeout,
		keys:      make(map[string]lifetimeKey),
		ready:     make(chan struct{}),
		lost:      make(chan struct{}, 1),
	}
}

// put stores a value that lives as long as the connection.
func (l *lifetime) put(ctx context.Context, key string, data []byte) error {
	for {
		session, err := l.session(ctx)
		if err != nil {
			return err
		}
		err = l.putWith(ctx, session.Lease(), key, data)
		if !errors.Is(err, rpctypes.ErrLeaseNotFound) {
			return err
		}
		l.drop(session)
	}
}

func (l *lifetime) putWith(ctx context.Context, lease clientv3.LeaseID, key string, data []byte) error {
	l.writing.RLock()
	defer l.writing.RUnlock()
	resp, err := l.client.Put(ctx, key, string(data), clientv3.WithLease(lease))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys[key].rev < resp.Header.Revision || l.keys[key].lease != lease {
		l.keys[key] = lifetimeKey{data: slices.Clone(data), rev: resp.Header.Revision, lease: lease}
	}
	return nil
}

// other runs a write that makes the key an ordinary one.
func (l *lifetime) other(key string, write func() error) error {
	return l.others([]string{key}, write)
}

func (l *lifetime) others(keys []string, write func() error) error {
	return l.without(func(key string) bool { return slices.Contains(keys, key) }, write)
}

// otherPrefix is other for every key that begins with the prefix.
func (l *lifetime) otherPrefix(prefix string, write func() error) error {
	return l.without(func(key string) bool { return strings.HasPrefix(key, prefix) }, write)
}

func (l *lifetime) without(matches func(key string) bool, write func() error) error {
	l.writing.RLock()
	defer l.writing.RUnlock()
	if err := write(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.keys, func(key string, _ lifetimeKey) bool { return matches(key) })
	return nil
}

// session waits for the lease.
func (l *lifetime) session(ctx context.Context) (*concurrency.Session, error) {
	for {
		l.mu.Lock()
		if !l.keeping && l.ctx.Err() == nil {
			l.keeping = true
			l.kept.Go(l.keep)
		}
		session, ready := l.current, l.ready
		l.mu.Unlock()
		if session != nil {
			return session, nil
		}
		select {
		case <-ready:
		case <-l.ctx.Done():
			return nil, errClosed
		case <-ctx.Done():
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.err != nil {
				return nil, fmt.Errorf("no lease: %w", l.err)
			}
			return nil, fmt.Errorf("no lease: %w", ctx.Err())
		}
	}
}

// drop tells that the lease is gone.
func (l *lifetime) drop(session *concurrency.Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current != session {
		return
	}
	l.current, l.ready = nil, make(chan struct{})
	select {
	case l.lost <- struct{}{}:
	default:
	}
}

// keep sees to it that there is a lease, and that the keys hang on it.
func (l *lifetime) keep() {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 100 * time.Millisecond
	pause.MaxInterval = 2 * time.Second
	for l.ctx.Err() == nil {
		select { // what was said about the lease before
		case <-l.lost:
		default:
		}
		session, err := l.grant()
		if err == nil {
			err = l.restore(session)
		}
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
		if err != nil {
			l.log.Debugf("lease of the lifetime keys: %v", err)
			if session != nil {
				l.drop(session)
				session.Orphan()
			}
			l.sleep(pause.NextBackOff())
			continue
		}
		pause.Reset()
		select {
		case <-l.ctx.Done():
			return
		case <-session.Done():
			l.drop(session)
		case <-l.lost:
			session.Orphan()
		}
		if l.ctx.Err() == nil {
			l.log.Warn("the lease of the lifetime keys is lost, they are written again")
		}
	}
}

func (l *lifetime) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.ctx.Done():
	}
}

func (l *lifetime) grant() (*concurrency.Session, error) {
	ctx, cancel := context.WithTimeout(l.ctx, l.opTimeout)
	defer cancel()
	lease, err := l.client.Grant(ctx, int64(l.ttl))
	if err != nil {
		return nil, cause(err)
	}
	// The context is that of the whole session.
	session, err := concurrency.NewSession(l.client, concurrency.WithLease(lease.ID), concurrency.WithContext(l.client.Ctx()))
	if err != nil {
		return nil, cause(err)
	}
	l.mu.Lock()
	l.current = session
	close(l.ready)
	l.mu.Unlock()
	return session, nil
}

// restore writes the keys that hang on another lease again.
func (l *lifetime) restore(session *concurrency.Session) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	var keys []string
	for key, k := range l.keys {
		if k.lease != session.Lease() {
			keys = append(keys, key)
		}
	}
	l.mu.Unlock()
	slices.Sort(keys)
	for chunk := range slices.Chunk(keys, putsPerTxn) {
		var puts []clientv3.Op
		for _, key := range chunk {
			puts = append(puts, clientv3.OpPut(key, string(l.keys[key].data), clientv3.WithLease(session.Lease())))
		}
		ctx, cancel := context.WithTimeout(l.ctx, l.opTimeout)
		resp, err := l.client.Txn(ctx).Then(puts...).Commit()
		cancel()
		if err != nil {
			return fmt.Errorf("writing %d lifetime keys again: %w", len(chunk), cause(err))
		}
		l.mu.Lock()
		for _, key := range chunk {
			l.keys[key] = lifetimeKey{data: l.keys[key].data, rev: resp.Header.Revision, lease: session.Lease()}
		}
		l.mu.Unlock()
	}
	return nil
}

// close revokes the lease. The context has ended before.
func (l *lifetime) close() {
	l.kept.Wait()
	l.mu.Lock()
	session := l.current
	l.current = nil
	l.mu.Unlock()
	if session == nil {
		return
	}
	session.Orphan()
	ctx, cancel := context.WithTimeout(l.client.Ctx(), min(revokeTimeout, l.opTimeout))
	defer cancel()
	if _, err := l.client.Revoke(ctx, session.Lease()); err != nil {
		l.log.Debugf("revoking the lease of the lifetime keys: %v", cause(err))
	}
}
