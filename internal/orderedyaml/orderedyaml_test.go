// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orderedyaml

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestFromJSON(t *testing.T) {
	long := strings.Repeat("word ", 100)
	for text, want := range map[string]string{
		`{"b":1,"a":{"d":2,"c":3}}`:                        "b: 1\na:\n  d: 2\n  c: 3\n",
		`[1.5,-3,true,null,"","~",[],{}]`:                  "- 1.5\n- -3\n- true\n- null\n- \"\"\n- \"~\"\n- []\n- {}\n",
		`[9223372036854775807,18446744073709551615,1e+30]`: "- 9223372036854775807\n- 18446744073709551615\n- 1e+30\n",
		`[1e400]`:              "- 1e400\n",
		`{"on":"on"}`:          "\"on\": \"on\"\n",
		`"two\nlines"`:         "|-\n  two\n  lines\n",
		`{"a":"` + long + `"}`: "a: '" + long + "'\n",
	} {
		if got, err := FromJSON([]byte(text)); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nwant:\n%s", text, err, got, want)
		}
	}
	for _, text := range []string{"", "{", `{"a"`, `{"a":`, "[1", "nonsense"} {
		if got, err := FromJSON([]byte(text)); err == nil {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// exponent is in numbers that YAML takes for text.
var exponent = regexp.MustCompile(`\d[eE]`)

// FuzzFromJSON compares what is read back with what was there.
func FuzzFromJSON(f *testing.F) {
	f.Add(`{"b":[1,"on",null],"a":{"c":"x\ny"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		// Characters that JSON text need not have escaped are no YAML.
		if json.Unmarshal([]byte(text), &want) != nil || !printable(text) {
			return
		}
		got, err := FromJSON([]byte(text))
		if err != nil {
			return // more than one document
		}
		var back any
		if err := yaml.Unmarshal(got, &back); err != nil {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
		if !reflect.DeepEqual(back, want) && !exponent.MatchString(text) {
			t.Errorf("%q became %q: %v", text, got, back)
		}
	})
}

func printable(text string) bool {
	for _, r := range text {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return !strings.Contains(text, `\`)
}
