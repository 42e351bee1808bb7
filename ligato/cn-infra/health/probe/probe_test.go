// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// stack is an agent's part that has to do with its health.
type stack struct {
	http   *rest.Plugin
	status *statuscheck.Plugin
	probe  *Plugin
}

// newStack returns a stack that is not started yet.
func newStack(store datasync.KeyProtoValWriter, opts ...Option) *stack {
	s := &stack{
		http:   rest.NewPlugin(rest.UseConf(rest.Config{Endpoint: "127.0.0.1:0"})),
		status: statuscheck.NewPlugin(statuscheck.UseDeps(func(d *statuscheck.Deps) { d.Transport = store })),
	}
	s.probe = NewPlugin(append([]Option{UseDeps(func(d *Deps) {
		d.HTTP = s.http
		d.StatusCheck = s.status
		d.ServiceLabel = servicelabel.NewPlugin(servicelabel.UseLabel("agent1"))
	})}, opts...)...)
	return s
}

// start starts the stack. What was reported before is known when it serves.
func (s *stack) start(t *testing.T) {
	t.Helper()
	plugins := []infra.Plugin{s.http, s.status, s.probe}
	for _, p := range plugins {
		if err := p.Init(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.Close(); err != nil {
				t.Errorf("%v: Close() = %v", p, err)
			}
		})
	}
	for _, p := range plugins {
		if err := p.(infra.PostInit).AfterInit(); err != nil {
			t.Fatal(err)
		}
	}
}

var httpClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}

// get returns the status code and the body at path.
func (s *stack) get(t *testing.T, path string) (code int, body string) {
	t.Helper()
	resp, err := httpClient.Get("http://127.0.0.1:" + strconv.Itoa(s.http.GetPort()) + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType := resp.Header.Get("Content-Type"); strings.HasPrefix(string(text), "{") && contentType != "application/json; charset=UTF-8" {
		t.Errorf("%s: content type is %q", path, contentType)
	}
	return resp.StatusCode, string(text)
}

// expect checks the answers of both probes.
func (s *stack) expect(t *testing.T, when string, liveness, readiness int) {
	t.Helper()
	if code, body := s.get(t, "/liveness"); code != liveness {
		t.Errorf("%s: /liveness is %d, want %d: %s", when, code, liveness, body)
	}
	if code, body := s.get(t, "/readiness"); code != readiness {
		t.Errorf("%s: /readiness is %d, want %d: %s", when, code, readiness, body)
	}
}

func TestProbesFollowTheState(t *testing.T) {
	s := newStack(nil)
	s.status.Register("root", nil)
	s.status.Register("silent", nil)
	s.status.ReportStateChange("root", statuscheck.Init, nil)
	s.start(t)

	s.expect(t, "initialising", 200, 500)
	s.status.ReportStateChange("root", statuscheck.OK, nil)
	s.expect(t, "well", 200, 200)
	s.status.Register("etcd", nil)
	s.status.ReportStateChange("etcd", statuscheck.Error, errors.New("away"))
	s.expect(t, "in error", 500, 500)
	s.status.ReportStateChange("root", statuscheck.Error, nil)
	s.status.ReportStateChange("root", statuscheck.OK, nil)
	s.expect(t, "one well, another in error", 500, 500)
	s.status.ReportStateChange("etcd", statuscheck.OK, nil)
	s.expect(t, "recovered", 200, 200)
}

func TestNonFatalPlugins(t *testing.T) {
	s := newStack(nil, WithNonFatalPlugins([]string{"etcd", "kafka"}))
	for _, name := range []infra.PluginName{"root", "etcd", "other"} {
		s.status.Register(name, nil)
		s.status.ReportStateChange(name, statuscheck.OK, nil)
	}
	s.start(t)

	s.status.ReportStateChange("etcd", statuscheck.Error, errors.New("away"))
	s.expect(t, "non-fatal error", 200, 200)
	s.status.ReportStateChange("root", statuscheck.Init, nil)
	s.expect(t, "non-fatal error while another plugin initialises", 200, 500)
	s.status.ReportStateChange("root", statuscheck.OK, nil)
	s.status.ReportStateChange("other", statuscheck.Error, errors.New("broken"))
	s.expect(t, "fatal and non-fatal error", 500, 500)

	_, body := s.get(t, "/liveness")
	if want := `"NonFatalPlugins":["etcd","kafka"]`; !strings.Contains(body, want) {
		t.Errorf("no %s in %s", want, body)
	}
}

// The form of the answer is what controllers and agentctl read.
func TestBody(t *testing.T) {
	agent.BuildVersion, agent.BuildDate, agent.CommitHash = "v1", "today", "abc"
	s := newStack(nil)
	s.status.Register("etcd", nil)
	s.status.Register("root", nil)
	s.status.ReportStateChangeWithMeta("root", statuscheck.OK, nil,
		&status.InterfaceStats_Interface{InternalName: "eth0", Index: 1})
	s.start(t)

	// Times are all the same, so that they can be put in here.
	want := `{"build_version":"v1","build_date":"today","state":1,"start_time":T,"last_change":T,"last_update":T,` +
		`STATS"commit_hash":"abc","plugins":[{"name":"root","state":1,"last_change":T,"last_update":T}],` +
		`"PluginStatus":{"etcd":{"last_change":T,"last_update":T},"root":{"state":1,"last_change":T,"last_update":T}},` +
		`"NonFatalPlugins":null}`
	for path, stats := range map[string]string{
		"/liveness":  "",
		"/readiness": `"interface_stats":{"interfaces":[{"internal_name":"eth0","index":1}]},`,
	} {
		code, body := s.get(t, path)
		if code != 200 {
			t.Errorf("%s: status is %d", path, code)
		}
		if got, want := times.ReplaceAllString(body, "T"), strings.Replace(want, "STATS", stats, 1); got != want {
			t.Errorf("%s:\n%s, want\n%s", path, got, want)
		}

		var exposed ExposedStatus
		if err := json.Unmarshal([]byte(body), &exposed); err != nil {
			t.Fatal(err)
		}
		if exposed.State != status.OperationalState_OK || exposed.BuildVersion != "v1" || exposed.StartTime == 0 ||
			len(exposed.Plugins) != 1 || exposed.PluginStatus["root"].GetState() != status.OperationalState_OK {
			t.Errorf("%s is read as %+v", path, &exposed)
		}
	}
}

// times matches the numbers that are a time.
var times = regexp.MustCompile(`[0-9]{9,}`)

func TestEmptyInterfaceStatsAreShown(t *testing.T) {
	s := newStack(nil)
	s.start(t)
	if _, body := s.get(t, "/readiness"); !strings.Contains(body, `"interface_stats":{},`) {
		t.Errorf("body is %s", body)
	}
}

// hangingStore never accepts anything until it is released.
type hangingStore struct{ entered, release chan struct{} }

func (h *hangingStore) Put(string, proto.Message, ...datasync.PutOption) error {
	h.entered <- struct{}{}
	<-h.release
	return errors.New("store is away")
}

// The answers wait neither for the store nor for a plugin's probe.
func TestProbesDoNotWaitForTheStore(t *testing.T) {
	store := &hangingStore{make(chan struct{}, 1000), make(chan struct{})}
	s := newStack(store)
	probing := make(chan struct{})
	s.status.Register("root", nil)
	s.status.Register("etcd", func() (statuscheck.PluginState, error) {
		close(probing)
		<-store.release
		return statuscheck.OK, nil
	})
	s.start(t)
	defer close(store.release)
	<-store.entered
	<-probing
	s.status.ReportStateChange("root", statuscheck.OK, nil)
	s.expect(t, "store hangs", 200, 500)
}

func TestWithoutDependencies(t *testing.T) {
	for name, change := range map[string]func(*Deps){
		"status check": func(d *Deps) { d.StatusCheck = nil },
		"HTTP server":  func(d *Deps) { d.HTTP = nil },
	} {
		s := newStack(nil, UseDeps(change))
		s.start(t)
		if code, _ := s.get(t, "/liveness"); code != 404 {
			t.Errorf("without %s: /liveness is %d", name, code)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := newStack(nil, UseDeps(func(d *Deps) {
		d.Prometheus = prometheus.NewPlugin(prometheus.UseDeps(func(deps *prometheus.Deps) { deps.HTTP = d.HTTP }))
	}))
	metrics := s.probe.Prometheus.(*prometheus.Plugin)
	if err := metrics.AfterInit(); err != nil {
		t.Fatal(err)
	}
	agent.BuildVersion, agent.BuildDate = "v1", "today"
	s.status.Register("etcd", nil)
	s.status.ReportStateChange("etcd", statuscheck.Error, errors.New("away"))
	s.start(t)

	_, body := s.get(t, "/health")
	for _, want := range []string{
		`service_health{service="agent1"} 2`,
		`service_info{build_date="today",build_version="v1",service="agent1"} 1`,
		`service_dependency_health{dependency="etcd",service="agent1"} 2`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	s.status.ReportStateChange("etcd", statuscheck.OK, nil)
	if _, body := s.get(t, "/health"); !strings.Contains(body, `service_health{service="agent1"} 1`) {
		t.Errorf("the metrics do not follow:\n%s", body)
	}
}

func TestMetricsNeedALabel(t *testing.T) {
	s := newStack(nil, UseDeps(func(d *Deps) {
		d.Prometheus = prometheus.NewPlugin()
		d.ServiceLabel = nil
	}))
	if err := s.probe.AfterInit(); err == nil || !strings.Contains(err.Error(), "service label") {
		t.Errorf("AfterInit() = %v", err)
	}
}
