// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/goleak"
	"google.golang.org/grpc"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

func testLogger(t *testing.T) logging.Logger {
	log := logrus.NewLogger(strings.ReplaceAll(t.Name(), "/", "."))
	log.SetOutput(testWriter{t})
	return log
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) { return len(p), nil }

func clientConfig(endpoint string) ClientConfig {
	return ClientConfig{
		Config:    &clientv3.Config{Endpoints: []string{endpoint}, DialTimeout: 10 * time.Second},
		OpTimeout: 10 * time.Second,
	}
}

func connectTo(t *testing.T, endpoint string) *BytesConnectionEtcd {
	t.Helper()
	c, err := NewEtcdConnectionWithBytes(clientConfig(endpoint), testLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestBroker(t *testing.T) {
	c := connectTo(t, etcdtest.Start(t).Endpoint())
	b := c.NewBroker("/a/")

	for _, key := range []string{"x/2", "x/1", "y"} {
		if err := b.Put(key, []byte("value of "+key)); err != nil {
			t.Fatal(err)
		}
	}
	if data, found, rev, err := b.GetValue("x/1"); err != nil || !found || rev == 0 || string(data) != "value of x/1" {
		t.Errorf("GetValue: %q %v %d %v", data, found, rev, err)
	}
	if data, found, _, err := b.GetValue("x"); err != nil || found || data != nil {
		t.Errorf("GetValue of a missing key: %q %v %v", data, found, err)
	}
	values, err := b.ListValues("x/")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for kv, stop := values.GetNext(); !stop; kv, stop = values.GetNext() {
		got = append(got, kv.GetKey()+"="+string(kv.GetValue()))
		if kv.GetPrevValue() != nil {
			t.Errorf("listed %s has a previous value %q", kv.GetKey(), kv.GetPrevValue())
		}
	}
	if want := "x/1=value of x/1,x/2=value of x/2"; strings.Join(got, ",") != want {
		t.Errorf("listed %v, want %s", got, want)
	}
	keys, err := b.ListKeys("")
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for key, rev, stop := keys.GetNext(); !stop; key, rev, stop = keys.GetNext() {
		if rev == 0 {
			t.Errorf("key %s has no revision", key)
		}
		got = append(got, key)
	}
	if want := "x/1,x/2,y"; strings.Join(got, ",") != want {
		t.Errorf("listed keys %v, want %s", got, want)
	}

	if existed, err := b.Delete("y"); err != nil || !existed {
		t.Errorf("Delete of an existing key: %v %v", existed, err)
	}
	if existed, err := b.Delete("y"); err != nil || existed {
		t.Errorf("Delete of a missing key: %v %v", existed, err)
	}
	if existed, err := b.Delete("x/", datasync.WithPrefix()); err != nil || !existed {
		t.Errorf("Delete of a prefix: %v %v", existed, err)
	}
	if _, found, _, err := c.GetValue("/a/x/1"); err != nil || found {
		t.Errorf("key below a deleted prefix: %v %v", found, err)
	}
}

func TestListingIsCompleteOverManyPages(t *testing.T) {
	c := connectTo(t, etcdtest.Start(t).Endpoint())
	c.pageSize.Store(minPage)
	var prefixes []string
	for _, p := range []string{"a", "b", "c"} {
		prefixes = append(prefixes, "/"+p+"/")
		txn := c.NewTxn()
		for i := range 50 {
			txn = txn.Put("/"+p+"/"+strings.Repeat("k", i+1), []byte(p))
		}
		if err := txn.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for range rangesPerTxn {
		prefixes = append(prefixes, "/none/")
	}
	l, err := c.list(context.Background(), prefixes)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.kvs) != 150 {
		t.Errorf("%d pairs listed, want 150", len(l.kvs))
	}
	if rev, err := c.GetRevision(); err != nil || rev != l.revision {
		t.Errorf("revision %d of the listing, %d of the store, %v", l.revision, rev, err)
	}
}

// On a slow line the start of an agent must not take a round trip per prefix.
func TestFollowingBeginsInFewRoundTrips(t *testing.T) {
	var calls atomic.Int32
	c, err := connect(clientConfig(etcdtest.Start(t).Endpoint()), testLogger(t), grpc.WithChainUnaryInterceptor(
		func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			calls.Add(1)
			return invoke(ctx, method, req, reply, cc, opts...)
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var prefixes []string
	for i := range 50 {
		prefixes = append(prefixes, fmt.Sprintf("config/%02d/", i))
	}
	before := calls.Load()
	store := newBrokerWatcher(c.self, "/a/", testLogger(t)).FollowStore(nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, _, err := store.Open(ctx, prefixes); err != nil {
		t.Fatal(err)
	}
	if n := calls.Load() - before; n != 1 {
		t.Errorf("%d requests for %d prefixes, want 1 besides the watch", n, len(prefixes))
	}
}

func TestTransactions(t *testing.T) {
	c := connectTo(t, etcdtest.Start(t).Endpoint())
	b := c.NewBroker("/t/")
	if err := b.NewTxn().Put("a", []byte("1")).Put("b", []byte("2")).Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := b.NewTxn().Delete("a").Put("b", []byte("3")).Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, found, _, _ := c.GetValue("/t/a"); found {
		t.Error("deleted key is there")
	}
	if data, _, _, _ := c.GetValue("/t/b"); string(data) != "3" {
		t.Errorf("b = %q, want 3", data)
	}
	if err := b.NewTxn().Commit(context.Background()); err != nil {
		t.Errorf("empty transaction: %v", err)
	}
	if err := b.NewTxn().Put("c", nil).Put("c", nil).Commit(context.Background()); err == nil {
		t.Error("a repeated key is accepted")
	}
	big := b.NewTxn()
	for i := range 129 {
		big = big.Put(strings.Repeat("x", i+1), nil)
	}
	if err := big.Commit(context.Background()); err == nil {
		t.Error("a transaction of 129 operations is accepted")
	}
	if _, found, _, _ := c.GetValue("/t/x"); found {
		t.Error("part of a refused transaction is there")
	}
}

func TestConditionalWrites(t *testing.T) {
	b := newBrokerWatcher(connectTo(t, etcdtest.Start(t).Endpoint()).self, "/c/", testLogger(t))
	check := func(what string, want, got bool, err error) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", what, got, err, want)
		}
	}
	ok, err := b.PutIfNotExists("k", []byte("1"))
	check("first put", true, ok, err)
	ok, err = b.PutIfNotExists("k", []byte("2"))
	check("second put", false, ok, err)
	ok, err = b.CompareAndSwap("k", []byte("2"), []byte("3"))
	check("swap of another value", false, ok, err)
	ok, err = b.CompareAndSwap("k", []byte("1"), []byte("3"))
	check("swap", true, ok, err)
	ok, err = b.CompareAndDelete("k", []byte("1"))
	check("delete of another value", false, ok, err)
	ok, err = b.CompareAndDelete("k", []byte("3"))
	check("delete", true, ok, err)
}

func TestHistory(t *testing.T) {
	c := connectTo(t, etcdtest.Start(t).Endpoint())
	if err := c.Put("k", []byte("old")); err != nil {
		t.Fatal(err)
	}
	_, _, rev, _ := c.GetValue("k")
	if err := c.Put("k", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if data, found, _, err := c.GetValueRev("k", rev); err != nil || !found || string(data) != "old" {
		t.Errorf("value at revision %d: %q %v %v", rev, data, found, err)
	}
	to, err := c.Compact()
	if err != nil || to <= rev {
		t.Fatalf("Compact: %d %v", to, err)
	}
	if _, _, _, err := c.GetValueRev("k", rev); err == nil {
		t.Error("history is there after compaction")
	}
}

// The caller's context is that of the call, as command line tools rely on.
func TestConnectionOutlivesContextOfConfiguration(t *testing.T) {
	cfg := clientConfig(etcdtest.Start(t).Endpoint())
	ctx, cancel := context.WithCancel(context.Background())
	cfg.Context = ctx
	c, err := NewEtcdConnectionWithBytes(cfg, testLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	if err := c.Put("k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	if _, found, _, err := c.GetValue("k"); !found || err != nil {
		t.Errorf("GetValue: %v %v", found, err)
	}
}

func TestConnectionRefused(t *testing.T) {
	cfg := clientConfig(etcdtest.FreeAddress(t))
	_, err := NewEtcdConnectionWithBytes(cfg, testLogger(t))
	if err == nil {
		t.Fatal("connected to nobody")
	}
	for _, part := range []string{cfg.Endpoints[0], "connection refused"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
}

// A peer that accepts and says nothing must not hold up the start.
func TestSilentPeer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := clientConfig(l.Addr().String())
	cfg.DialTimeout = 100 * time.Millisecond
	_, err = NewEtcdConnectionWithBytes(cfg, testLogger(t))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want deadline exceeded", err)
	}
}

func TestOperationsEndWhenEtcdIsGone(t *testing.T) {
	s := etcdtest.Start(t)
	cfg := clientConfig(s.Endpoint())
	cfg.OpTimeout = 200 * time.Millisecond
	c, err := NewEtcdConnectionWithBytes(cfg, testLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.Stop()
	if err := c.Put("k", bytes.Repeat([]byte("secret"), 10)); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Put: %v", err)
	}
	etcdtest.Eventually(t, "ListValues tells the cause", func() bool { // once it was dialled again
		_, err := c.ListValues("k")
		return err != nil && strings.Contains(err.Error(), "refused")
	})
	if _, err := c.PutIfNotExists("k", nil); err == nil {
		t.Error("PutIfNotExists without etcd")
	}
	if err := c.Watch(nil, nil, "k"); err == nil {
		t.Error("Watch without etcd")
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	s := etcdtest.Start(t)
	observer := s.Client()
	if _, err := observer.Get(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()

	c, err := NewEtcdConnectionWithBytes(clientConfig(s.Endpoint()), testLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Put("alive", []byte("yes"), datasync.WithClientLifetimeTTL()); err != nil {
		t.Fatal(err)
	}
	if err := c.Watch(nil, nil, "a", "b"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if err := c.Put("k", nil); !errors.Is(err, errClosed) {
		t.Errorf("Put after Close: %v", err)
	}
	goleak.VerifyNone(t, before)
	if resp, err := observer.Get(context.Background(), "alive"); err != nil || len(resp.Kvs) != 0 {
		t.Errorf("lifetime key after Close: %v %v", resp, err)
	}
	if resp, err := observer.Leases(context.Background()); err != nil || len(resp.Leases) != 0 {
		t.Errorf("leases after Close: %v %v", resp, err)
	}
}

// What the library has to say goes to our logger, for debugging only.
func TestLibraryLogsToOurLogger(t *testing.T) {
	for _, level := range []logging.LogLevel{logging.InfoLevel, logging.DebugLevel} {
		s := etcdtest.Start(t)
		log, out := logrus.NewLogger("library"), new(logged)
		log.SetOutput(out)
		log.SetLevel(level)
		cfg := clientConfig(s.Endpoint())
		cfg.OpTimeout = 200 * time.Millisecond
		c, err := NewEtcdConnectionWithBytes(cfg, log)
		if err != nil {
			t.Fatal(err)
		}
		s.Stop()
		if err := c.Put("k", []byte("secret")); err == nil {
			t.Error("Put without etcd")
		}
		c.Close()
		if got, want := out.has("etcd client:"), level == logging.DebugLevel; got != want {
			t.Errorf("level %v: messages of the library logged: %v, want %v", level, got, want)
		}
		if out.has("secret") {
			t.Error("a value is logged")
		}
	}
}
