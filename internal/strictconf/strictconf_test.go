// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package strictconf

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type conf struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	List  []string `json:"list"`
}

func TestLoad(t *testing.T) {
	for _, tc := range []struct {
		name, content string
		want          conf
		wantErr       []string
	}{
		{name: "empty file keeps the defaults", content: "# nothing\n", want: conf{Name: "default", Count: 7}},
		{name: "given keys replace", content: "count: 8\nlist: [a]\n", want: conf{Name: "default", Count: 8, List: []string{"a"}}},
		{name: "unknown key", content: "cuont: 8\n", wantErr: []string{"test.conf", "cuont"}},
		{name: "duplicate key", content: "count: 1\ncount: 2\n", wantErr: []string{"test.conf", "count"}},
		{name: "wrong type", content: "count: many\n", wantErr: []string{"test.conf", "count"}},
		{name: "no mapping", content: "- a\n", wantErr: []string{"test.conf"}},
		{name: "one document", content: "---\ncount: 8\n---\n# nothing\n", want: conf{Name: "default", Count: 8}},
		{name: "two documents", content: "count: 8\n---\ncuont: 9\n", wantErr: []string{"test.conf", "more than one"}},
		{name: "no YAML", content: "name: [\n", wantErr: []string{"test.conf"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "test.conf")
			if err := os.WriteFile(file, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got := conf{Name: "default", Count: 7}
			err := Load(file, &got)
			if tc.wantErr == nil {
				if err != nil || got.Name != tc.want.Name || got.Count != tc.want.Count || strings.Join(got.List, ",") != strings.Join(tc.want.List, ",") {
					t.Errorf("got %+v, %v; want %+v", got, err, tc.want)
				}
				return
			}
			for _, want := range tc.wantErr {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v has no %q", err, want)
				}
			}
		})
	}
}

func TestLoadWithoutFile(t *testing.T) {
	got := conf{Name: "default"}
	if err := Load("", &got); err != nil || got.Name != "default" {
		t.Errorf("no file: %+v, %v", got, err)
	}
	if err := Load(filepath.Join(t.TempDir(), "absent.conf"), &got); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v, want fs.ErrNotExist", err)
	}
}
