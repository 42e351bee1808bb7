// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package freeaddr finds addresses for the servers of tests. To ask for any port
// and let go of it is not enough: until the server listens, and while it is
// stopped, the port may be given to somebody else.
package freeaddr

import (
	"fmt"
	"syscall"
	"testing"
)

// Reserve returns an address on loopback where nobody listens. Until the end
// of the test the port stays reserved: a socket is bound to it, which does not
// listen and so does not keep a server from doing so, but no other process gets
// the port, nor does a connection of our own, while the server is not there.
func Reserve(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	// As net.Listen does it: both have to allow the other one.
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", bound.(*syscall.SockaddrInet4).Port)
}
