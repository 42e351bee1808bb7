// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

// recorder keeps what a watch tells.
type recorder struct {
	mu    sync.Mutex
	lines []string
	last  map[string]string
	revs  []int64
}

func (r *recorder) add(resp keyval.BytesWatchResp) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = make(map[string]string)
	}
	r.lines = append(r.lines, fmt.Sprintf("%s %s %s<-%s", resp.GetChangeType(), resp.GetKey(), resp.GetValue(), resp.GetPrevValue()))
	r.revs = append(r.revs, resp.GetRevision())
	if resp.GetChangeType() == datasync.Delete {
		delete(r.last, resp.GetKey())
	} else {
		r.last[resp.GetKey()] = string(resp.GetValue())
	}
}

func (r *recorder) has(lines ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Equal(r.lines, lines)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "; ")
}

func (r *recorder) expect(t *testing.T, lines ...string) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("told: %s", r)
		}
	}()
	etcdtest.Eventually(t, strings.Join(lines, "; "), func() bool { return r.has(lines...) })
}

func put(t *testing.T, c *clientv3.Client, key, value string) int64 {
	t.Helper()
	resp, err := c.Put(context.Background(), key, value)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Header.Revision
}

func del(t *testing.T, c *clientv3.Client, key string, opts ...clientv3.OpOption) {
	t.Helper()
	if _, err := c.Delete(context.Background(), key, opts...); err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	s := etcdtest.Start(t)
	client := s.Client()
	put(t, client, "/p/a/1", "before")
	put(t, client, "/q/a/1", "foreign")

	c := connectTo(t, s.Endpoint())
	var r recorder
	if err := c.NewWatcher("/p/").Watch(r.add, nil, "a/", "b/"); err != nil {
		t.Fatal(err)
	}
	put(t, client, "/p/a/1", "new")
	put(t, client, "/p/b/1", "")
	put(t, client, "/p/c/1", "other prefix")
	put(t, client, "/q/a/1", "foreign")
	del(t, client, "/p/a/1")
	put(t, client, "/p/b/1", "x")
	r.expect(t, "Put a/1 new<-before", "Put b/1 <-", "Delete a/1 <-new", "Put b/1 x<-")
	if !slices.IsSorted(r.revs) {
		t.Errorf("revisions out of order: %v", r.revs)
	}
}

func TestCloseChannelEndsOneKeyOrAll(t *testing.T) {
	s := etcdtest.Start(t)
	client := s.Client()
	c := connectTo(t, s.Endpoint())
	var r recorder
	closeChan := make(chan string)
	if err := c.Watch(r.add, closeChan, "a", "b"); err != nil {
		t.Fatal(err)
	}
	closeChan <- "a"
	put(t, client, "a", "1")
	put(t, client, "b", "1")
	r.expect(t, "Put b 1<-")
	close(closeChan)
	c.watches.Wait()
	put(t, client, "b", "2")
	r.expect(t, "Put b 1<-")
}

// Whatever happens during an outage, the watch ends up with what the store has.
func TestWatchContinuesAfterOutage(t *testing.T) {
	outages := map[string]func(t *testing.T, s *etcdtest.Server, client *clientv3.Client){
		"nothing happens": func(*testing.T, *etcdtest.Server, *clientv3.Client) {},
		"changes": func(t *testing.T, _ *etcdtest.Server, client *clientv3.Client) {
			put(t, client, "k/1", "changed")
			put(t, client, "k/3", "new")
			del(t, client, "k/2")
		},
		"changes, then compaction": func(t *testing.T, _ *etcdtest.Server, client *clientv3.Client) {
			put(t, client, "k/1", "changed")
			del(t, client, "k/2")
			rev := put(t, client, "k/3", "new")
			if _, err := client.Compact(context.Background(), rev); err != nil {
				t.Fatal(err)
			}
		},
		"all deleted, then compaction": func(t *testing.T, _ *etcdtest.Server, client *clientv3.Client) {
			del(t, client, "k/", clientv3.WithPrefix())
			rev := put(t, client, "other", "")
			if _, err := client.Compact(context.Background(), rev); err != nil {
				t.Fatal(err)
			}
		},
		"restart": func(t *testing.T, s *etcdtest.Server, client *clientv3.Client) {
			s.Stop()
			s.Start()
			put(t, client, "k/1", "changed")
		},
		"wiped, refilled with a lower revision": func(t *testing.T, s *etcdtest.Server, client *clientv3.Client) {
			s.Stop()
			s.Wipe()
			s.Start()
			put(t, client, "k/2", "again")
		},
		"wiped, refilled up to a higher revision": func(t *testing.T, s *etcdtest.Server, client *clientv3.Client) {
			s.Stop()
			s.Wipe()
			s.Start()
			for i := range 50 {
				put(t, client, "other", fmt.Sprint(i))
			}
			put(t, client, "k/2", "again")
		},
		"wiped, refilled alike with other values": func(t *testing.T, s *etcdtest.Server, client *clientv3.Client) {
			s.Stop()
			s.Wipe()
			s.Start()
			put(t, client, "k/1", "other 1")
			put(t, client, "k/2", "other 2")
		},
		"another cluster": func(t *testing.T, s *etcdtest.Server, client *clientv3.Client) {
			s.Stop()
			s.Replace()
			s.Start()
			for i := range 50 {
				put(t, client, "other", fmt.Sprint(i))
			}
			put(t, client, "k/9", "else")
		},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			s := etcdtest.Start(t)
			client := s.Client()
			proxy := etcdtest.NewProxy(t, s.Endpoint())
			c := connectTo(t, proxy.Endpoint())
			var r recorder
			if err := c.Watch(r.add, nil, "k/"); err != nil {
				t.Fatal(err)
			}
			put(t, client, "k/1", "1")
			put(t, client, "k/2", "2")
			r.expect(t, "Put k/1 1<-", "Put k/2 2<-")

			proxy.Cut()
			outage(t, s, client)
			proxy.Heal()
			etcdtest.Eventually(t, "in step with the store", func() bool { return inStep(t, client, &r) })
			put(t, client, "k/1", "afterwards")
			etcdtest.Eventually(t, "in step after one more change", func() bool { return inStep(t, client, &r) })
		})
	}
}

func inStep(t *testing.T, client *clientv3.Client, r *recorder) bool {
	t.Helper()
	resp, err := client.Get(context.Background(), "k/", clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(resp.Kvs) != len(r.last) {
		return false
	}
	for _, kv := range resp.Kvs {
		if r.last[string(kv.Key)] != string(kv.Value) {
			return false
		}
	}
	return true
}

// A connection that died without a word is given up.
func TestFrozenConnection(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as keepalive")
	}
	s := etcdtest.Start(t)
	client := s.Client()
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	c := connectTo(t, proxy.Endpoint())
	var r recorder
	if err := c.Watch(r.add, nil, "k/"); err != nil {
		t.Fatal(err)
	}
	proxy.Freeze()
	put(t, client, "k/1", "1")
	if err := c.Put("k/2", []byte("2")); err == nil {
		t.Error("Put over a frozen connection")
	}
	// From now on only new connections work.
	fresh := etcdtest.NewProxy(t, s.Endpoint())
	c.client.SetEndpoints(proxy.Endpoint(), fresh.Endpoint())
	etcdtest.Eventually(t, "in step with the store", func() bool { return inStep(t, client, &r) })
}

// Many writers while sessions are cut again and again.
func TestNoUpdateIsLostUnderLoad(t *testing.T) {
	s := etcdtest.Start(t)
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	client := s.Client()
	c := connectTo(t, proxy.Endpoint())
	var r recorder
	if err := c.Watch(r.add, nil, "k/"); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 300 {
				key := fmt.Sprintf("k/%d", (i*7+w)%40)
				var err error
				if i%5 == 4 {
					_, err = client.Delete(context.Background(), key)
				} else {
					_, err = client.Put(context.Background(), key, fmt.Sprintf("%d-%d", w, i))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			proxy.Cut()
			proxy.Heal()
			n := len(r.String())
			etcdtest.Eventually(t, "progress", func() bool {
				select {
				case <-done:
					return true
				default:
					return len(r.String()) > n
				}
			})
		}
	}
	etcdtest.Eventually(t, "in step with the store", func() bool { return inStep(t, client, &r) })
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, rev := range r.revs {
		if i > 0 && rev < r.revs[i-1] && !strings.HasPrefix(r.lines[i-1], "Delete") {
			t.Fatalf("revision %d after %d", rev, r.revs[i-1])
		}
	}
}
