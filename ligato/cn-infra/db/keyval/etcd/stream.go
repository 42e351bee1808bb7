// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// FollowStore returns the keys under the prefix of the broker as a store that
// package follow can follow, with values that the serializer decodes.
func (k *kv) FollowStore(serializer keyval.Serializer) follow.Store {
	return &followStore{kv: k, serializer: serializer}
}

type followStore struct {
	*kv
	serializer keyval.Serializer
}

// Open uses one watch for all prefixes, since only then the order of the changes
// is that of the store: it watches what the prefixes have in common.
//
// The library's own watch is not used: it resumes behind the scenes after a lost
// connection, without a word about the cluster that it finds, and it buffers
// without bound.
func (s *followStore) Open(ctx context.Context, prefixes []string) (follow.Snapshot, follow.Stream, error) {
	c, err := s.source()
	if err != nil {
		return follow.Snapshot{}, nil, err
	}
	absolute := make([]string, len(prefixes))
	for i, p := range prefixes {
		absolute[i] = s.prefix + p
	}
	l, err := c.list(ctx, absolute)
	if err != nil {
		return follow.Snapshot{}, nil, fmt.Errorf("listing: %w", err)
	}
	snap := follow.Snapshot{Store: l.cluster, Revision: l.revision}
	for _, kv := range l.kvs {
		snap.Items = append(snap.Items, follow.Item{
			Key: s.relative(kv), Value: s.value(kv), Rev: kv.ModRevision,
		})
	}
	watch, err := c.openWatch(ctx, commonPrefix(absolute), l)
	if err != nil {
		return follow.Snapshot{}, nil, fmt.Errorf("watching: %w", err)
	}
	return snap, &stream{store: s, watch: watch, prefixes: prefixes}, nil
}

// openWatch returns a watch of the changes after the listing.
func (c *BytesConnectionEtcd) openWatch(ctx context.Context, prefix string, l listing) (pb.Watch_WatchClient, error) {
	// A member that has lost its cluster ends the watch instead of going stale.
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	deadline := time.AfterFunc(c.opTimeout, cancel)
	watch, created, err := startWatch(ctx, pb.NewWatchClient(c.client.ActiveConnection()), prefix, l.revision+1)
	switch {
	case !deadline.Stop() && err != nil:
		err = context.DeadlineExceeded
	case err == nil && created.Header.GetClusterId() != l.cluster:
		err = errors.New("listing and watch came from different clusters")
	}
	if err != nil {
		cancel()
		return nil, cause(err)
	}
	return watch, nil
}

func startWatch(ctx context.Context, client pb.WatchClient, prefix string, from int64) (
	watch pb.Watch_WatchClient, created *pb.WatchResponse, err error) {

	if watch, err = client.Watch(ctx, everything); err != nil {
		return nil, nil, err
	}
	r := prefixRange(prefix)
	err = watch.Send(&pb.WatchRequest{RequestUnion: &pb.WatchRequest_CreateRequest{
		CreateRequest: &pb.WatchCreateRequest{Key: r.Key, RangeEnd: r.RangeEnd, StartRevision: from},
	}})
	// An error of Send is io.EOF, the reason comes from Recv.
	created, rerr := watch.Recv()
	switch {
	case rerr != nil:
		return nil, nil, rerr
	case err != nil:
		return nil, nil, err
	case created.Canceled:
		return nil, nil, canceled(created)
	}
	return watch, created, nil
}

// canceled returns why the server ended the watch.
func canceled(resp *pb.WatchResponse) error {
	if resp.CompactRevision != 0 {
		return fmt.Errorf("history up to revision %d: %w", resp.CompactRevision, rpctypes.ErrCompacted)
	}
	return fmt.Errorf("watch cancelled by the server: %w", rpctypes.Error(errors.New(resp.CancelReason)))
}

// stream is the changes of one watch.
type stream struct {
	store    *followStore
	watch    pb.Watch_WatchClient
	prefixes []string
}

func (s *stream) Next() ([]follow.Change, error) {
	resp, err := s.watch.Recv()
	if err != nil {
		return nil, cause(err)
	}
	if resp.Canceled {
		return nil, canceled(resp)
	}
	var changes []follow.Change
	for _, ev := range resp.Events {
		if !strings.HasPrefix(string(ev.Kv.Key), s.store.prefix) {
			continue
		}
		c := follow.Change{Key: s.store.relative(ev.Kv), Rev: ev.Kv.ModRevision, Op: datasync.Delete}
		if !follow.Under(c.Key, s.prefixes) {
			continue
		}
		if ev.Type == mvccpb.PUT {
			c.Op, c.Value = datasync.Put, s.store.value(ev.Kv)
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// Had asks the history for one key.
func (s *followStore) Had(ctx context.Context, key string, rev, at int64) (had, known bool, err error) {
	c, err := s.source()
	if err != nil {
		return false, false, err
	}
	var resp *pb.RangeResponse
	err = c.bounded(ctx, func(ctx context.Context) (err error) {
		resp, err = pb.NewKVClient(c.client.ActiveConnection()).Range(ctx,
			&pb.RangeRequest{Key: []byte(s.prefix + key), Revision: at, KeysOnly: true})
		return err
	})
	switch {
	case errors.Is(err, rpctypes.ErrCompacted):
		return false, false, nil
	case errors.Is(err, rpctypes.ErrFutureRev):
		return false, true, nil
	case err != nil:
		return false, false, fmt.Errorf("reading history: %w", err)
	}
	return len(resp.Kvs) > 0 && resp.Kvs[0].ModRevision == rev, true, nil
}

// Report remembers what is wrong with a follower, for the status.
func (s *followStore) Report(follower string, err error) {
	if c, serr := s.source(); serr == nil {
		c.report(follower, err)
	}
}

func (s *followStore) relative(kv *mvccpb.KeyValue) string {
	return string(kv.Key[len(s.prefix):])
}

func (s *followStore) value(kv *mvccpb.KeyValue) *value {
	return &value{key: kv.Key, data: kv.Value, serializer: s.serializer}
}

// value is a stored value, not decoded yet.
type value struct {
	key, data  []byte
	serializer keyval.Serializer
}

func (v *value) GetValue(into proto.Message) error {
	if err := v.serializer.Unmarshal(v.data, into); err != nil {
		return fmt.Errorf("value of %q: %w", v.key, err)
	}
	return nil
}

// Equal tells whether the other value is stored with the same bytes.
func (v *value) Equal(other datasync.LazyValue) bool {
	o, ok := other.(*value)
	return ok && bytes.Equal(v.data, o.data)
}

// commonPrefix returns what all strings begin with.
func commonPrefix(all []string) string {
	common := all[0]
	for _, s := range all[1:] {
		n := 0
		for n < min(len(common), len(s)) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	return common
}
