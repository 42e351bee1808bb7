// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Sizes of listings. A page is what one range returns. It gets smaller when the
// time of a request is not enough for it, as with large values on a slow line.
const (
	maxPage = 2000
	minPage = 16
	// rangesPerTxn stays below the number of operations that a server allows.
	rangesPerTxn = 100
)

// listing is everything under some prefixes at one revision.
type listing struct {
	kvs      []*mvccpb.KeyValue
	revision int64
	cluster  uint64
}

// list returns the pairs under the prefixes, all of one revision, in few round
// trips. Each of them has the deadline of a request.
func (c *BytesConnectionEtcd) list(ctx context.Context, prefixes []string) (listing, error) {
	l, err := c.listPages(ctx, prefixes)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		c.pageSize.Store(max(minPage, c.pageSize.Load()/2))
	}
	return l, err
}

func (c *BytesConnectionEtcd) listPages(ctx context.Context, prefixes []string) (l listing, err error) {
	client := pb.NewKVClient(c.client.ActiveConnection())
	page := c.pageSize.Load()
	for chunk := range slices.Chunk(prefixes, rangesPerTxn) {
		req := &pb.TxnRequest{}
		for _, prefix := range chunk {
			r := prefixRange(prefix)
			r.Limit, r.Revision = page, l.revision
			req.Success = append(req.Success, &pb.RequestOp{Request: &pb.RequestOp_RequestRange{RequestRange: r}})
		}
		var resp *pb.TxnResponse
		err := c.bounded(ctx, func(ctx context.Context) (err error) {
			resp, err = client.Txn(ctx, req, everything)
			return err
		})
		if err != nil {
			return l, err
		}
		if l.revision == 0 {
			l.revision, l.cluster = resp.Header.Revision, resp.Header.ClusterId
		}
		if len(resp.Responses) != len(chunk) {
			return l, fmt.Errorf("%d ranges asked for, %d answered", len(chunk), len(resp.Responses))
		}
		for i, r := range resp.Responses {
			got := r.GetResponseRange()
			l.kvs = append(l.kvs, got.GetKvs()...)
			for got.GetMore() && len(got.Kvs) > 0 {
				next := prefixRange(chunk[i])
				next.Key = append(slices.Clone(got.Kvs[len(got.Kvs)-1].Key), 0)
				next.Limit, next.Revision = page, l.revision
				err := c.bounded(ctx, func(ctx context.Context) (err error) {
					got, err = client.Range(ctx, next, everything)
					return err
				})
				if err != nil {
					return l, err
				}
				l.kvs = append(l.kvs, got.Kvs...)
			}
		}
	}
	return l, nil
}

// bounded runs one request with its deadline.
func (c *BytesConnectionEtcd) bounded(ctx context.Context, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.opTimeout)
	defer cancel()
	return cause(request(ctx))
}

// prefixRange returns the range of the keys that begin with the prefix.
func prefixRange(prefix string) *pb.RangeRequest {
	if prefix == "" {
		return &pb.RangeRequest{Key: []byte{0}, RangeEnd: []byte{0}}
	}
	return &pb.RangeRequest{Key: []byte(prefix), RangeEnd: []byte(clientv3.GetPrefixRangeEnd(prefix))}
}
