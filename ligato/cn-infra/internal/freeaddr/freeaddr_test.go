// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package freeaddr

import (
	"errors"
	"net"
	"syscall"
	"testing"
)

// A port that is not listened on may be given to anybody who asks for any port,
// and then the server of the test cannot start again.
func TestAddressIsReserved(t *testing.T) {
	addr := Reserve(t)
	for range 2 {
		if _, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial: %v, want a refusal", err)
		}
		// Whoever wants this very port without sharing it does not get it.
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		port := mustResolve(t, addr).Port
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		syscall.Close(fd)
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("another socket is bound to the port: %v", err)
		}

		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatalf("the server cannot listen: %v", err)
		}
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		l.Close()
	}
}

func mustResolve(t *testing.T, addr string) *net.TCPAddr {
	t.Helper()
	a, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
