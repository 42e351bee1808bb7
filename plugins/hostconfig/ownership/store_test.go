// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ownership

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var here = Identity{Boot: "b1", Namespace: "cookie 1"}

func open(t *testing.T, dir string, id Identity) (*Store, Loaded) {
	t.Helper()
	s, loaded, err := Open(dir, id, func(err error) { t.Errorf("write failed: %v", err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, loaded
}

func record(link int, claim string) Record {
	return Record{Link: link, Claim: claim, Value: json.RawMessage(`{"name":"a"}`),
		Found: &Found{MTU: 1500, SetMTU: 9000, MAC: "02:00:00:00:00:01", SetMAC: "02:00:00:00:00:02"}}
}

func TestRecordsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	s, loaded := open(t, dir, here)
	if loaded != (Loaded{}) {
		t.Errorf("a first start loaded %+v", loaded)
	}
	s.Put("if/a", record(7, "eth0"))
	s.Put("if/b", record(8, "eth1"))
	s.Put("addr/x", Record{Link: 7})
	s.Put("if/a", record(9, "eth2"))
	s.Delete("if/b")
	s.Delete("never/there")
	want := s.List("")
	s.Close()

	s, loaded = open(t, dir, here)
	if loaded != (Loaded{Records: 2, Complete: true}) {
		t.Errorf("loaded %+v, want 2 records", loaded)
	}
	if diff := cmp.Diff(want, s.List("")); diff != "" {
		t.Error(diff)
	}
	if got := s.List("if/"); len(got) != 1 || got[0].Key != "if/a" {
		t.Errorf("List(if/) = %v", got)
	}
	for claim, owner := range map[string]string{"eth0": "", "eth1": "", "eth2": "if/a"} {
		if got, taken := s.Owner(claim); got != owner || taken != (owner != "") {
			t.Errorf("Owner(%s) = %q, %v; want %q", claim, got, taken, owner)
		}
	}
}

func TestRecordsOfAnotherBootOrNamespaceAreForgotten(t *testing.T) {
	for _, other := range []Identity{{Boot: "b2", Namespace: here.Namespace}, {Boot: here.Boot, Namespace: "cookie 2"}} {
		dir := t.TempDir()
		s, _ := open(t, dir, here)
		s.Put("k", record(1, "eth0"))
		s.Close()
		s, loaded := open(t, dir, other)
		if loaded != (Loaded{Outdated: true}) || len(s.List("")) != 0 {
			t.Errorf("%+v: loaded %+v, %v", other, loaded, s.List(""))
		}
	}
}

func TestBrokenFile(t *testing.T) {
	head := `{"version":1,"boot":"b1","namespace":"cookie 1"}` + "\n"
	good := `{"key":"k","record":{"link":3}}` + "\n"
	for _, tc := range []struct {
		name, content string
		records       int
		reason        string
	}{
		{"empty", "", 0, "line 1"},
		{"binary", "\x00\x01\x02", 0, "line 1"},
		{"newer", strings.Replace(head, "1", "2", 1) + good, 0, "version 2, expected 1"},
		{"torn at the end", head + good + `{"key":"l","rec`, 1, "line 3"},
		{"torn within", head + `{"key"` + "\n" + good, 1, "line 2"},
		{"no key", head + good + "{}\n", 1, "line 3: no key"},
		{"wrong type", head + good + `{"key":"l","record":{"link":"x"}}` + "\n", 1, "line 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, loaded := open(t, dir, here)
			if loaded.Broken == nil || !strings.Contains(loaded.Broken.Error(), tc.reason) || !strings.Contains(loaded.Broken.Error(), path) {
				t.Errorf("broken = %v, want file and %q", loaded.Broken, tc.reason)
			}
			if len(s.List("")) != tc.records || loaded.Records != tc.records || loaded.Complete {
				t.Errorf("records = %v, want %d", s.List(""), tc.records)
			}
			if kept, err := os.ReadFile(path + ".broken"); err != nil || string(kept) != tc.content {
				t.Errorf("kept %q, %v", kept, err)
			}
			s.Close()
			if _, loaded := open(t, dir, here); loaded.Broken != nil {
				t.Errorf("still broken after a start: %v", loaded.Broken)
			}
		})
	}
}

func TestOneAgentForAFolder(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir, here)
	if _, _, err := Open(dir, here, nil); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second Open: %v, want ErrInUse with the folder", err)
	}
	s.Close()
	open(t, dir, here)
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(filepath.Join(file, "dir"), here, nil); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("err = %v, want one that names %s", err, file)
	}
}

// TestWriteFailure takes the file away under the store, as a full disk does.
func TestWriteFailure(t *testing.T) {
	dir := t.TempDir()
	var failures []error
	s, _, err := Open(dir, here, func(err error) { failures = append(failures, err) })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.journal.file.Close()
	blocker := filepath.Join(dir, fileName+".new")
	if err := os.Mkdir(blocker, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		s.Put(fmt.Sprint("k", i), Record{Link: i + 1})
	}
	if len(failures) != 1 {
		t.Errorf("failures = %v, want one", failures)
	}
	if len(s.List("")) != 3 {
		t.Errorf("records in memory = %v, want 3", s.List(""))
	}
	if err := os.Remove(blocker); err != nil {
		t.Fatal(err)
	}
	s.Put("k3", Record{Link: 4})
	s.Close()
	if s, _ := open(t, dir, here); len(s.List("")) != 4 {
		t.Errorf("records after recovery = %v, want 4", s.List(""))
	}
}

// TestRandomChanges compares the store, restarted now and then, with a map.
func TestRandomChanges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	s, _ := open(t, dir, here)
	model := map[string]Record{}
	for i := range 20_000 {
		key := fmt.Sprint("k", rnd.IntN(50))
		switch n := rnd.IntN(1000); {
		case n == 0:
			s.Close()
			s, _ = open(t, dir, here)
		case n < 300:
			s.Delete(key)
			delete(model, key)
		default:
			r := record(i+1, "")
			s.Put(key, r)
			model[key] = r
		}
		if s.journal.lines > 2*len(model)+slack+1 {
			t.Fatalf("step %d: the file has %d lines for %d records", i, s.journal.lines, len(model))
		}
	}
	s.Close()
	s, _ = open(t, dir, here)
	got := map[string]Record{}
	for _, e := range s.List("") {
		got[e.Key] = e.Record
	}
	if diff := cmp.Diff(model, got); diff != "" {
		t.Error(diff)
	}
}

func TestMemory(t *testing.T) {
	s := Memory()
	defer s.Close()
	s.Put("k", record(1, "eth0"))
	if r, ok := s.Get("k"); !ok || r.Link != 1 {
		t.Errorf("Get = %v, %v", r, ok)
	}
	if key, _ := s.Owner("eth0"); key != "k" {
		t.Errorf("owner = %q", key)
	}
	s.Delete("k")
	if _, ok := s.Get("k"); ok {
		t.Error("still there after Delete")
	}
	if _, taken := s.Owner("eth0"); taken {
		t.Error("still claimed after Delete")
	}
}

func TestCurrentIdentity(t *testing.T) {
	a, err := CurrentIdentity()
	if err != nil {
		t.Fatal(err)
	}
	b, err := CurrentIdentity()
	if err != nil || a != b || a.Boot == "" || a.Namespace == "" {
		t.Errorf("identities %+v and %+v, %v", a, b, err)
	}
}

// FuzzDecode shows that any content gives records or an error, never a panic,
// and never records of another identity.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"boot":"b1","namespace":"cookie 1"}` + "\n" + `{"key":"k","record":{"link":3}}`))
	f.Add([]byte(`{"version":1}` + "\nnull\n{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, outdated, _ := decode(data, header{Version: version, Identity: here})
		if outdated && len(records) > 0 {
			t.Errorf("records %v from an outdated file", records)
		}
		if _, ok := records[""]; ok {
			t.Error("a record without key")
		}
	})
}
