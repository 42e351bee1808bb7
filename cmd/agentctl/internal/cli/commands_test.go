// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

const arpYAML = "linuxConfig:\n  arpEntries:\n  - interface: uplink\n    ipAddress: 10.11.1.9\n"

// TestUpdate sets, gets and deletes configuration.
func TestUpdate(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	l.stdin = arpYAML
	stdout, stderr, status := l.run("config", "update", "-")
	if status != 0 || stdout != "OK\n" || !strings.Contains(stderr, "config/linux/l3/v2/arp/uplink/10.11.1.9 is PENDING: host-interface-exists ('agentctl why") {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	item := l.grpc.Requests()[0].GetUpdates()[0]
	if item.GetItem().GetId().GetModel() != "linux.l3.arp" || item.GetItem().GetId().GetName() != "uplink/10.11.1.9" || item.GetLabels()["io.ligato.from-client"] != "agentctl" {
		t.Errorf("asked for %v", item)
	}
	if got := l.ok("config", "get", "--labels", "io.ligato.from-client"); got != arpYAML+"netallocConfig: {}\n" {
		t.Errorf("get: %s", got)
	}
	l.rest.SetJSON("GET /scheduler/status?key=config/linux/l3/v2/arp/uplink/10.11.1.9", `{"value":{"key":"x"}}`)
	l.rest.Set("GET /scheduler/txn-history?format=text&seq-num=7", fakeagent.Answer{Code: 200, Body: "the transaction\n"})
	if got := l.ok("config", "delete", "--waitdone", "-v", writeFile(t, "arp.yaml", arpYAML)); got != "the transaction\nOK\n" {
		t.Errorf("delete: %q", got)
	}
	if last := l.grpc.Requests()[1].GetUpdates()[0].GetItem(); last.GetData() != nil || last.GetId().GetName() != "uplink/10.11.1.9" {
		t.Errorf("delete asked for %v", last)
	}
	if got := l.ok("config", "get", "--labels", "io.ligato.from-client=agentctl"); got != "linuxConfig: {}\nnetallocConfig: {}\n" {
		t.Errorf("get after delete: %s", got)
	}
}

// TestReplace may be empty, an update may not.
func TestReplace(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	empty := writeFile(t, "empty.yaml", "linuxConfig: {}\n")
	if _, stderr, status := l.run("config", "update", empty); status != 1 || !strings.Contains(stderr, "no configuration in it") {
		t.Errorf("status %d, %q", status, stderr)
	}
	if got := l.ok("config", "update", "--replace", "-v", "--labels", "a=b,c", empty); got != "transaction 7\nOK\n" {
		t.Errorf("%q", got)
	}
	want := &generic.SetConfigRequest{OverwriteAll: true}
	if got := l.grpc.Requests(); len(got) != 1 || got[0].String() != want.String() {
		t.Errorf("asked for %v", got)
	}
	if got := l.ok("config", "update", "--replace", "-o", "{{.SeqNum}}", empty); got != "7\n" {
		t.Errorf("%q", got)
	}
	if got := l.ok("config", "retrieve"); got != "linuxConfig: {}\nnetallocConfig: {}\n" {
		t.Errorf("retrieve: %s", got)
	}
}

func TestResync(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	l.rest.SetJSON("POST /scheduler/downstream-resync?retry=1&verbose=1",
		`{"Start":"2026-11-23T18:59:28Z","SeqNum":5,"TxnType":"NBTransaction","ResyncType":"DownstreamResync",
		  "Executed":[{"Operation":"CREATE","Key":"k","PrevState":"MISSING","NewState":"FAILED","NewErrMsg":"no"}]}`)
	golden(t, "resync", l.ok("config", "resync", "--retry", "--verbose"))
	if got := l.ok("config", "resync", "--retry", "--verbose", "-o", "{{.SeqNum}} {{(index .Executed 0).NewErrMsg}}"); got != "5 no\n" {
		t.Errorf("template: %q", got)
	}
}

func TestLogSet(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	l.rest.SetJSON("PUT /log/agent/debug", `{"logger":"agent","level":"debug"}`)
	if got := l.ok("log", "set", "agent", "debug"); got != "logger agent has level debug\n" {
		t.Error(got)
	}
	if got := l.ok("log", "set", "agent", "debug", "-o", "yaml"); got != "logger: agent\nlevel: debug\n" {
		t.Error(got)
	}
	l.rest.Set("PUT /log/agent/loud", fakeagent.Answer{Code: 500, Body: `{"Error":"not a valid level: \"loud\""}`})
	if _, stderr, _ := l.run("log", "set", "agent", "loud"); !strings.Contains(stderr, `[500] not a valid level: "loud" (PUT /log/agent/loud)`) {
		t.Error(stderr)
	}
}

const metricsText = `# HELP txn_processed Transactions.
# TYPE txn_processed counter
txn_processed 7
# HELP queue_length Length of the queue.
# TYPE queue_length gauge
queue_length{queue="nb"} 1
queue_length{queue="sb"} 2
`

func TestMetrics(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	l.rest.Set("GET /metrics", fakeagent.Answer{Code: 200, ContentType: "text/plain; version=0.0.4", Body: metricsText})
	l.rest.SetJSON("GET /metrics/govppmux.stats", `{"a":1}`)
	golden(t, "metrics_list", l.ok("metrics", "list"))
	golden(t, "metrics_list_json", l.ok("metrics", "list", "-o", "json"))
	golden(t, "metrics_get", l.ok("metrics", "get", "queue_length"))
	golden(t, "metrics_get_yaml", l.ok("metrics", "get", "queue_length", "-o", "yaml"))
	if got := l.ok("metrics", "get", "govppmux.stats"); got != "{\n  \"a\": 1\n}\n" {
		t.Error(got)
	}
	if _, stderr, _ := l.run("metrics", "get", "nosuch"); !strings.Contains(stderr, `no metric "nosuch"`) {
		t.Error(stderr)
	}
}

// TestWithoutGRPC shows values all the same.
func TestWithoutGRPC(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	got := l.ok("values", "--grpc-port", "1")
	if !strings.Contains(got, "config/linux/interfaces/v2/interface/uplink        PENDING") {
		t.Error(got)
	}
}

// TestVersionMissing has an agent without /info/version.
func TestVersionMissing(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	l.rest.Set("GET /info/version", fakeagent.Answer{Code: 404, Body: "404 page not found\n"})
	if got := l.ok("status"); !strings.Contains(got, "Version:     v3.6.0-dev") {
		t.Error(got)
	}
}

// stream is output that a test reads while agentctl writes it.
type stream struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// start runs agentctl until the function returned is called, which wants
// status 0.
func (l *lab) start(out, errs io.Writer, args ...string) (stop func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, append(l.where(), args...), Environment{
			Stdin: strings.NewReader(""), Stdout: &output.Writer{Writer: out}, Stderr: &output.Writer{Writer: errs},
			Getenv: func(name string) string { return l.env[name] }, Now: func() time.Time { return l.now },
		})
	}()
	return func() {
		l.t.Helper()
		cancel()
		if status := <-ended; status != 0 {
			l.t.Errorf("status %d after the user has ended it", status)
		}
	}
}

func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !check(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

func TestWatchInterfaces(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	var out, errs stream
	stop := l.start(&out, &errs, "interfaces", "--watch", "--interval", "5ms", "-o", "json")
	eventually(t, "the first list", func() bool { return strings.Contains(out.String(), `"name":"hostA","state":"not announced"`) })
	l.rest.SetJSON("GET /ifwatcher/interfaces", hostList)
	eventually(t, "the change", func() bool { return strings.Contains(out.String(), `"name":"hostA","index":7,"state":"down"`) })
	stop()
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Errorf("%d lines for two states: %s", n, out.String())
	}
	if errs.String() != "" {
		t.Error(errs.String())
	}
}

func TestWatchOperations(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	var out, errs stream
	stop := l.start(&out, &errs, "config", "watch", "--operations", "config/")
	history := func() int {
		n := 0
		for _, request := range l.rest.Asked() {
			if strings.HasPrefix(request, "GET /scheduler/txn-history") {
				n++
			}
		}
		return n
	}
	// All that is recorded has happened before.
	eventually(t, "the history has been read", func() bool { return history() > 0 })
	l.rest.SetJSON("GET /scheduler/txn-history?since=1795460366375616782",
		`[{"Start":"2026-11-23T18:59:26.375616782Z","Stop":"2026-11-23T18:59:26.4Z","SeqNum":4,"Executed":[{"Operation":"CREATE","Key":"config/old"}]},
		  {"Start":"2026-11-23T18:59:30Z","Stop":"2026-11-23T18:59:30Z","SeqNum":5,"Executed":[
		   {"Operation":"CREATE","Key":"linux/interface/host-name/hostA","NewState":"OBTAINED"},
		   {"Operation":"CREATE","Key":"config/new","PrevState":"PENDING","NewState":"FAILED","NewErrMsg":"refused"}]}]`)
	eventually(t, "the operation", func() bool { return strings.Contains(out.String(), "\n") })
	stop()
	got := out.String()
	if !strings.HasSuffix(got, " #5 CREATE config/new: PENDING -> FAILED: refused\n") || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}

func TestIsWatched(t *testing.T) {
	const shown = "config/ifwatcher/v1/host-interface/eth0"
	for _, tc := range []struct {
		key      string
		prefixes []string
		want     bool
	}{
		{"config/a", nil, true},
		{"config/a", []string{"linux/", "config/"}, true},
		{"config/a", []string{"linux/"}, false},
		{shown, nil, false},
		{shown, []string{"config/ifwatcher/"}, true},
	} {
		if got := isWatched(tc.key, tc.prefixes); got != tc.want {
			t.Errorf("%s, %v: %v", tc.key, tc.prefixes, got)
		}
	}
}

func TestCompletion(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	for _, tc := range []struct{ args, want string }{
		{"dump linux.l3.", "linux.l3.arp\nlinux.l3.route\n"},
		{"why config/linux/l3/", "config/linux/l3/v2/route/10.99.0.0/24/uplink\n"},
		{"log set ag", "agent\naggregator\n"},
		{"log set agent ", "debug\ninfo\n"},
		{"interfaces h", "hostA\nhostB\n"},
		{"conf", "config\t"},
	} {
		args := strings.Split(tc.args, " ")
		// The flags that say where the agent is come after the command there.
		got, _, status := l.run(append([]string{"__complete"}, append(l.where(), args...)...)...)
		if status != 0 || !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: status %d, %q", tc.args, status, got)
		}
	}
	if got := l.ok("completion", "bash"); !strings.Contains(got, "agentctl") {
		t.Error("no completion script")
	}
}
