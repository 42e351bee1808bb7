// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package prometheus

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/unrolled/render"
	"go.uber.org/goleak"

	"go.ligato.io/cn-infra/v2/rpc/rest"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// fakeHTTP keeps the handlers by "<method> <path>".
type fakeHTTP struct {
	mu       sync.Mutex
	handlers map[string]http.Handler
}

func (f *fakeHTTP) RegisterHTTPHandler(path string, provider rest.HandlerProvider, methods ...string) *mux.Route {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.handlers == nil {
		f.handlers = make(map[string]http.Handler)
	}
	f.handlers[strings.Join(methods, "+")+" "+path] = provider(render.New())
	return mux.NewRouter().NewRoute()
}

func (f *fakeHTTP) RegisterPermissionGroup(...*access.PermissionGroup) {}

func (f *fakeHTTP) GetPort() int { return 0 }

// scrape returns the metrics at path, "" if nothing is served there.
func (f *fakeHTTP) scrape(t *testing.T, path string) string {
	t.Helper()
	f.mu.Lock()
	handler, ok := f.handlers["GET "+path]
	f.mu.Unlock()
	if !ok {
		return ""
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder.Body.String()
}

func gauge(p API, path, name string, value float64) error {
	return p.RegisterGaugeFunc(path, "test", "sub", name, "help", prometheus.Labels{"l": "v"},
		func() float64 { return value })
}

func TestRegistries(t *testing.T) {
	server := &fakeHTTP{}
	p := newPlugin(server)

	// Before Init.
	if err := p.NewRegistry("/metrics/early", promhttp.HandlerOpts{}); err != nil {
		t.Fatal(err)
	}
	if err := gauge(p, "/metrics/early", "early", 1); err != nil {
		t.Fatal(err)
	}
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if got := server.scrape(t, "/metrics/early"); got != "" {
		t.Errorf("served before AfterInit: %s", got)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	// After AfterInit.
	if err := p.NewRegistry("/late", promhttp.HandlerOpts{}); err != nil {
		t.Fatal(err)
	}
	if err := gauge(p, "/late", "late", 2.5); err != nil {
		t.Fatal(err)
	}

	for path, want := range map[string]string{
		"/metrics/early": `test_sub_early{l="v"} 1`,
		"/late":          `test_sub_late{l="v"} 2.5`,
		"/metrics":       "go_goroutines ",
	} {
		if got := server.scrape(t, path); !strings.Contains(got, want) {
			t.Errorf("%s: no %s in\n%s", path, want, got)
		}
	}
	if got := server.scrape(t, "/late"); strings.Contains(got, "early") {
		t.Errorf("the metrics of one registry are in another: %s", got)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestCollectors(t *testing.T) {
	p := newPlugin(nil)
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	if err := p.NewRegistry("/r", promhttp.HandlerOpts{}); err != nil {
		t.Fatal(err)
	}
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "counter"})
	if err := p.Register("/r", counter); err != nil {
		t.Fatal(err)
	}
	var exists prometheus.AlreadyRegisteredError
	if err := p.Register("/r", counter); !errors.As(err, &exists) {
		t.Errorf("registered twice: %v", err)
	}
	if !p.Unregister("/r", counter) || p.Unregister("/r", counter) {
		t.Error("Unregister does not tell whether the collector was there")
	}
}

func TestErrors(t *testing.T) {
	p := newPlugin(nil)
	if err := p.NewRegistry("metrics2", promhttp.HandlerOpts{}); !errors.Is(err, ErrPathInvalidFormat) {
		t.Errorf("path without slash: %v", err)
	}
	if err := p.NewRegistry(DefaultRegistry, promhttp.HandlerOpts{}); !errors.Is(err, ErrPathAlreadyRegistry) {
		t.Errorf("path of the default registry: %v", err)
	}
	if err := gauge(p, "/none", "x", 0); !errors.Is(err, ErrRegistryNotFound) {
		t.Errorf("registry that is not there: %v", err)
	}
	if p.Unregister("/none", prometheus.NewCounter(prometheus.CounterOpts{Name: "x"})) {
		t.Error("a collector was in a registry that is not there")
	}
}

func TestConcurrentUse(t *testing.T) {
	server := &fakeHTTP{}
	p := newPlugin(server)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			path := fmt.Sprintf("/%d", i)
			if err := errors.Join(p.NewRegistry(path, promhttp.HandlerOpts{}), gauge(p, path, "x", float64(i))); err != nil {
				t.Error(err)
			}
		})
	}
	group.Go(func() {
		if err := p.AfterInit(); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
	for i := range 8 {
		if want := fmt.Sprintf(`test_sub_x{l="v"} %d`, i); !strings.Contains(server.scrape(t, fmt.Sprintf("/%d", i)), want) {
			t.Errorf("registry %d is not served", i)
		}
	}
}

func newPlugin(server *fakeHTTP) *Plugin {
	return NewPlugin(UseDeps(func(d *Deps) {
		d.HTTP = nil
		if server != nil {
			d.HTTP = server
		}
	}))
}
