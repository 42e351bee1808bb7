// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.ligato.io/cn-infra/v2/logging"
	_ "go.ligato.io/cn-infra/v2/logging/logrus" // the logger behind ForPlugin
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

func testLogger() logging.PluginLogger {
	log := logging.ForPlugin("ifwatcher-test")
	log.SetLevel(logging.ErrorLevel)
	return log
}

// scheduler takes notifications and keeps what they add up to.
type scheduler struct {
	kvs.KVScheduler // nil: no other method is used

	t      *testing.T
	mu     sync.Mutex
	refuse error
	during func()
	keys   map[string]bool
	pushes [][]string // what was pushed since the last call of take
	calls  int
}

func newScheduler(t *testing.T) *scheduler { return &scheduler{t: t, keys: map[string]bool{}} }

func (s *scheduler) PushSBNotification(notif ...kvs.KVWithMetadata) error {
	s.mu.Lock()
	during := s.during
	s.mu.Unlock()
	if during != nil {
		during()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.refuse != nil {
		return s.refuse
	}
	if len(notif) == 0 {
		s.t.Error("empty notification")
	}
	var push []string
	for _, kv := range notif {
		name, ok := shortKey(kv.Key)
		if !ok || kv.Origin != kvs.FromSB || kv.Metadata != nil {
			s.t.Errorf("notification %+v", kv)
		}
		sign := "- "
		if kv.Value != nil {
			sign = "+ "
			if !proto.Equal(kv.Value, &emptypb.Empty{}) {
				s.t.Errorf("value of %s is %v", kv.Key, kv.Value)
			}
		}
		if s.keys[kv.Key] == (kv.Value != nil) {
			s.t.Errorf("%s%s changes nothing", sign, kv.Key)
		}
		s.keys[kv.Key] = kv.Value != nil
		push = append(push, sign+name)
	}
	s.pushes = append(s.pushes, push)
	return nil
}

func (s *scheduler) setRefuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
}

// setDuring sets what is called in each push.
func (s *scheduler) setDuring(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.during = f
}

// take returns the pushes since the last call.
func (s *scheduler) take() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pushes
	s.pushes = nil
	return p
}

// names returns the keys there are, without the prefix.
func (s *scheduler) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, k := range slices.Sorted(maps.Keys(s.keys)) {
		if s.keys[k] {
			name, _ := shortKey(k)
			names = append(names, name)
		}
	}
	return names
}

// shortKey leaves out what is the same in all keys; names in another namespace begin
// with "netns/".
func shortKey(key string) (short string, ok bool) {
	if name, ok := strings.CutPrefix(key, ifmodel.InterfaceHostNameKeyPrefix); ok {
		return name, true
	}
	below, ok := strings.CutPrefix(key, NamespaceKeyPrefix)
	return "netns/" + strings.Replace(below, "/host-name/", "/", 1), ok
}
