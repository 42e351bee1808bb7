// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/mux"
	client "github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/unrolled/render"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// fakeHTTP serves what is registered.
type fakeHTTP struct {
	rest.HTTPHandlers
	router *mux.Router
}

func (f *fakeHTTP) RegisterHTTPHandler(path string, provider rest.HandlerProvider, methods ...string) *mux.Route {
	return f.router.HandleFunc(path, provider(render.New())).Methods(methods...)
}

func (f *fakeHTTP) get(t *testing.T, path string) (code int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func newHTTP() *fakeHTTP { return &fakeHTTP{router: mux.NewRouter()} }

// fakePrometheus is the part of the prometheus plugin that is used.
type fakePrometheus struct {
	prometheus.API
	*client.Registry
}

func (f *fakePrometheus) Register(path string, c client.Collector) error {
	if path != prometheus.DefaultRegistry {
		return prometheus.ErrRegistryNotFound
	}
	return f.Registry.Register(c)
}

func (f *fakePrometheus) Unregister(_ string, c client.Collector) bool {
	return f.Registry.Unregister(c)
}

// values returns the metrics with their labels, as in name{cause="audit"}; a
// histogram is the number of its samples.
func (f *fakePrometheus) values(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := f.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			name := strings.TrimPrefix(family.GetName(), "ligato_ifwatcher_")
			for _, l := range m.GetLabel() {
				name += " " + l.GetName() + "=" + l.GetValue()
			}
			switch family.GetType() {
			case dto.MetricType_COUNTER:
				values[name] = m.GetCounter().GetValue()
			case dto.MetricType_GAUGE:
				values[name] = m.GetGauge().GetValue()
			case dto.MetricType_HISTOGRAM:
				values[name] = float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return values
}

// delayLeft is what the delay of an hour is shown as at once.
var delayLeft = regexp.MustCompile(`^waiting (59m[0-9.]+s|1h0m0s)$`)

func TestREST(t *testing.T) {
	server := newHTTP()
	s := newSetup(UseDeps(func(d *Deps) { d.HTTPHandlers = server }), UseConf(Config{
		NotificationDelay: time.Hour, Exclude: []string{"veth*"}, AltNames: true,
	}))
	s.kernel.Preset([]tracker.Link{
		fakenetlink.Up(tracker.Link{Index: 1, Name: "lo", MTU: 65536, MAC: "00:00:00:00:00:00"}),
		fakenetlink.Up(tracker.Link{Index: 3, Name: "red", Kind: "vrf"}),
		fakenetlink.Up(tracker.Link{Index: 2, Name: "eth0", Master: 3, AltNames: []string{"enp3s0"}}),
		fakenetlink.Down(tracker.Link{Index: 5, Name: "\xff"}),
		fakenetlink.Up(tracker.Link{Index: 6, Name: "veth0", Kind: "veth"}),
	}, nil)
	s.kernel.SetAddr(2, "192.0.2.1/24")
	s.kernel.RefuseSubscribe(1<<30, syscall.EPERM)
	if err := s.plugin.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.plugin.Close()
	eventually(t, "status", func() bool { _, err := s.status.last(); return err != nil })
	if code, body := server.get(t, "/ifwatcher/interfaces"); code != http.StatusServiceUnavailable || !strings.Contains(body, syscall.EPERM.Error()) {
		t.Errorf("before the first dump: %d %s", code, body)
	}
	s.kernel.RefuseSubscribe(0, nil)
	eventually(t, "told", func() bool {
		return slices.ContainsFunc(s.plugin.Interfaces(), func(i tracker.Interface) bool { return i.Name == "eth0" && i.Told })
	})
	s.kernel.AddLink("eth1")
	eventually(t, "eth1", func() bool { return len(s.plugin.Interfaces()) == 6 })

	type object = map[string]any
	get := func(query string) (list []object) {
		t.Helper()
		code, body := server.get(t, "/ifwatcher/interfaces"+query)
		if err := json.Unmarshal([]byte(body), &list); err != nil || code != http.StatusOK {
			t.Fatalf("%d %s: %v", code, body, err)
		}
		return list
	}
	var got []string
	for _, i := range get("") {
		if since, ok := i["announced_since"].(string); ok != i["announced"].(bool) {
			t.Errorf("%v", i)
		} else if at, err := time.Parse(time.RFC3339, since); ok && (err != nil || time.Since(at) > time.Minute) {
			t.Errorf("announced since %q", since)
		}
		reason := delayLeft.ReplaceAllString(i["reason"].(string), "waiting")
		got = append(got, i["name"].(string)+": "+i["state"].(string)+": "+reason)
	}
	if want := []string{
		"eth0: announced: ", "eth1: waiting: waiting", "lo: announced: ", "red: announced: ",
		"veth0: excluded: excluded", "\ufffd: down: down (admin-down)",
	}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	for query, want := range map[string]int{"?name=eth0": 1, "?name=enp3s0": 1, "?name=none": 0, "?namespace=": 6, "?namespace=blue": 0, "?name=": 6} {
		if list := get(query); len(list) != want {
			t.Errorf("%s: %v", query, list)
		}
	}
	// The shape that tools depend on.
	eth0 := get("?name=eth0")[0]
	delete(eth0, "announced_since")
	gotJSON, _ := json.Marshal(eth0)
	if want := `{"addresses":["192.0.2.1/24"],"admin_up":true,"altnames":["enp3s0"],"announced":true,"index":2,"kind":"",` +
		`"mac":"","master":"red","mtu":0,"name":"eth0","namespace":"","oper_state":"up","reason":"","state":"announced","vrf":"red"}`; string(gotJSON) != want {
		t.Errorf("%s, expected %s", gotJSON, want)
	}
	if eth1 := get("?name=eth1")[0]; eth1["announced_since"] != nil || len(eth1["addresses"].([]any)) != 0 {
		t.Errorf("%v", eth1)
	}
}

// What is decided and not yet told is not shown as announced.
func TestRESTRefused(t *testing.T) {
	server := newHTTP()
	s := newSetup(UseDeps(func(d *Deps) { d.HTTPHandlers = server }), UseConf(Config{}))
	s.scheduler.setRefusePush(kvs.ErrTxnQueueFull)
	s.kernel.AddLink("eth0")
	if err := s.plugin.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.plugin.Close()
	has := func(text string) func() bool {
		return func() bool {
			_, body := server.get(t, "/ifwatcher/interfaces?name=eth0")
			return strings.Contains(body, text)
		}
	}
	eventually(t, "refused", has(`"announced":false,"announced_since":null,"state":"announced","reason":"the scheduler has not taken it yet"`))
	s.scheduler.setRefusePush(nil)
	eventually(t, "taken", has(`"announced":true`))
}

func TestMetrics(t *testing.T) {
	registry := &fakePrometheus{Registry: client.NewPedanticRegistry()}
	with := func(name string) Option {
		return UseDeps(func(d *Deps) { d.Prometheus = registry; d.SetName(name) })
	}
	s := newSetup(with("first"), UseConf(Config{}))
	other := newSetup(with("second"), UseConf(Config{}))
	twin := newSetup(with("first"), UseConf(Config{})) // watches without metrics
	for _, x := range []*setup{s, other, twin} {
		x.kernel.AddLink("eth0")
		if err := x.plugin.Init(); err != nil {
			t.Fatal(err)
		}
		defer x.plugin.Close()
		eventually(t, "told", func() bool { return x.scheduler.has("linux/interface/host-name/eth0") })
	}
	s.scheduler.setRefusePush(kvs.ErrTxnQueueFull)
	s.kernel.SetLink(fakenetlink.Down(tracker.Link{Index: 2, Name: "eth1"}))
	s.kernel.SetAddr(1, "192.0.2.1/24")
	eventually(t, "refused", func() bool { return registry.values(t)["refused_pushes_total plugin=first"] > 0 })
	s.scheduler.setRefusePush(nil)
	eventually(t, "accepted", func() bool { return registry.values(t)["pushes_total plugin=first"] == 2 })
	s.kernel.Silently(func() { s.kernel.SetAddr(1, "192.0.2.2/24") })
	s.kernel.RefuseSubscribe(1<<30, syscall.EPERM)
	s.kernel.Break(linuxcalls.ErrOverflow)
	eventually(t, "out of sync", func() bool { return registry.values(t)["in_sync plugin=first"] == 0 })
	s.kernel.RefuseSubscribe(0, nil)
	eventually(t, "in sync", func() bool { return registry.values(t)["repairs_total cause=overflow plugin=first"] == 1 })
	eventually(t, "told", func() bool { return registry.values(t)["pushes_total plugin=first"] == 3 })

	eventually(t, "told of the second", func() bool { return registry.values(t)["pushes_total plugin=second"] == 1 })
	got := registry.values(t)
	for name, want := range map[string]float64{
		"events_total plugin=first": 2, "kernel_drops_total plugin=first": 1, "overflows_total plugin=first": 1,
		"subscriptions_total plugin=first": 2, "interfaces_known plugin=first": 2, "interfaces_announced plugin=first": 1,
		"event_latency_seconds plugin=first": 3, "resync_duration_seconds cause=start plugin=first": 1,
		"resync_duration_seconds cause=overflow plugin=first": 1, "resync_duration_seconds cause=audit plugin=first": 0,
		"repairs_total cause=audit plugin=first": 0, "in_sync plugin=first": 1,
		"events_total plugin=second": 0, "pushes_total plugin=second": 1,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, expected %v", name, v, want)
		}
	}
	if t.Failed() {
		t.Logf("%v", got)
	}
	// Close takes away one's own, and nothing of another's.
	for _, x := range []*setup{twin, s} {
		if err := x.plugin.Close(); err != nil {
			t.Error(err)
		}
		_, first := registry.values(t)["events_total plugin=first"]
		_, second := registry.values(t)["events_total plugin=second"]
		if first != (x == twin) || !second {
			t.Errorf("first %v, second %v", first, second)
		}
	}
	other.plugin.Close()
	if left := registry.values(t); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestSubscribe(t *testing.T) {
	s := newSetup(UseConf(Config{}))
	s.kernel.AddLink("eth0")
	if err := s.plugin.Init(); err != nil {
		t.Fatal(err)
	}
	sub := s.plugin.Subscribe()
	next := func() string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		u, err := sub.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, c := range u.Changes {
			words = append(words, c.Interface().Name)
			for _, cause := range c.Causes {
				words = append(words, cause.String())
			}
		}
		return strings.Join(words, ", ")
	}
	if got := next(); got != "eth0, appeared, announced" {
		t.Errorf("%q", got)
	}
	s.kernel.Rename(1, "wan")
	if got := next(); got != "wan, renamed from eth0" {
		t.Errorf("%q", got)
	}
	if err := s.plugin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sub.Next(t.Context()); !errors.Is(err, feed.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := NewPlugin(UseConf(Config{Disabled: true})).Subscribe().Next(t.Context()); !errors.Is(err, feed.ErrClosed) {
		t.Errorf("while disabled: %v", err)
	}
}
