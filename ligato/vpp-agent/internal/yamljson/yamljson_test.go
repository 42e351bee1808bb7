// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package yamljson_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.ligato.io/vpp-agent/v3/internal/yamljson"
)

func TestConvert(t *testing.T) {
	for _, tc := range []struct{ yaml, json string }{
		{"", "{}"},
		{"# nothing\n", "{}"},
		{"---\n", "{}"},
		{"{a: 1}", `{"a":1}`},
		{"a: 1\nb: x\n", `{"a":1,"b":"x"}`},
		{"a:\n  b:\n  - 1\n  - {c: true}\n  - [x, null]\n", `{"a":{"b":[1,{"c":true},["x",null]]}}`},
		{"a: \"1\"\nb: '2'\nc: 0x10\nd: 1.5\ne: ~\nf:\n", `{"a":"1","b":"2","c":16,"d":1.5,"e":null,"f":null}`},
		{"a: |\n  two\n  lines\n", `{"a":"two\nlines\n"}`},
		{"a: &x {n: 1}\nb: *x\n", `{"a":{"n":1},"b":{"n":1}}`},
		{"a: .inf\nb: .nan\n", `{"a":".inf","b":".nan"}`},
		{"1: a\ntrue: b\n", `{"1":"a","true":"b"}`},
		{"a: !!str 1\n", `{"a":1}`},
		{"a: 10.0.0.1/24\nb: 2024-01-02\nc: fe80::1\n", `{"a":"10.0.0.1/24","b":"2024-01-02","c":"fe80::1"}`},
	} {
		got, err := yamljson.Convert([]byte(tc.yaml))
		if err != nil {
			t.Errorf("%q: %v", tc.yaml, err)
			continue
		}
		var have, want any
		if err := json.Unmarshal(got, &have); err != nil {
			t.Errorf("%q: %s: %v", tc.yaml, got, err)
		}
		if err := json.Unmarshal([]byte(tc.json), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(have, want) {
			t.Errorf("%q: %s, want %s", tc.yaml, got, tc.json)
		}
	}
}

// Each part of the JSON is on the line of the YAML that it comes from.
func TestLines(t *testing.T) {
	const yaml = "# comment\n\none: 1\nlist:\n- a: 2\n\n  b: 3\n- four\n"
	got, err := yamljson.Convert([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(got), "\n")
	for part, line := range map[string]int{`"one"`: 3, `"list"`: 4, `"a"`: 5, "2": 5, `"b"`: 7, "3": 7, `"four"`: 8} {
		if line > len(lines) || !strings.Contains(lines[line-1], part) {
			t.Errorf("%s is not on line %d of %q", part, line, lines)
		}
	}
}

func TestRefuses(t *testing.T) {
	for yaml, want := range map[string]string{
		"a: [\n":                       "",
		"a: 1\n b: 2\n":                "",
		"a: 1\n---\nb: 2\n":            "line 3: more than one document",
		"a: *x\n":                      "",
		"x: &x {n: 1}\na:\n  <<: *x\n": "line 3: merging of mappings is not supported",
		"a: &a [*a]\n":                 "",
		"a: &a {}\nb: [" + strings.Repeat("*a, ", 20_000) + "]\n": "too many aliases",
	} {
		if got, err := yamljson.Convert([]byte(yaml)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %.100s, %v", yaml, got, err)
		}
	}
}

func FuzzConvert(f *testing.F) {
	f.Add("a: 1\nb: [x, {y: z}]\n")
	f.Add("a: &a {b: 1}\nc: *a\n")
	f.Fuzz(func(t *testing.T, yaml string) {
		got, err := yamljson.Convert([]byte(yaml))
		if err == nil && !json.Valid(got) {
			t.Errorf("%q: %q is not JSON", yaml, got)
		}
	})
}
