// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"
	"github.com/unrolled/render"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"

	"go.ligato.io/cn-infra/v2/rpc/rest"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// handlers are what the scheduler registers for REST, without a server.
type handlers struct{ router *mux.Router }

func newHandlers() *handlers { return &handlers{router: mux.NewRouter()} }

func (h *handlers) RegisterHTTPHandler(path string, provider rest.HandlerProvider, methods ...string) *mux.Route {
	return h.router.HandleFunc(path, provider(render.New(render.Options{IndentJSON: true}))).Methods(methods...)
}

func (h *handlers) RegisterPermissionGroup(...*access.PermissionGroup) {}

func (h *handlers) GetPort() int { return 0 }

func (h *handlers) do(method, path string) *httptest.ResponseRecorder {
	reply := httptest.NewRecorder()
	h.router.ServeHTTP(reply, httptest.NewRequest(method, "/scheduler/"+path, http.NoBody))
	return reply
}

func (h *handlers) get(path string) *httptest.ResponseRecorder { return h.do(http.MethodGet, path) }

func newSchedForREST(t *testing.T) (*sched, *handlers) {
	h := newHandlers()
	s := newSchedWithREST(t, h)
	s.describe("watcher", "sb/*", "notification-only", "after=main")
	s.describe("main", "main/*", "prefix=main/", "metadata")
	s.describe("derived", "D*")
	s.notify("sb/x")
	s.mustCommit("main/a=1 derives Dx(zz)", "main/p=1 needs sb/y")
	return s, h
}

// The values as they are served.
const valueA = `{"ProtoMsgName":"google.protobuf.StringValue","ProtoMsgData":"1 derives Dx(zz)"}`
const valueX = `{"ProtoMsgName":"google.protobuf.StringValue","ProtoMsgData":""}`

func TestREST(t *testing.T) {
	t.Parallel()
	_, h := newSchedForREST(t)
	const statusX = `{"value":{"key":"sb/x","state":"OBTAINED"}}`
	const statusA = `{"value":{"key":"main/a","state":"CONFIGURED","last_operation":"CREATE"},` +
		`"derived_values":[{"key":"Dx","state":"PENDING","last_operation":"CREATE","details":["zz"]}]}`
	const statusP = `{"value":{"key":"main/p","state":"PENDING","last_operation":"CREATE","details":["sb/y"]}}`
	tests := []struct {
		path string
		code int
		body string // JSON
	}{
		{"status", 200, "[" + statusA + "," + statusP + "," + statusX + "]"},
		{"status?key=&key-prefix=&descriptor=", 200, "[" + statusA + "," + statusP + "," + statusX + "]"},
		{"status?key=main/a", 200, statusA},
		{"status?key=nosuch", 200, `{"value":{"key":"nosuch"}}`},
		{"status?key=Dx", 200, `{"value":{"key":"Dx","state":"PENDING","last_operation":"CREATE","details":["zz"]}}`},
		{"status?descriptor=watcher", 200, "[" + statusX + "]"},
		{"status?descriptor=nosuch", 200, "null"},
		{"status?key-prefix=main/", 200, "[" + statusA + "," + statusP + "]"},
		{"status?key-prefix=nosuch/", 500, `{"Error":"unknown key prefix"}`},

		{"dump", 200, `{"Descriptors":["derived","main","watcher"],"KeyPrefixes":["","main/",""],"Views":["SB","NB","cached"]}`},
		{"dump?descriptor=main&view=cached", 200, `[{"Key":"main/a","Value":` + valueA + `,"Origin":1,"Metadata":"m1"}]`},
		{"dump?descriptor=watcher&view=cached", 200, `[{"Key":"sb/x","Value":` + valueX + `,"Origin":2,"Metadata":null}]`},
		{"dump?descriptor=watcher&view=NB", 200, "null"},
		{"dump?descriptor=main", 200, `[{"Key":"main/a","Value":` + valueA + `,"Origin":1,"Metadata":"m1"}]`},
		{"dump?key-prefix=main/&view=SB", 200, `[{"Key":"main/a","Value":` + valueA + `,"Origin":1,"Metadata":"m1"}]`},
		{"dump?descriptor=nosuch", 500, `{"Error":"descriptor is not registered"}`},
		{"dump?key-prefix=nosuch/", 404, `{"Error":"no descriptor found matching the key prefix"}`},
		{"dump?descriptor=main&view=nosuch", 500, `{"Error":"unrecognized system view"}`},
		{"dump?descriptor=main&descriptor=main", 500, `{"Error":"descriptor argument listed more than once"}`},
		{"dump?key-prefix=main/&key-prefix=main/", 500, `{"Error":"key-prefix argument listed more than once"}`},

		{"txn-history?seq-num=99", 404, `{"Error":"transaction with such sequence number is not recorded"}`},
		{"txn-history?seq-num=abc", 500, `{"Error":"strconv.ParseUint: parsing \"abc\": invalid syntax"}`},
		{"txn-history?format=nosuch", 500, `{"Error":"unrecognized output format"}`},
		{"txn-history?since=9000000000000000000", 200, "null"},
		{"key-timeline", 500, `{"Error":"missing key argument"}`},
		{"key-timeline?key=main/a&time=1", 200, "null"},
		{"flag-stats", 500, `{"Error":"missing flag argument"}`},
		{"flag-stats?flag=descriptor", 200, `{"TotalCount":4,"PerValueCount":{"derived":1,"main":2,"watcher":1}}`},
		{"flag-stats?flag=descriptor&prefix=main/", 200, `{"TotalCount":2,"PerValueCount":{"main":2}}`},
		{"flag-stats?flag=value-state&prefix=main/p&prefix=sb/", 200, `{"TotalCount":2,"PerValueCount":{"OBTAINED":1,"PENDING":1}}`},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			reply := h.get(tt.path)
			if reply.Code != tt.code {
				t.Errorf("status %d, want %d", reply.Code, tt.code)
			}
			if got, want := reply.Header().Get("Content-Type"), "application/json; charset=UTF-8"; got != want {
				t.Errorf("content type %q, want %q", got, want)
			}
			var want bytes.Buffer
			if err := json.Indent(&want, []byte(tt.body), "", "  "); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), strings.TrimSpace(reply.Body.String())); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestRESTNumbersThatAreNone(t *testing.T) {
	t.Parallel()
	_, h := newSchedForREST(t)
	for _, path := range []string{"txn-history?since=x", "txn-history?until=x", "key-timeline?key=main/a&time=x",
		"graph-snapshot?time=x", "flag-stats?flag=nosuch"} {
		reply := h.get(path)
		var body struct{ Error string }
		if err := json.Unmarshal(reply.Body.Bytes(), &body); err != nil || reply.Code != 500 || body.Error == "" {
			t.Errorf("GET %s: %d %s", path, reply.Code, reply.Body)
		}
	}
	for path, method := range map[string]string{"status": http.MethodPost, "dump": http.MethodPost, "downstream-resync": http.MethodGet} {
		if reply := h.do(method, path); reply.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: %d, want %d", method, path, reply.Code, http.StatusMethodNotAllowed)
		}
	}
}

func TestRESTHistory(t *testing.T) {
	t.Parallel()
	s, h := newSchedForREST(t)
	var txns kvs.RecordedTxns
	if err := json.Unmarshal(h.get("txn-history").Body.Bytes(), &txns); err != nil || len(txns) != 2 {
		t.Fatalf("%d transactions (%v)", len(txns), err)
	}
	var one kvs.RecordedTxn
	if err := json.Unmarshal(h.get("txn-history?seq-num=1").Body.Bytes(), &one); err != nil {
		t.Fatal(err)
	}
	recorded := s.GetRecordedTransaction(1)
	for i, got := range []string{txns[1].StringWithOpts(false, true, 0), one.StringWithOpts(false, true, 0), h.get("txn-history?format=text&seq-num=1").Body.String()} {
		if diff := cmp.Diff(recorded.StringWithOpts(false, true, 0), got); diff != "" {
			t.Errorf("form %d: -recorded +served\n%s", i, diff)
		}
	}
	text := h.get("txn-history?format=text")
	if diff := cmp.Diff(s.GetTransactionHistory(noTime, noTime).String(), text.Body.String()); diff != "" {
		t.Errorf("-recorded +served\n%s", diff)
	}
	if got, want := text.Header().Get("Content-Type"), "text/plain; charset=UTF-8"; got != want {
		t.Errorf("content type %q, want %q", got, want)
	}
	since := h.get(fmt.Sprintf("txn-history?since=%d&until=%d", recorded.Start.UnixNano(), recorded.Start.UnixNano()))
	if err := json.Unmarshal(since.Body.Bytes(), &txns); err != nil || len(txns) != 1 || txns[0].SeqNum != 1 {
		t.Errorf("by time: %d transactions (%v)", len(txns), err)
	}
}

// revision is the served form of a revision of a value.
type revision struct {
	Since, Until   string
	Key, Label     string
	Value          json.RawMessage
	Flags          map[string]string
	MetadataFields map[string][]string
	Targets        []struct {
		Relation, Label, ExpectedKey string
		MatchingKeys                 []string
	}
	TargetUpdateOnly bool
}

const openEnd = "0001-01-01T00:00:00Z"

func TestRESTTimeline(t *testing.T) {
	t.Parallel()
	s, h := newSchedForREST(t)
	s.notify("sb/y")
	var revisions []revision
	if err := json.Unmarshal(h.get("key-timeline?key=main/p").Body.Bytes(), &revisions); err != nil || len(revisions) < 2 {
		t.Fatalf("%d revisions (%v)", len(revisions), err)
	}
	first, last := revisions[0], revisions[len(revisions)-1]
	if first.Until == openEnd || first.Flags["value-state"] != "PENDING" || first.Flags["last-update"] != "TXN-1" ||
		first.Flags["descriptor"] != "main" || first.Label != "p" {
		t.Errorf("first revision %+v", first)
	}
	if _, unavailable := first.Flags["unavailable"]; !unavailable {
		t.Errorf("a value that waits is available: %+v", first)
	}
	if len(first.Targets) != 1 || first.Targets[0].Relation != "depends-on" || first.Targets[0].Label != "sb/y" ||
		first.Targets[0].ExpectedKey != "sb/y" || len(first.Targets[0].MatchingKeys) != 0 {
		t.Errorf("targets %+v", first.Targets)
	}
	if last.Until != openEnd || last.Flags["value-state"] != "CONFIGURED" || !strings.Contains(string(last.Value), "needs sb/y") {
		t.Errorf("last revision %+v", last)
	}
	if len(last.Targets) != 1 || !cmp.Equal(last.Targets[0].MatchingKeys, []string{"sb/y"}) {
		t.Errorf("targets %+v", last.Targets)
	}
	// A deletion closes the last revision and adds none.
	before := len(revisions)
	s.mustCommit("main/p delete")
	if err := json.Unmarshal(h.get("key-timeline?key=main/p").Body.Bytes(), &revisions); err != nil || len(revisions) != before {
		t.Fatalf("%d revisions after the deletion (%v), want %d", len(revisions), err, before)
	}
	if revisions[before-1].Until == openEnd {
		t.Error("the last revision is still open after the deletion")
	}
}

func TestRESTSnapshot(t *testing.T) {
	t.Parallel()
	_, h := newSchedForREST(t)
	var revisions []revision
	if err := json.Unmarshal(h.get("graph-snapshot").Body.Bytes(), &revisions); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, r := range revisions {
		got[r.Key] = r.Flags["value-state"]
		_, derived := r.Flags["derived"]
		if derived != (r.Key == "Dx") {
			t.Errorf("flags of %s: %v", r.Key, r.Flags)
		}
	}
	want := map[string]string{"sb/x": "OBTAINED", "main/a": "CONFIGURED", "main/p": "PENDING", "Dx": "PENDING"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestRESTErrorsAreEncoded: the text of an error may have any character.
func TestRESTErrorsAreEncoded(t *testing.T) {
	t.Parallel()
	s, h := newSchedForREST(t)
	nasty := errors.New("\"quoted\"\nand \\ broken \x01")
	s.system.on("create", "main/n", failure{times: 1, err: nasty})
	if _, err := s.commit(context.Background(), "main/n=1"); err == nil {
		t.Fatal("no error")
	}
	for _, path := range []string{"key-timeline?key=main/n", "graph-snapshot", "status", "txn-history"} {
		reply := h.get(path)
		if !json.Valid(reply.Body.Bytes()) || reply.Code != 200 {
			t.Errorf("GET %s: %d %s", path, reply.Code, reply.Body)
		}
	}
	var revisions []revision
	if err := json.Unmarshal(h.get("key-timeline?key=main/n").Body.Bytes(), &revisions); err != nil {
		t.Fatal(err)
	}
	if got := revisions[len(revisions)-1].Flags["error"]; got != nasty.Error() {
		t.Errorf("error flag %q, want %q", got, nasty)
	}
}

func TestRESTDownstreamResync(t *testing.T) {
	t.Parallel()
	s, h := newSchedForREST(t)
	s.system.lose("main/a")
	reply := h.do(http.MethodPost, "downstream-resync?retry=1&verbose=1")
	var txn kvs.RecordedTxn
	if err := json.Unmarshal(reply.Body.Bytes(), &txn); err != nil || reply.Code != 200 {
		t.Fatalf("%d %s (%v)", reply.Code, reply.Body, err)
	}
	if txn.ResyncType != kvs.DownstreamResync || len(txn.Executed) == 0 {
		t.Errorf("the record is %v", &txn)
	}
	if !s.system.has("main/a") {
		t.Error("the value is not back")
	}
	s.system.lose("main/a")
	s.system.on("create", "main/a", failure{times: 1, err: errBoom})
	reply = h.do(http.MethodPost, "downstream-resync")
	if reply.Code != 500 || !strings.Contains(reply.Body.String(), "boom") {
		t.Errorf("a resync that fails: %d %s", reply.Code, reply.Body)
	}
}

func TestRESTStats(t *testing.T) {
	t.Parallel()
	s, h := newSchedForREST(t)
	var stats struct {
		TxnStats struct {
			TotalProcessed                  uint64
			OperationCount, ValueStateCount map[string]uint64
			ErrorCount                      uint64
		}
		Descriptors map[string][]struct {
			Name  string `json:"name"`
			Count uint64 `json:"count"`
		}
	}
	s.eventually("the statistics of both transactions", func() bool {
		if err := json.Unmarshal(h.get("stats").Body.Bytes(), &stats); err != nil {
			t.Fatal(err)
		}
		return stats.TxnStats.TotalProcessed == 2
	})
	if len(stats.TxnStats.OperationCount) != 3 ||
		len(stats.TxnStats.ValueStateCount) != len(kvsproto.ValueState_name) || stats.TxnStats.OperationCount["CREATE"] == 0 {
		t.Errorf("statistics %+v", stats)
	}
}

func TestRESTGraph(t *testing.T) {
	t.Parallel()
	_, h := newSchedForREST(t)
	reply := h.get("graph?format=raw")
	if text := reply.Body.String(); reply.Code != 200 || !strings.Contains(text, "digraph") || !strings.Contains(text, "sb/x") {
		t.Errorf("%d %s", reply.Code, text)
	}
	if reply := h.get("graph?format=raw&txn=99"); reply.Code != 404 {
		t.Errorf("an unknown transaction: %d %s", reply.Code, reply.Body)
	}
}

// stuckWriter is a client that does not read.
type stuckWriter struct {
	http.ResponseWriter
	stuck, release chan struct{}
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	select {
	case <-w.stuck:
	default:
		close(w.stuck)
	}
	<-w.release
	return len(b), nil
}

// TestSlowClientHoldsUpNobody: transactions go on while a reply cannot be
// written.
func TestSlowClientHoldsUpNobody(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"status", "key-timeline?key=main/a", "graph-snapshot", "flag-stats?flag=descriptor",
		"graph?format=raw", "dump?descriptor=main", "txn-history", "stats"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s, h := newSchedForREST(t)
			client := &stuckWriter{ResponseWriter: httptest.NewRecorder(), stuck: make(chan struct{}), release: make(chan struct{})}
			served := make(chan struct{})
			go func() {
				defer close(served)
				h.router.ServeHTTP(client, httptest.NewRequest(http.MethodGet, "/scheduler/"+path, http.NoBody))
			}()
			receive(s, "the reply", client.stuck)
			s.within("Commit", func() { s.mustCommit("main/b=1") })
			close(client.release)
			receive(s, "the handler", served)
		})
	}
}
