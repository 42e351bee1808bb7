// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unrolled/render"
	"golang.org/x/time/rate"
)

// whoami answers with the user that handlers see.
func whoami(*render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, UserName(r)+"/"+r.Header.Get(HeaderKeyAuthUsername))
	}
}

func TestBasicAuth(t *testing.T) {
	p := start(t, Config{ClientBasicAuth: []string{"user:pa:ss", "empty:"}})
	p.RegisterHTTPHandler("/", whoami, http.MethodGet)
	p.RegisterHTTPHandler("/", whoami, http.MethodPost)
	p.RegisterHTTPHandler("/{x}", whoami, http.MethodGet)

	for _, test := range []struct {
		method, path, user, pass string
		anonymous                bool
		status                   int
	}{
		{http.MethodGet, "/", "user", "pa:ss", false, 200},
		{http.MethodPost, "/", "user", "pa:ss", false, 200},
		{http.MethodGet, "/x", "user", "pa:ss", false, 200},
		{http.MethodGet, "/", "empty", "", false, 200},
		{http.MethodGet, "/", "user", "pa", false, 401},
		{http.MethodGet, "/", "user", "pa:ss:", false, 401},
		{http.MethodGet, "/", "user", "", false, 401},
		{http.MethodGet, "/", "nobody", "", false, 401},
		{http.MethodGet, "/", "", "", false, 401},
		{http.MethodGet, "/", "", "", true, 401},
		{http.MethodPost, "/", "", "", true, 401},
		{http.MethodGet, "/x", "", "", true, 401},
		{http.MethodPut, "/", "", "", true, 405},
		{http.MethodGet, "/not/there", "", "", true, 404},
	} {
		got := send(t, test.method, p.url(test.path), func(r *http.Request) {
			r.Header.Set(HeaderKeyAuthUsername, "admin")
			if !test.anonymous {
				r.SetBasicAuth(test.user, test.pass)
			}
		})
		if got.status != test.status {
			t.Errorf("%+v: answer is %d %q", test, got.status, got.body)
		}
		challenge := got.header.Get("WWW-Authenticate")
		if (got.status == 401) != strings.HasPrefix(challenge, "Basic realm=") {
			t.Errorf("%+v: challenge is %q", test, challenge)
		}
		if got.status == 200 && got.body != test.user+"/"+test.user {
			t.Errorf("%+v: user is %q", test, got.body)
		}
	}
}

func TestUsersAreChecked(t *testing.T) {
	for _, users := range [][]string{{"no colon"}, {"a:1", "a:2"}} {
		_, err := newStaticAuthenticator(users)
		if err == nil || !strings.Contains(err.Error(), "client-basic-auth") {
			t.Errorf("%q: error is %v", users, err)
		}
	}
	if _, err := newStaticAuthenticator([]string{"secret without colon"}); strings.Contains(err.Error(), "secret") {
		t.Errorf("error tells a password: %v", err)
	}
}

type allow string

func (a allow) Authenticate(user, pass string) bool { return pass == string(a) }

func TestOwnAuthenticator(t *testing.T) {
	p := start(t, Config{ClientBasicAuth: []string{"user:pass"}}, UseAuthenticator(allow("open")))
	p.RegisterHTTPHandler("/", whoami)
	for pass, status := range map[string]int{"open": 200, "pass": 401} {
		got := send(t, http.MethodGet, p.url("/"), func(r *http.Request) { r.SetBasicAuth("user", pass) })
		if got.status != status {
			t.Errorf("%s: answer is %d, want %d", pass, got.status, status)
		}
	}
}

func TestRateLimit(t *testing.T) {
	// Practically no tokens come back while the test runs.
	p := start(t, Config{ClientBasicAuth: []string{"a:", "b:"}}, UseRateLimiter(rate.Every(time.Hour), 2))
	p.RegisterHTTPHandler("/", whoami)
	as := func(user string) answer {
		return send(t, http.MethodGet, p.url("/"), func(r *http.Request) { r.SetBasicAuth(user, "") })
	}
	for range 2 {
		if got := as("a"); got.status != 200 || got.header.Get(HeaderKeyRateLimitBurst) != "2" {
			t.Errorf("answer is %+v", got)
		}
	}
	got := as("a")
	if got.status != 429 {
		t.Errorf("answer is %+v", got)
	}
	if delay, err := time.ParseDuration(got.header.Get(HeaderKeyRateLimitDelay)); err != nil || delay <= 0 {
		t.Errorf("delay is %v, %v", delay, err)
	}
	if got := as("b"); got.status != 200 {
		t.Errorf("another user gets %+v", got)
	}
}

func TestRateLimitOfAddressFromConfiguration(t *testing.T) {
	cfg := Config{Endpoint: "127.0.0.1:0"}
	if err := PluginConfig(writeFile(t, "rate-limiter: {limit: 0.001, burst: 1}"), &cfg, "http"); err != nil {
		t.Fatal(err)
	}
	p := start(t, cfg)
	p.RegisterHTTPHandler("/", whoami)
	if first, second := p.get(t, "/"), p.get(t, "/"); first.status != 200 || second.status != 429 {
		t.Errorf("answers are %d and %d", first.status, second.status)
	}
}

func TestIdleClientsAreForgotten(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimiters(1, 10)
	l.now = func() time.Time { return now }

	for _, name := range []string{"a", "b", "c"} {
		for range 10 {
			if delay := l.delay(name); delay != 0 {
				t.Fatalf("%s: delay is %v", name, delay)
			}
		}
	}
	if delay := l.delay("a"); delay != time.Second {
		t.Errorf("delay is %v", delay)
	}
	now = now.Add(sweepInterval)
	if l.delay("a"); len(l.clients) != 1 {
		t.Errorf("%d clients are remembered", len(l.clients))
	}
	for range 9 {
		l.delay("a")
	}
	now = now.Add(time.Second)
	l.swept = time.Time{}
	if l.delay("b"); len(l.clients) != 2 {
		t.Errorf("a client that has used its burst was forgotten")
	}
}
