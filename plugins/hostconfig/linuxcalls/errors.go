// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"syscall"
)

// OpError is a request that the kernel refused. It unwraps to the errno.
type OpError struct {
	Op     string // what was asked, as in "add address"
	Object string // of what, as in "10.0.0.1/24 on link 7"
	Err    error
}

// Error says what privilege is missing where that is the reason.
func (e *OpError) Error() string {
	text := e.Op
	if e.Object != "" {
		text += " " + e.Object
	}
	text = fmt.Sprintf("%s: %v", text, e.Err)
	if IsPermission(e.Err) {
		text += " (changing the configuration of the host needs CAP_NET_ADMIN)"
	}
	return text
}

// Unwrap returns the error of the kernel.
func (e *OpError) Unwrap() error { return e.Err }

// newOpError returns nil for a nil error.
func newOpError(op, object string, err error) error {
	if err == nil {
		return nil
	}
	return &OpError{Op: op, Object: object, Err: err}
}

// IsGone reports that an object to be deleted is not there, or that its link
// is not: what deletion should achieve has already happened.
func IsGone(err error) bool {
	for _, errno := range []syscall.Errno{
		syscall.ENODEV,        // the link is gone
		syscall.ENXIO,         // the same, said of a neighbour
		syscall.EADDRNOTAVAIL, // no such address
		syscall.ESRCH,         // no such route
		syscall.ENOENT,        // no such neighbour
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// IsPermission reports that the kernel refused for lack of privilege. EACCES is
// not meant: the kernel says that of a setting in the way, as disable_ipv6.
func IsPermission(err error) bool { return errors.Is(err, syscall.EPERM) }
