// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// ReserveMark makes this process the only one in its network namespace that
// uses a protocol number, among those that ask. It returns false if another
// one is. The kernel ends the reservation with the process, if release does
// not before: it is an abstract unix socket, whose names belong to a network
// namespace (unix(7)).
func ReserveMark(mark uint8) (release func(), reserved bool, err error) {
	name := fmt.Sprintf("@ifwatcher/hostconfig/protocol/%d", mark)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return func() {}, false, nil
	case err != nil:
		return nil, false, newOpError("reserve protocol number", fmt.Sprint(mark), err)
	}
	return func() { socket.Close() }, true, nil
}
