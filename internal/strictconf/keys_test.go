// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package strictconf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type loose struct {
	embedded
	Endpoint string                     `json:"endpoint"`
	Timeout  time.Duration              `json:"timeout,omitempty"`
	Loggers  []struct{ Name, L string } `json:"loggers"`
	Groups   map[string]struct{ Size int }
	Secret   string    `json:"-"`
	Since    time.Time `json:"since"`
	Any      any       `json:"any"`
	Next     *loose    `json:"next"`
	hidden   string
}

type embedded struct {
	Inner bool `json:"inner-key"`
}

// source is the configuration of a plugin, which takes any content.
type source struct {
	file   string
	loaded bool
}

func (s *source) GetConfigName() string       { return s.file }
func (s *source) LoadValue(any) (bool, error) { s.loaded = true; return true, nil }

func TestKeys(t *testing.T) {
	for content, unknown := range map[string]string{
		"":                           "",
		"# nothing\n":                "",
		"endpoint: a\ntimeout: 1s\n": "",
		"ENDPOINT: a\ngroups: {x: {size: 1}}\ninner-key: true\nany: {what: ever}\n": "",
		"next: {next: {endpoint: a}}\nloggers: [{name: a, l: b}]\n":                 "",
		"since: 2026-01-01T00:00:00Z\n":                                             "",
		"endpoint: {not: text}\n":                                                   "", // the decoder's business
		"endpont: a\n":                                                              "endpont",
		"secret: a\n":                                                               "secret",
		"hidden: a\n":                                                               "hidden",
		"embedded: {inner-key: true}\n":                                             "embedded",
		"loggers: [{name: a}, {nam: b}]\n":                                          "loggers[1].nam",
		"groups: {x: {siz: 1}}\n":                                                   "groups.x.siz",
		"next: {next: {endpont: a}}\n":                                              "next.next.endpont",
	} {
		file := filepath.Join(t.TempDir(), "test.conf")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &source{file: file}
		_, err := Keys(s).LoadValue(&loose{hidden: ""})
		if unknown == "" {
			if err != nil || !s.loaded {
				t.Errorf("%q: %v, loaded %v", content, err, s.loaded)
			}
			continue
		}
		if !errors.Is(err, ErrUnknownKey) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), `"`+unknown+`"`) || s.loaded {
			t.Errorf("%q: %v, loaded %v; want file and %q", content, err, s.loaded, unknown)
		}
	}
}

func TestKeysOfNoFile(t *testing.T) {
	s := &source{}
	if found, err := Keys(s).LoadValue(&loose{}); !found || err != nil {
		t.Errorf("no file: %v, %v", found, err)
	}
	for content, want := range map[string]string{"endpoint: [\n": "test.conf", "endpoint: a\nendpoint: b\n": "endpoint", "endpoint: a\n---\nendpont: b\n": "more than one"} {
		s.file = filepath.Join(t.TempDir(), "test.conf")
		if err := os.WriteFile(s.file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Keys(s).LoadValue(&loose{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
	s.file = filepath.Join(t.TempDir(), "absent.conf")
	if _, err := Keys(s).LoadValue(&loose{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}
