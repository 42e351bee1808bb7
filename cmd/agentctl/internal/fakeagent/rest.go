// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeagent

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
)

//go:embed recorded
var recorded embed.FS

// Phases of the recorded agent.
const (
	Empty   = "empty"   // nothing configured
	Pending = "pending" // two interfaces and a route that wait
)

// Answer is an answer of the REST server.
type Answer struct {
	Code        int
	ContentType string
	Body        string
}

// REST is a REST server.
type REST struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string]Answer // by method, path and query
	asked   []string
}

// StartREST starts a server that replays a phase.
func StartREST(t *testing.T, phase string) *REST {
	t.Helper()
	r := &REST{answers: map[string]Answer{}}
	for _, dir := range []string{"any", "errors", phase} {
		if err := r.load(path.Join("recorded", dir)); err != nil {
			t.Fatal(err)
		}
	}
	r.addPrefixes()
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// Set replaces an answer; the request is as in "GET /readiness".
func (r *REST) Set(request string, answer Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[canonical(request)] = answer
}

// SetJSON replaces an answer by a document.
func (r *REST) SetJSON(request, body string) {
	r.Set(request, Answer{Code: http.StatusOK, ContentType: "application/json; charset=UTF-8", Body: body})
}

// Asked returns the requests so far.
func (r *REST) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.asked...)
}

// ServeHTTP answers as recorded.
func (r *REST) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	request := canonical(req.Method + " " + req.URL.RequestURI())
	r.mu.Lock()
	r.asked = append(r.asked, request)
	answer, ok := r.answers[request]
	if !ok && req.URL.Path == "/scheduler/dump" {
		answer, ok = r.answers["GET /scheduler/dump?key-prefix=nosuch/"]
	}
	r.mu.Unlock()
	if !ok {
		http.NotFound(w, req)
		return
	}
	if answer.ContentType != "" {
		w.Header().Set("Content-Type", answer.ContentType)
	}
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, answer.Body)
}

// canonical brings the arguments of a request into one order.
func canonical(request string) string {
	before, query, ok := strings.Cut(request, "?")
	if !ok || query == "" {
		return before
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return request
	}
	text, err := url.QueryUnescape(values.Encode())
	if err != nil {
		return request
	}
	return before + "?" + text
}

var command = regexp.MustCompile(`^\$ curl -sS -i (?:-X (\w+) )?'?http://[^/]*([^' ]*)'?$`)

// load reads the recorded answers in a folder.
func (r *REST) load(dir string) error {
	files, err := fs.ReadDir(recorded, dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		name := path.Join(dir, file.Name())
		text, err := recorded.ReadFile(name)
		if err != nil {
			return err
		}
		first, rest, _ := bytes.Cut(text, []byte("\n"))
		match := command.FindStringSubmatch(string(first))
		if match == nil {
			return fmt.Errorf("%s: no command in %q", name, first)
		}
		method := match[1]
		if method == "" {
			method = http.MethodGet
		}
		answer, err := parseAnswer(rest)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.answers[canonical(method+" "+match[2])] = answer
	}
	return nil
}

func parseAnswer(text []byte) (Answer, error) {
	// What was recorded has been put together again already.
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("Transfer-Encoding: chunked\n"), nil)
	head, body, _ := bytes.Cut(text, []byte("\n\n"))
	resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"))), nil)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body = bytes.TrimSuffix(body, []byte("[exit 0]\n"))
	return Answer{Code: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Body: string(body)}, nil
}

// addPrefixes makes the dumps of descriptors those of their key prefixes too.
func (r *REST) addPrefixes() {
	for descriptor, prefix := range map[string]string{
		"linux-interface": "config/linux/interfaces/v2/interface/",
		"linux-route":     "config/linux/l3/v2/route/",
	} {
		for _, view := range []string{"NB", "SB", "cached"} {
			if answer, ok := r.answers["GET /scheduler/dump?descriptor="+descriptor+"&view="+view]; ok {
				r.answers["GET /scheduler/dump?key-prefix="+prefix+"&view="+view] = answer
			}
		}
	}
}
