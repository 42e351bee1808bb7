// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"encoding/json"
	"testing"
)

func TestEnumsAsJSON(t *testing.T) {
	for n, name := range ValueState_name {
		want := `{"s":"` + name + `"}`
		got, err := json.Marshal(map[string]ValueState{"s": ValueState(n)})
		if err != nil || string(got) != want {
			t.Errorf("state %d encodes as %s (%v), want %s", n, got, err, want)
		}
		var back map[string]ValueState
		if err := json.Unmarshal(got, &back); err != nil || back["s"] != ValueState(n) {
			t.Errorf("%s decodes as %v (%v)", got, back, err)
		}
	}
	for n, name := range TxnOperation_name {
		var byNumber, byName TxnOperation
		number, _ := json.Marshal(n)
		if err := byNumber.UnmarshalJSON(number); err != nil || byNumber != TxnOperation(n) {
			t.Errorf("number %s decodes as %v (%v)", number, byNumber, err)
		}
		if err := byName.UnmarshalJSON([]byte(`"` + name + `"`)); err != nil || byName != TxnOperation(n) {
			t.Errorf("name %s decodes as %v (%v)", name, byName, err)
		}
	}
}

func TestEnumNumberWithoutName(t *testing.T) {
	b, err := json.Marshal(ValueState(99))
	if err != nil || string(b) != "99" {
		t.Fatalf("encoded as %s (%v), want 99", b, err)
	}
	var s ValueState
	if err := json.Unmarshal(b, &s); err != nil || s != 99 {
		t.Fatalf("decoded as %v (%v), want 99", s, err)
	}
}

func TestEnumsRefuseWhatTheyDoNotKnow(t *testing.T) {
	for _, in := range []string{`"nosuch"`, `{}`, `1.5`, `99999999999`, `"unterminated`, ``} {
		s := ValueState_PENDING
		if err := s.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("state %s: no error", in)
		}
		if s != ValueState_PENDING {
			t.Errorf("state %s: changed to %v in spite of the error", in, s)
		}
		var o TxnOperation
		if err := o.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("operation %s: no error", in)
		}
	}
}

func TestStatusJSON(t *testing.T) {
	status := &BaseValueStatus{
		Value: &ValueStatus{
			Key: "config/x/a", State: ValueState_PENDING,
			LastOperation: TxnOperation_CREATE, Details: []string{"dep-label"},
		},
		DerivedValues: []*ValueStatus{{Key: "d/a", State: ValueState_CONFIGURED, LastOperation: TxnOperation_CREATE}},
	}
	want := `{"value":{"key":"config/x/a","state":"PENDING","last_operation":"CREATE","details":["dep-label"]},` +
		`"derived_values":[{"key":"d/a","state":"CONFIGURED","last_operation":"CREATE"}]}`
	got, err := json.Marshal(status)
	if err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
	empty, err := json.Marshal(&BaseValueStatus{Value: &ValueStatus{Key: "nosuch"}})
	if err != nil || string(empty) != `{"value":{"key":"nosuch"}}` {
		t.Errorf("unknown key: %s (%v)", empty, err)
	}
}

func FuzzEnumUnmarshalJSON(f *testing.F) {
	for _, seed := range []string{`"PENDING"`, `7`, `-1`, `null`, `""`, `"\u0000"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s ValueState
		if s.UnmarshalJSON(b) != nil {
			return
		}
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back ValueState
		if err := json.Unmarshal(out, &back); err != nil || back != s {
			t.Fatalf("%q -> %v -> %s -> %v (%v)", b, s, out, back, err)
		}
	})
}
