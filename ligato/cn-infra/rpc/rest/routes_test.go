// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"

	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

func TestRouting(t *testing.T) {
	p := start(t, Config{})
	p.RegisterHTTPHandler("/metrics/{metric}", text("pattern"), http.MethodGet)
	p.RegisterHTTPHandler("/metrics/vpp", text("exact"), http.MethodGet)
	p.RegisterHTTPHandler("/metrics/vpp", text("exact post"), http.MethodPost)
	p.RegisterHTTPHandler("/metrics/vpp", text("too late"), http.MethodGet)
	p.RegisterHTTPHandler("/metrics/{any}", text("pattern delete"), http.MethodDelete)
	p.RegisterHTTPHandler("/all", text("all"))

	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/metrics/other", 200, "pattern"},
		{http.MethodGet, "/metrics/vpp", 200, "exact"},
		{http.MethodPost, "/metrics/vpp", 200, "exact post"},
		{http.MethodDelete, "/metrics/vpp", 200, "pattern delete"},
		{http.MethodPut, "/metrics/vpp", 405, ""},
		{http.MethodPut, "/metrics/other", 405, ""},
		{http.MethodGet, "/all", 200, "all"},
		{http.MethodDelete, "/all", 200, "all"},
		{http.MethodGet, "/nothing", 404, "404 page not found\n"},
	} {
		got := send(t, test.method, p.url(test.path), nil)
		if got.status != test.status || got.body != test.body {
			t.Errorf("%s %s: %d %q, want %d %q", test.method, test.path, got.status, got.body, test.status, test.body)
		}
	}
}

func TestRendererAndVariables(t *testing.T) {
	p := start(t, Config{})
	p.RegisterHTTPHandler("/log/{logger}/{level}", func(formatter *render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			vars := mux.Vars(r)
			if err := formatter.JSON(w, http.StatusInternalServerError, map[string]string{"Error": vars["logger"] + vars["level"]}); err != nil {
				t.Error(err)
			}
		}
	}, http.MethodGet)

	got := p.get(t, "/log/a/b")
	if got.status != 500 || got.body != "{\n  \"Error\": \"ab\"\n}\n" {
		t.Errorf("answer is %d %q", got.status, got.body)
	}
	if contentType := got.header.Get("Content-Type"); contentType != "application/json; charset=UTF-8" {
		t.Errorf("content type is %q", contentType)
	}
}

func TestRegisterBeforeInit(t *testing.T) {
	p := NewPlugin(UseConf(Config{Endpoint: "127.0.0.1:0"}))
	if route := p.RegisterHTTPHandler("/early", text("early")).Name("early"); route.GetError() != nil {
		t.Error(route.GetError())
	}
	p.RegisterPermissionGroup(&access.PermissionGroup{Name: "group"})
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got := p.get(t, "/early"); got.body != "early" {
		t.Errorf("answer is %d %q", got.status, got.body)
	}
}

func TestProviderMayRegister(t *testing.T) {
	p := start(t, Config{})
	p.RegisterHTTPHandler("/outer", func(formatter *render.Render) http.HandlerFunc {
		p.RegisterHTTPHandler("/inner", text("inner"))
		return text("outer")(formatter)
	})
	if outer, inner := p.get(t, "/outer"), p.get(t, "/inner"); outer.body != "outer" || inner.body != "inner" {
		t.Errorf("answers are %+v and %+v", outer, inner)
	}
}

// Handlers are registered while requests are served, also by a handler and
// while another one does not return.
func TestRegisterWhileServing(t *testing.T) {
	p := start(t, Config{})
	entered, release := make(chan struct{}), make(chan struct{})
	p.RegisterHTTPHandler("/slow", func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p.RegisterHTTPHandler("/from-handler", text("from handler"))
			close(entered)
			<-release
		}
	})
	var group sync.WaitGroup
	group.Go(func() { p.get(t, "/slow") })
	<-entered

	for i := range 4 {
		group.Go(func() {
			for j := range 20 {
				path := fmt.Sprintf("/%d/%d", i, j)
				p.RegisterHTTPHandler(path, text(path), http.MethodGet)
				if got := p.get(t, path); got.body != path {
					t.Errorf("%s: %d %q", path, got.status, got.body)
				}
			}
		})
	}
	if got := p.get(t, "/from-handler"); got.body != "from handler" {
		t.Errorf("answer is %d %q", got.status, got.body)
	}
	close(release)
	group.Wait()
}

func TestPanicsOfHandlersAreContained(t *testing.T) {
	p := start(t, Config{})
	p.RegisterHTTPHandler("/panic", func(*render.Render) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) { panic("handler is broken") }
	})
	resp, err := client.Get(p.url("/panic"))
	if err == nil {
		resp.Body.Close()
		t.Errorf("answer is %v", resp.Status)
	}
	p.RegisterHTTPHandler("/fine", text("fine")) // the lock is free
	if got := p.get(t, "/fine"); got.body != "fine" {
		t.Errorf("answer is %d %q", got.status, got.body)
	}
}

func TestUserHeaderOfClientIsRemoved(t *testing.T) {
	var rs routes
	rs.register("/", func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Header.Get(HeaderKeyAuthUsername)+UserName(r))
		}
	}, nil)
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Header.Set(HeaderKeyAuthUsername, "admin")
	recorder := httptest.NewRecorder()
	rs.ServeHTTP(recorder, req)
	if recorder.Code != 200 || recorder.Body.Len() != 0 {
		t.Errorf("answer is %d %q", recorder.Code, recorder.Body)
	}
}
