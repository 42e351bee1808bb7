// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logging

import (
	"encoding/json"
	"testing"
)

func TestParseLogLevel(t *testing.T) {
	for _, tt := range []struct {
		text string
		want LogLevel
		ok   bool
	}{
		{"panic", PanicLevel, true},
		{"fatal", FatalLevel, true},
		{"error", ErrorLevel, true},
		{"warn", WarnLevel, true},
		{"Warning", WarnLevel, true},
		{"INFO", InfoLevel, true},
		{"debug", DebugLevel, true},
		{"trace", TraceLevel, true},
		{"", InfoLevel, false},
		{"loud", InfoLevel, false},
		{" info", InfoLevel, false},
	} {
		got, err := ParseLogLevel(tt.text)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestLevelText(t *testing.T) {
	for level := PanicLevel; level <= TraceLevel; level++ {
		text, err := json.Marshal(level)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != `"`+level.String()+`"` {
			t.Errorf("level %d is %s in JSON and %s as a string", level, text, level)
		}
		var got LogLevel
		if err := json.Unmarshal(text, &got); err != nil || got != level {
			t.Errorf("%s read back as %v, %v", text, got, err)
		}
	}

	none := TraceLevel + 1
	if none.String() != "unknown" {
		t.Errorf("a value that is no level is %q", none)
	}
	if _, err := none.MarshalText(); err == nil {
		t.Error("a value that is no level is marshalled")
	}
	got := DebugLevel
	if err := got.UnmarshalText([]byte("loud")); err == nil || got != DebugLevel {
		t.Errorf("unmarshalled to %v, %v; want an error and no change", got, err)
	}
}
