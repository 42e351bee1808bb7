// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/apipb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
)

func TestJSONIsStable(t *testing.T) {
	s := &SerializerJSON{}
	msg := &apipb.Api{Name: "a b", Version: "1", SourceContext: nil, Methods: []*apipb.Method{{Name: "m", RequestTypeUrl: "<&>"}}}
	want := `{"name":"a b","methods":[{"name":"m","request_type_url":"<&>"}],"version":"1"}`
	for range 20 {
		data, err := s.Marshal(msg)
		if err != nil || string(data) != want {
			t.Fatalf("%s %v, want %s", data, err, want)
		}
	}
	if data, err := s.Marshal(nil); err != nil || string(data) != "null" {
		t.Errorf("nil: %s %v", data, err)
	}
	if _, err := s.Marshal(wrapperspb.String("\xff")); err == nil {
		t.Error("invalid UTF-8 is accepted")
	}
}

func TestJSONIsRead(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    SerializerJSON
		json string
		want *apipb.Method // nil: an error
	}{
		{"names of the proto file", SerializerJSON{}, `{"request_type_url":"x"}`, &apipb.Method{RequestTypeUrl: "x"}},
		{"JSON names", SerializerJSON{}, `{"requestTypeUrl":"x"}`, &apipb.Method{RequestTypeUrl: "x"}},
		{"unknown field", SerializerJSON{}, `{"name":"x","new":1}`, nil},
		{"unknown field, lenient", SerializerJSON{DiscardUnknown: true}, `{"name":"x","new":1}`, &apipb.Method{Name: "x"}},
		{"empty", SerializerJSON{}, ``, nil},
		{"null", SerializerJSON{}, `null`, nil},
		{"wrong type", SerializerJSON{}, `{"name":1}`, nil},
		{"variables are left alone", SerializerJSON{}, `{"name":"${KEYVAL_TEST}"}`, &apipb.Method{Name: "${KEYVAL_TEST}"}},
		{"variable", SerializerJSON{ExpandEnvVars: true}, `{"name":"<${KEYVAL_TEST}>"}`, &apipb.Method{Name: "<value>"}},
		{"unset variable", SerializerJSON{ExpandEnvVars: true}, `{"name":"<${KEYVAL_UNSET}>"}`, &apipb.Method{Name: "<>"}},
		{"dollar", SerializerJSON{ExpandEnvVars: true}, `{"name":"$1 $X $"}`, &apipb.Method{Name: "$1 $X $"}},
		{"escaped", SerializerJSON{ExpandEnvVars: true}, `{"name":"$${KEYVAL_TEST}"}`, &apipb.Method{Name: "${KEYVAL_TEST}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KEYVAL_TEST", "value")
			got := &apipb.Method{Name: "is replaced"}
			err := tt.s.Unmarshal([]byte(tt.json), got)
			switch {
			case tt.want == nil && err == nil:
				t.Errorf("accepted as %v", got)
			case tt.want != nil && (err != nil || !proto.Equal(got, tt.want)):
				t.Errorf("%v %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestWireFormat(t *testing.T) {
	s := &SerializerProto{}
	data, err := s.Marshal(wrapperspb.String("x"))
	if err != nil {
		t.Fatal(err)
	}
	got := wrapperspb.String("is replaced")
	if err := s.Unmarshal(data, got); err != nil || got.Value != "x" {
		t.Errorf("%v %v", got, err)
	}
	if err := s.Unmarshal([]byte{0xff}, got); err == nil {
		t.Error("broken data is accepted")
	}
}

type response struct{ BytesWatchResp }

func (response) GetKey() string { return "k" }

type protoResponse struct{ datasync.ProtoWatchResp }

func (protoResponse) GetKey() string { return "k" }

func TestToChan(t *testing.T) {
	ch := make(chan BytesWatchResp, 1)
	send := ToChan(ch, time.Millisecond)
	send(response{})
	send(response{}) // nobody takes it
	if got := <-ch; got.GetKey() != "k" {
		t.Errorf("key %s", got.GetKey())
	}
	select {
	case <-ch:
		t.Error("a response that nobody took in time is there")
	default:
	}
	protoCh := make(chan datasync.ProtoWatchResp, 1)
	ToChanProto(protoCh)(protoResponse{})
	if got := <-protoCh; got.GetKey() != "k" {
		t.Errorf("key %s", got.GetKey())
	}
}

func FuzzExpandEnv(f *testing.F) {
	f.Add("$${A} ${B} $ ${}")
	f.Fuzz(func(t *testing.T, s string) {
		out := string(expandEnv([]byte(s)))
		if len(s) > 0 && s[0] != '$' && (len(out) == 0 || out[0] != s[0]) {
			t.Errorf("%q became %q", s, out)
		}
	})
}
