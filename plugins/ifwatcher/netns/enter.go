// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/internal/thread"
)

// Errors that can be asked for with errors.Is.
var (
	// ErrReplaced: there is another namespace at the path than the one that was found.
	ErrReplaced = errors.New("another network namespace has taken its place")
	// ErrNoNamespace: what is at the path is no namespace.
	ErrNoNamespace = errors.New("not a namespace")
)

// Do calls f in the namespace and returns its error. f runs on a thread of its own,
// which ends with it, so that nothing else can ever run in a namespace by
// accident; sockets made by f stay in the namespace whoever uses them. It needs
// CAP_SYS_ADMIN.
func (n Namespace) Do(f func() error) error {
	return thread.Do(func() error {
		if err := n.enter(); err != nil {
			return err
		}
		return f()
	})
}

// enter moves the calling thread.
func (n Namespace) enter() error {
	file, err := open(n.Path)
	if err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	defer file.Close()
	id, err := identify(int(file.Fd()), n.Path)
	if err != nil {
		return fmt.Errorf("enter network namespace: %w", err)
	}
	if id != n.ID {
		return fmt.Errorf("enter network namespace %s: %w", n.Path, ErrReplaced)
	}
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter network namespace %s: %w", n.Path, os.NewSyscallError("setns", err))
	}
	return nil
}

// open opens what is at a path, without waiting if that is a pipe.
func open(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) }

// identify returns the ID of the namespace behind an open file.
func identify(fd int, path string) (ID, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(fd, &fs); err != nil {
		return ID{}, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	if fs.Type != unix.NSFS_MAGIC {
		return ID{}, &os.PathError{Op: "open", Path: path, Err: ErrNoNamespace}
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return ID{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return ID{Dev: uint64(stat.Dev), Ino: stat.Ino}, nil //nolint:unconvert // it is no uint64 on every architecture
}
