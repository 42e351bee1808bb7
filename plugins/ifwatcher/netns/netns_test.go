// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/internal/thread"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		list []string
		err  string
	}{
		{nil, ""},
		{[]string{"blue", "/proc/1/ns/net", AllNamed, "übung", "a.b"}, ""},
		{[]string{""}, "empty"},
		{[]string{"a/b"}, `"a/b" is neither`},
		{[]string{".."}, `".."`},
		{[]string{"/run/../x"}, `write "/run/../x" as "/x"`},
		{[]string{"a", "a"}, `"a" is there twice`},
	} {
		s, err := Parse(tc.list)
		switch {
		case tc.err == "" && err != nil, tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%q: error %v, expected %q", tc.list, err, tc.err)
		case err == nil && s.Empty() != (len(tc.list) == 0):
			t.Errorf("%q: empty %v", tc.list, s.Empty())
		}
	}
}

// selection is that of a folder of the test's own.
func selection(t *testing.T, dir string, list ...string) Selection {
	t.Helper()
	s, err := Parse(list)
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	return s
}

func TestFindWithoutFolder(t *testing.T) {
	found, pending := selection(t, filepath.Join(t.TempDir(), "none"), AllNamed, "blue").Find()
	if len(found) != 0 || pending {
		t.Errorf("%v, pending %v", found, pending)
	}
}

// What is there and must not be looked at is found, so that entering it says why not.
func TestFindWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "blue"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700) //nolint:errcheck,gosec // a folder of the test
	blue := Namespace{Name: "blue", Path: filepath.Join(dir, "blue")}
	if err := thread.Do(func() error {
		hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&hdr, &none[0]); err != nil {
			return err
		}
		if found, _ := selection(t, dir, "blue").Find(); !maps.Equal(found, map[string]Namespace{"blue": blue}) {
			t.Errorf("%v", found)
		}
		return blue.enter()
	}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), blue.Path) {
		t.Errorf("error %v", err)
	}
}

// A file that nobody writes to holds up nothing.
func TestFindPipe(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "blue"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, pending := selection(t, dir, AllNamed).Find(); len(found) != 0 || !pending {
		t.Errorf("%v, pending %v", found, pending)
	}
}

func names(found map[string]Namespace) string {
	return strings.Join(slices.Sorted(maps.Keys(found)), " ")
}

// Namespaces are found and told as they come and go, by name, by path, and all.
func TestWatch(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	base := t.TempDir()
	netnstest.PrivateMounts(t, base)
	dir := filepath.Join(base, "netns")
	outside := filepath.Join(base, "outside")
	for _, tc := range []struct {
		list []string
		want string // once blue, red and outside are there
	}{
		{[]string{"blue", "missing"}, "blue"},
		{[]string{outside}, outside},
		{[]string{AllNamed}, "blue red"},
		{[]string{AllNamed, "blue", outside}, outside + " blue red"},
	} {
		updates := make(chan map[string]Namespace)
		stop := make(chan struct{})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			selection(t, dir, tc.list...).Watch(stop, func(found map[string]Namespace) {
				select {
				case updates <- maps.Clone(found):
				case <-stop:
				}
			})
		}()
		until := func(what, want string) map[string]Namespace {
			t.Helper()
			var found map[string]Namespace
			for end := time.After(time.Minute); ; {
				select {
				case found = <-updates:
					if names(found) == want {
						return found
					}
				case <-end:
					t.Fatalf("%q, %s: %q, expected %q", tc.list, what, names(found), want)
				}
			}
		}
		until("at the beginning", "")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		blue := netnstest.AddNamespace(t, dir, "blue", nil)
		red := netnstest.AddNamespace(t, dir, "red", nil)
		out := netnstest.AddNamespace(t, base, "outside", nil)
		if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil { // no namespace
			t.Fatal(err)
		}
		first := until("all there", tc.want)
		// Another one takes the place of blue, while someone holds the old one.
		if b, ok := first["blue"]; ok {
			hold, err := os.Open(blue)
			if err != nil {
				t.Fatal(err)
			}
			netnstest.DelNamespace(t, blue)
			netnstest.AddNamespace(t, dir, "blue", nil)
			for end := time.Now().Add(time.Minute); until("replaced", tc.want)["blue"].ID == b.ID; {
				if time.Now().After(end) {
					t.Fatal("the replacement was not seen")
				}
			}
			hold.Close()
			if err := b.Do(func() error { return nil }); !errors.Is(err, ErrReplaced) {
				t.Errorf("entering what has been replaced: %v", err)
			}
		}
		for _, path := range []string{blue, red, out} {
			netnstest.DelNamespace(t, path)
		}
		until("all gone", "")
		close(stop)
		<-ended
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		t.Logf("%q: found %q, a replacement, and their end", tc.list, tc.want)
	}
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

// What runs inside sees the namespace, and nothing else ever does.
func TestDo(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	dir := t.TempDir()
	netnstest.PrivateMounts(t, dir)
	netnstest.AddNamespace(t, dir, "blue", nil)
	found, _ := selection(t, dir, "blue").Find()
	blue := found["blue"]
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	files := openFiles(t)
	for range 50 {
		inside := ""
		if err := blue.Do(func() (err error) {
			if _, err = net.Interfaces(); err != nil {
				return err
			}
			inside, err = os.Readlink("/proc/thread-self/ns/net")
			return err
		}); err != nil || inside == own {
			t.Fatalf("inside is %s, outside %s: %v", inside, own, err)
		}
		for range 4 {
			outside, err := os.Readlink("/proc/thread-self/ns/net")
			if err != nil || outside != own {
				t.Fatalf("outside is %s, was %s: %v", outside, own, err)
			}
		}
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d files open, %d before", n, files)
	}
	failure := errors.New("failure")
	if err := blue.Do(func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	// Threads that were inside have ended.
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		tasks, err := filepath.Glob("/proc/self/task/*/ns/net")
		if err != nil {
			t.Fatal(err)
		}
		strangers := 0
		for _, task := range tasks {
			if ns, err := os.Readlink(task); err == nil && ns != own {
				strangers++
			}
		}
		if strangers == 0 {
			t.Logf("50 calls inside, %d threads left, all outside", len(tasks))
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d threads stay inside", strangers)
		}
	}
	missing := Namespace{Path: filepath.Join(dir, "none")}
	if err := missing.Do(nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if err := (Namespace{Path: dir}).Do(nil); !errors.Is(err, ErrNoNamespace) {
		t.Errorf("error %v", err)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
