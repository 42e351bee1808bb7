// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"go.ligato.io/cn-infra/v2/logging"
)

type inner struct {
	Name  string `json:"name"`
	Level int
}

type Embedded struct {
	Promoted string `json:"promoted"`
}

type sample struct {
	Embedded
	Endpoint string            `json:"endpoint"`
	Timeout  time.Duration     `json:"read-timeout"`
	Pointer  *time.Duration    `json:"pointer"`
	Periods  []time.Duration   `json:"periods"`
	Enabled  bool              `json:"enabled"`
	Small    uint8             `json:"small"`
	Big      int64             `json:"big"`
	Unsigned uint64            `json:"unsigned"`
	Ratio    float64           `json:"ratio"`
	List     []string          `json:"list"`
	Structs  []inner           `json:"structs"`
	Map      map[string]inner  `json:"map"`
	Labels   map[string]string `json:"labels"`
	Sub      *inner            `json:"sub"`
	Level    logging.LogLevel  `json:"level"`
	Any      any               `json:"any"`
	NoTag    string
	Skipped  string `json:"-"`
	hidden   string
}

func TestDecode(t *testing.T) {
	preset := func() sample {
		return sample{
			Endpoint: "preset",
			Timeout:  time.Second,
			List:     []string{"a", "b", "c"},
			Structs:  []inner{{"x", 1}, {"y", 2}},
			Labels:   map[string]string{"k": "v"},
			Sub:      &inner{"sub", 7},
			hidden:   "kept",
		}
	}
	tests := []struct {
		name    string
		yaml    string
		want    func(*sample)
		unknown []string
	}{
		{name: "empty"},
		{name: "only a comment", yaml: "# nothing\n"},
		{name: "value", yaml: "endpoint: host:1", want: func(s *sample) { s.Endpoint = "host:1" }},
		{name: "case of keys", yaml: "ENDPOINT: a\nnotag: b\nRead-Timeout: 2s", want: func(s *sample) {
			s.Endpoint, s.NoTag, s.Timeout = "a", "b", 2*time.Second
		}},
		{name: "null keeps", yaml: "endpoint:\nlist: ~\nlabels: null\nsub:\nread-timeout:"},
		{name: "duration with unit", yaml: "read-timeout: 100ms", want: func(s *sample) { s.Timeout = 100 * time.Millisecond }},
		{name: "duration in nanoseconds", yaml: "read-timeout: 100", want: func(s *sample) { s.Timeout = 100 }},
		{name: "duration behind pointer", yaml: "pointer: 1m", want: func(s *sample) { d := time.Minute; s.Pointer = &d }},
		{name: "durations in list", yaml: "periods: [1s, 5]", want: func(s *sample) { s.Periods = []time.Duration{time.Second, 5} }},
		{name: "booleans of YAML 1.1", yaml: "enabled: yes", want: func(s *sample) { s.Enabled = true }},
		{name: "exact integers", yaml: "big: 9007199254740993\nunsigned: 18446744073709551615", want: func(s *sample) {
			s.Big, s.Unsigned = 9007199254740993, 18446744073709551615
		}},
		{name: "whole float", yaml: "big: 5.0", want: func(s *sample) { s.Big = 5 }},
		{name: "integer as float", yaml: "ratio: 2", want: func(s *sample) { s.Ratio = 2 }},
		{name: "list replaces list", yaml: "list: [z]", want: func(s *sample) { s.List = []string{"z"} }},
		{name: "empty list replaces list", yaml: "list: []", want: func(s *sample) { s.List = []string{} }},
		{name: "list of structs", yaml: "structs: [{name: z}]", want: func(s *sample) { s.Structs = []inner{{Name: "z"}} }},
		{name: "maps merge", yaml: "labels: {l: w}", want: func(s *sample) { s.Labels = map[string]string{"k": "v", "l": "w"} }},
		{name: "structs merge", yaml: "sub: {level: 8}", want: func(s *sample) { s.Sub = &inner{"sub", 8} }},
		{name: "structs in map", yaml: "map: {m: {Name: q, LEVEL: 3}}", want: func(s *sample) { s.Map = map[string]inner{"m": {"q", 3}} }},
		{name: "type that decodes itself", yaml: "level: DEBUG", want: func(s *sample) { s.Level = logging.DebugLevel }},
		{name: "field of embedded struct", yaml: "promoted: p", want: func(s *sample) { s.Promoted = "p" }},
		{name: "anything", yaml: "any: {a: [1]}", want: func(s *sample) {
			s.Any = map[string]any{"a": []any{float64(1)}}
		}},
		{name: "last of equal keys", yaml: "endpoint: a\nendpoint: b", want: func(s *sample) { s.Endpoint = "b" }},
		{name: "unknown keys", yaml: "endpiont: a\nskipped: b\nhidden: c\nembedded: {}\nsub: {naem: d}\nstructs: [{name: z, lvl: 1}]\nn: 1",
			want:    func(s *sample) { s.Structs = []inner{{Name: "z"}} },
			unknown: []string{"embedded", "endpiont", "false", "hidden", "skipped", "structs[0].lvl", "sub.naem"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, want := preset(), preset()
			if tt.want != nil {
				tt.want(&want)
			}
			unknown, err := decode([]byte(tt.yaml), &got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(sample{})); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			slices.Sort(unknown)
			if !reflect.DeepEqual(unknown, tt.unknown) {
				t.Errorf("unknown keys %q, want %q", unknown, tt.unknown)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name, yaml string
		want       []string // in the error
	}{
		{"no YAML", "endpoint: [", nil},
		{"no mapping", "- a", []string{"mapping"}},
		{"scalar", "a", []string{"mapping"}},
		{"string for integer", "big: many", []string{"big", "string"}},
		{"integer for string", "endpoint: 5", []string{"endpoint", "number"}},
		{"boolean for string", "endpoint: yes", []string{"endpoint", "bool"}},
		{"integer for boolean", "enabled: 1", []string{"enabled", "number"}},
		{"scalar for list", "list: a", []string{"list", "string"}},
		{"list for scalar", "endpoint: [a]", []string{"endpoint", "array"}},
		{"fraction for integer", "big: 5.7", []string{"big", "5.7"}},
		{"too large", "small: 300", []string{"small", "300"}},
		{"negative", "unsigned: -1", []string{"unsigned", "-1"}},
		{"duration without unit", `read-timeout: "2"`, []string{"read-timeout", "unit"}},
		{"duration in list", "periods: [1s, x]", []string{"periods[1]", "x"}},
		{"nested field", "sub: {level: high}", []string{"sub", "evel", "string"}},
		{"level", "level: loud", []string{"loud"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode([]byte(tt.yaml), &sample{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "endpoint: a", "read-timeout: 1s", "structs: [{name: x}, 1]", "map: {a: {n: 1}}", "- a", "sub: ~", "a: &x [*x]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := sample{Endpoint: "preset", hidden: "kept"}
		_, err := decode([]byte(text), &got)
		if got.hidden != "kept" || got.Skipped != "" {
			t.Errorf("a field that has no key was set: %+v", got)
		}
		if err == nil && got.Timeout != 0 && got.Endpoint == "" && !strings.Contains(strings.ToLower(text), "endpoint") {
			t.Errorf("a field was cleared: %+v", got)
		}
	})
}

func TestSaveAndParse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.conf")
	want := inner{"n", 3}
	if err := SaveConfigToYamlFile(want, path, 0o600, "two\nlines"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "# two\n# lines\n\n") {
		t.Errorf("no comment on top:\n%s", text)
	}
	var got inner
	if err := ParseConfigFromYamlFile(path, &got); err != nil || got != want {
		t.Errorf("read back %+v, %v, want %+v", got, err, want)
	}
	if err := ParseConfigFromYamlFile(path+".missing", &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one that says that there is no file", err)
	}
}
