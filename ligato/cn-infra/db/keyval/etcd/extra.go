// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"fmt"
	"os"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	xcontext "golang.org/x/net/context" //nolint:staticcheck // an alias, part of the documented signature

	"go.ligato.io/cn-infra/v2/db/keyval"
)

// GetValueRev returns the value that one key had at a revision.
func (c *BytesConnectionEtcd) GetValueRev(key string, rev int64) (data []byte, found bool, revision int64, err error) {
	return c.get(key, clientv3.WithRev(rev))
}

// ListValuesRange returns the pairs from the first key on up to the second one,
// which is not included.
func (c *BytesConnectionEtcd) ListValuesRange(fromPrefix string, toPrefix string) (keyval.BytesKeyValIterator, error) {
	it := &pairIterator{}
	err := c.do("list from", fromPrefix, func(ctx context.Context, c *BytesConnectionEtcd) error {
		resp, err := c.client.Get(ctx, fromPrefix, clientv3.WithRange(toPrefix))
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

// GetRevision returns the present revision of the store.
func (c *BytesConnectionEtcd) GetRevision() (revision int64, err error) {
	err = c.do("revision, by", probeKey, func(ctx context.Context, c *BytesConnectionEtcd) error {
		resp, err := c.client.Get(ctx, probeKey, clientv3.WithKeysOnly())
		if err == nil {
			revision = resp.Header.Revision
		}
		return err
	})
	return revision, err
}

// Compact drops the history before the given revision, without one before the
// present one, and returns that revision.
func (c *BytesConnectionEtcd) Compact(rev ...int64) (int64, error) {
	var to int64
	if len(rev) > 0 {
		to = rev[0]
	} else {
		var err error
		if to, err = c.GetRevision(); err != nil {
			return 0, err
		}
	}
	ctx, cancel := c.opContext()
	defer cancel()
	if _, err := c.client.Compact(ctx, to); err != nil {
		return 0, fmt.Errorf("etcd: compact to revision %d: %w", to, cause(err))
	}
	return to, nil
}

// CampaignInElection waits until it is elected among those with the same prefix,
// or until the context ends. The returned function gives the office back. It is
// also lost with the lease of the connection.
func (c *BytesConnectionEtcd) CampaignInElection(ctx xcontext.Context, prefix string) (func(c xcontext.Context), error) { //nolint:govet // as above
	opCtx, cancel := c.opContext()
	defer cancel()
	session, err := c.life.session(opCtx)
	if err != nil {
		return nil, fmt.Errorf("etcd: election %q: %w", prefix, err)
	}
	election := concurrency.NewElection(session, prefix)
	name, _ := os.Hostname()
	if err := election.Campaign(ctx, name); err != nil {
		return nil, fmt.Errorf("etcd: election %q: %w", prefix, cause(err))
	}
	return func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, c.opTimeout)
		defer cancel()
		if err := election.Resign(ctx); err != nil {
			c.Warnf("etcd: resigning from election %q: %v", prefix, cause(err))
		}
	}, nil
}
