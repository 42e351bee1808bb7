// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netnstest

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/internal/thread"
)

// PrivateMounts keeps what is mounted from now on from other mount namespaces, and
// puts an empty folder of its own in the place of dir, which must exist. It is for
// a test that Enter has let in.
func PrivateMounts(t *testing.T, dir string) {
	t.Helper()
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatalf("make mounts private: %v", err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"); err != nil {
		t.Fatalf("mount on %s: %v", dir, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }) // it ends with the process anyway
}

// AddNamespace makes a new network namespace with a name, as ip-netns(8) does, and
// runs inside in it, if that is not nil. It returns its path.
func AddNamespace(t *testing.T, dir, name string, inside func() error) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := thread.Do(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		if err := unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
			return err
		}
		if inside == nil {
			return nil
		}
		return inside()
	}); err != nil {
		t.Fatalf("make network namespace %s: %v", name, err)
	}
	return path
}

// DelNamespace takes the name away, as ip-netns(8) does; the namespace goes when
// nothing holds it.
func DelNamespace(t *testing.T, path string) {
	t.Helper()
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
		t.Fatalf("unmount %s: %v", path, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
