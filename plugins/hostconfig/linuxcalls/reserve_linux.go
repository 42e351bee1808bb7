// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// maxSharers is how many processes with the same protocol number can see each
// other.
const maxSharers = 32

// UseMark tells other processes in this network namespace that this one uses a
// protocol number, and returns whether it is alone with it among those that
// tell, however many have ended before. The kernel ends it with the process, if
// release does not before: it is an abstract unix socket, whose names belong to
// a network namespace (unix(7)). Each process has one of a row of names, and
// tries the others.
func UseMark(mark uint8) (release func(), alone bool, err error) {
	release, alone = func() {}, true
	held := false
	for i := range maxSharers {
		name := fmt.Sprintf("@ifwatcher/hostconfig/protocol/%d/%d", mark, i)
		socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			alone = false
		case err != nil:
			release()
			return nil, false, newOpError("use protocol number", fmt.Sprint(mark), err)
		case held:
			socket.Close()
		default:
			held, release = true, func() { socket.Close() }
		}
	}
	return release, alone, nil
}
