// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"encoding/json"
	"testing"
	"time"
)

func TestCallsJSON(t *testing.T) {
	calls := Calls{}
	calls.Track("b", 100*time.Microsecond)
	calls.Track("a", time.Millisecond)
	calls.Track("a", 3*time.Millisecond)

	got, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"a","count":2,"total":0.004,"avg":0.002,"min":0.001,"max":0.003},{"name":"b","count":1}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, _ := json.Marshal(Calls{}); string(got) != "[]" {
		t.Errorf("no calls: %s", got)
	}
}
