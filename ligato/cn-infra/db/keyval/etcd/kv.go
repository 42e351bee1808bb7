// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/logging"
)

// kv is what brokers and connections have in common. Its connection may come
// later than itself.
type kv struct {
	source func() (*BytesConnectionEtcd, error)
	prefix string
}

// BytesBrokerWatcherEtcd is a broker and watcher for the keys under a prefix.
type BytesBrokerWatcherEtcd struct {
	logging.Logger
	kv
}

var (
	_ keyval.BytesBrokerWithAtomic = (*BytesBrokerWatcherEtcd)(nil)
	_ keyval.BytesWatcher          = (*BytesBrokerWatcherEtcd)(nil)
)

func newBrokerWatcher(source func() (*BytesConnectionEtcd, error), prefix string, log logging.Logger) *BytesBrokerWatcherEtcd {
	return &BytesBrokerWatcherEtcd{Logger: log, kv: kv{source: source, prefix: prefix}}
}

// do runs one request with its deadline, and adds what it was to its error.
func (k *kv) do(op, key string, request func(ctx context.Context, c *BytesConnectionEtcd) error) error {
	c, err := k.source()
	if err == nil {
		ctx, cancel := c.opContext()
		defer cancel()
		err = cause(request(ctx, c))
	}
	if err != nil {
		return fmt.Errorf("etcd: %s %q: %w", op, k.prefix+key, err)
	}
	return nil
}

// Put stores the value. [datasync.WithTTL] rounds down to seconds, but not below
// one; etcd may prolong a very short life.
func (k *kv) Put(key string, binData []byte, opts ...datasync.PutOption) error {
	return k.do("put", key, func(ctx context.Context, c *BytesConnectionEtcd) error {
		for _, opt := range opts {
			switch opt := opt.(type) {
			case *datasync.WithClientLifetimeTTLOpt:
				return c.life.put(ctx, k.prefix+key, binData)
			case *datasync.WithTTLOpt:
				lease, err := c.client.Grant(ctx, max(1, int64(opt.TTL/time.Second)))
				if err != nil {
					return err
				}
				return c.life.other(k.prefix+key, func() error {
					_, err := c.client.Put(ctx, k.prefix+key, string(binData), clientv3.WithLease(lease.ID))
					return err
				})
			}
		}
		return c.life.other(k.prefix+key, func() error {
			_, err := c.client.Put(ctx, k.prefix+key, string(binData))
			return err
		})
	})
}

// Delete removes the key, or with [datasync.WithPrefix] every key that begins
// with it, and tells whether there was one.
func (k *kv) Delete(key string, opts ...datasync.DelOption) (existed bool, err error) {
	err = k.do("delete", key, func(ctx context.Context, c *BytesConnectionEtcd) error {
		var etcdOpts []clientv3.OpOption
		forget := c.life.other
		for _, opt := range opts {
			if _, ok := opt.(*datasync.WithPrefixOpt); ok {
				etcdOpts = append(etcdOpts, clientv3.WithPrefix())
				forget = c.life.otherPrefix
			}
		}
		return forget(k.prefix+key, func() error {
			resp, err := c.client.Delete(ctx, k.prefix+key, etcdOpts...)
			existed = err == nil && resp.Deleted > 0
			return err
		})
	})
	return existed, err
}

// GetValue returns the value of one key. A missing key is no error.
func (k *kv) GetValue(key string) (data []byte, found bool, revision int64, err error) {
	return k.get(key)
}

func (k *kv) get(key string, opts ...clientv3.OpOption) (data []byte, found bool, revision int64, err error) {
	err = k.do("get", key, func(ctx context.Context, c *BytesConnectionEtcd) error {
		resp, err := c.client.Get(ctx, k.prefix+key, opts...)
		if err == nil && len(resp.Kvs) > 0 {
			data, found, revision = resp.Kvs[0].Value, true, resp.Kvs[0].ModRevision
		}
		return err
	})
	return data, found, revision, err
}

// ListValues returns the pairs whose key begins with the given one, sorted by key,
// all of one revision.
func (k *kv) ListValues(key string) (keyval.BytesKeyValIterator, error) {
	it := &pairIterator{strip: len(k.prefix)}
	c, err := k.source()
	if err == nil {
		var l listing
		l, err = c.list(c.ctx, []string{k.prefix + key})
		it.kvs = l.kvs
	}
	if err != nil {
		return nil, fmt.Errorf("etcd: list %q: %w", k.prefix+key, err)
	}
	return it, nil
}

// ListKeys returns the keys that begin with the given prefix, sorted.
func (k *kv) ListKeys(prefix string) (keyval.BytesKeyIterator, error) {
	it := &keyIterator{strip: len(k.prefix)}
	err := k.do("list keys", prefix, func(ctx context.Context, c *BytesConnectionEtcd) error {
		resp, err := c.client.Get(ctx, k.prefix+prefix, clientv3.WithPrefix(), clientv3.WithKeysOnly())
		if err == nil {
			it.kvs = resp.Kvs
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return it, nil
}

// PutIfNotExists stores the value unless the key is there.
func (k *kv) PutIfNotExists(key string, data []byte) (succeeded bool, err error) {
	key = k.prefix + key
	return k.conditionally("put if missing", key,
		clientv3.Compare(clientv3.CreateRevision(key), "=", 0), clientv3.OpPut(key, string(data)))
}

// CompareAndSwap replaces the value if it is oldData.
func (k *kv) CompareAndSwap(key string, oldData, newData []byte) (swapped bool, err error) {
	key = k.prefix + key
	return k.conditionally("compare and swap", key,
		clientv3.Compare(clientv3.Value(key), "=", string(oldData)), clientv3.OpPut(key, string(newData)))
}

// CompareAndDelete removes the key if its value is data.
func (k *kv) CompareAndDelete(key string, data []byte) (succeeded bool, err error) {
	key = k.prefix + key
	return k.conditionally("compare and delete", key,
		clientv3.Compare(clientv3.Value(key), "=", string(data)), clientv3.OpDelete(key))
}

func (k *kv) conditionally(op, key string, cond clientv3.Cmp, then clientv3.Op) (succeeded bool, err error) {
	absolute := kv{source: k.source}
	err = absolute.do(op, key, func(ctx context.Context, c *BytesConnectionEtcd) error {
		return c.life.other(key, func() error {
			resp, err := c.client.Txn(ctx).If(cond).Then(then).Commit()
			succeeded = err == nil && resp.Succeeded
			return err
		})
	})
	return succeeded, err
}

// NewTxn starts a transaction. A key that occurs twice, or more operations than
// the server allows (128 by default), make it fail as a whole.
func (k *kv) NewTxn() keyval.BytesTxn {
	return &txn{kv: k}
}

type txn struct {
	kv   *kv
	keys []string
	ops  []clientv3.Op
}

func (t *txn) Put(key string, data []byte) keyval.BytesTxn {
	t.keys = append(t.keys, t.kv.prefix+key)
	t.ops = append(t.ops, clientv3.OpPut(t.kv.prefix+key, string(data)))
	return t
}

func (t *txn) Delete(key string) keyval.BytesTxn {
	t.keys = append(t.keys, t.kv.prefix+key)
	t.ops = append(t.ops, clientv3.OpDelete(t.kv.prefix+key))
	return t
}

// Commit applies the operations, all or none.
func (t *txn) Commit(ctx context.Context) error {
	c, err := t.kv.source()
	if err == nil && len(t.ops) > 0 {
		ctx, cancel := context.WithTimeout(ctx, c.opTimeout)
		defer cancel()
		err = c.life.others(t.keys, func() error {
			_, err := c.client.Txn(ctx).Then(t.ops...).Commit()
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("etcd: transaction of %d operations: %w", len(t.ops), cause(err))
	}
	return nil
}
