// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
)

// store remembers what was put into it. It fails as long as there are errors
// for it, and waits before each put for gate, if there is one.
type store struct {
	gate    chan struct{}
	waiting chan struct{} // gets a value when a put waits for gate
	refused string        // a key that is never accepted

	mu       sync.Mutex
	errs     []error
	values   map[string]proto.Message
	puts     map[string]int
	lifetime map[string]bool // the value goes with the client
}

func (s *store) Put(key string, value proto.Message, opts ...datasync.PutOption) error {
	if s.gate != nil {
		select {
		case s.waiting <- struct{}{}:
		default:
		}
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.values == nil {
		s.values, s.puts, s.lifetime = make(map[string]proto.Message), make(map[string]int), make(map[string]bool)
	}
	s.puts[key]++
	if key == s.refused {
		return errors.New("key is refused")
	}
	if len(s.errs) > 0 {
		err := s.errs[0]
		s.errs = s.errs[1:]
		return err
	}
	s.values[key] = value
	for _, opt := range opts {
		if _, ok := opt.(*datasync.WithClientLifetimeTTLOpt); ok {
			s.lifetime[key] = true
		}
	}
	return nil
}

// json returns a value as it is stored, "" if there is none.
func (s *store) json(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	if !ok {
		return ""
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (s *store) plugin(name string) *status.PluginStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, _ := s.values[status.PluginStatusKey(name)].(*status.PluginStatus)
	return value
}

func (s *store) agent() *status.AgentStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, _ := s.values[status.AgentStatusKey()].(*status.AgentStatus)
	return value
}

func TestPublishing(t *testing.T) {
	s := &store{}
	p := start(t, s, func(p *Plugin) {
		p.now = func() time.Time { return time.Unix(1000, 0) }
		p.Register("early", nil)
	})
	eventually(t, "the agent is published", func() bool { return s.agent().GetState() == stOK })
	eventually(t, "what registered before the start is published", func() bool { return s.plugin("early") != nil })

	p.Register("a", nil)
	eventually(t, "a plugin is published when it registers", func() bool { return s.plugin("a") != nil })
	p.ReportStateChange("a", Error, errors.New("broken"))
	eventually(t, "a change is published", func() bool { return s.plugin("a").GetState() == stError })
	eventually(t, "the agent follows", func() bool { return s.agent().GetState() == stError })

	const want = `"state":"ERROR"`
	for _, key := range []string{"check/status/v1/agent", "check/status/v1/plugin/a"} {
		if text := s.json(key); !contains(text, want) || !contains(text, `"last_change":"1000"`) {
			t.Errorf("%s is %s", key, text)
		}
		s.mu.Lock()
		if !s.lifetime[key] {
			t.Errorf("%s outlives the agent", key)
		}
		s.mu.Unlock()
	}
}

// contains ignores the spaces that protojson puts in at random.
func contains(text, part string) bool {
	return strings.Contains(strings.ReplaceAll(text, " ", ""), part)
}

// The store is not ready when the plugin starts: what could not be written is
// written without a further change.
func TestPublishingIsRetried(t *testing.T) {
	period(t, &PeriodicWriteTimeout, time.Hour)
	s := &store{errs: []error{errors.New("not ready"), errors.New("not ready")}}
	start(t, s, func(p *Plugin) {
		p.Register("a", nil)
		p.ReportStateChange("a", OK, nil)
	})
	eventually(t, "all is published", func() bool {
		return s.agent().GetState() == stOK && s.plugin("a").GetState() == stOK
	})
}

func TestOneRefusedKeyDoesNotHoldUpTheOthers(t *testing.T) {
	period(t, &PeriodicWriteTimeout, time.Hour)
	s := &store{refused: status.PluginStatusKey("a")}
	start(t, s, func(p *Plugin) {
		for _, name := range []string{"a", "b", "c"} {
			p.Register(infra.PluginName(name), nil)
		}
	})
	eventually(t, "the others are published", func() bool {
		return s.agent() != nil && s.plugin("b") != nil && s.plugin("c") != nil
	})
}

// A store that hangs holds up neither readers, reporters nor probes; what is
// written in the end is the last state, and not every one in between; Close
// does not wait for the store for ever.
func TestHangingStore(t *testing.T) {
	period(t, &PeriodicProbingTimeout, time.Millisecond)
	period(t, &PeriodicWriteTimeout, time.Hour)
	s := &store{gate: make(chan struct{}), waiting: make(chan struct{}, 1)}
	p := start(t, s, func(p *Plugin) {
		p.Register("a", nil)
		p.Register("probed", func() (PluginState, error) { return OK, nil })
	})
	<-s.waiting

	for range 100 {
		p.ReportStateChange("a", Error, errors.New("broken"))
		p.ReportStateChange("a", OK, nil)
	}
	eventually(t, "the probe is called", p.overallIs(stOK))

	close(s.gate)
	eventually(t, "the last state is published", func() bool {
		return s.plugin("a").GetState() == stOK && s.plugin("probed").GetState() == stOK && s.agent().GetState() == stOK
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if puts := s.puts[status.PluginStatusKey("a")]; puts > 3 {
		t.Errorf("200 changes while the store hung were written one by one: %d puts", puts)
	}
}

func TestCloseWithHangingStore(t *testing.T) {
	s := &store{gate: make(chan struct{}), waiting: make(chan struct{}, 1)}
	p := start(t, s, nil)
	<-s.waiting
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	p.Register("late", nil)
	p.ReportStateChange("late", OK, nil)
	close(s.gate)
}

func TestPublishingIsRepeated(t *testing.T) {
	period(t, &PeriodicWriteTimeout, time.Millisecond)
	var mu sync.Mutex
	now := time.Unix(1000, 0)
	s := &store{}
	start(t, s, func(p *Plugin) {
		p.now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
		p.Register("a", nil)
	})
	eventually(t, "the plugin is published", func() bool { return s.plugin("a") != nil })
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	eventually(t, "the plugin is published again, without a change", func() bool {
		return s.plugin("a").GetLastUpdate() == 1060
	})
	eventually(t, "the agent is published again, without a change", func() bool {
		return s.agent().GetLastUpdate() == 1060 && s.agent().GetLastChange() == 1000
	})
}
