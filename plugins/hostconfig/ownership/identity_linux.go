// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ownership

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// bootIDFile has a random number that is made at each boot (proc(5)).
const bootIDFile = "/proc/sys/kernel/random/boot_id"

// CurrentIdentity returns the identity of the calling thread.
func CurrentIdentity() (Identity, error) {
	boot, err := os.ReadFile(bootIDFile)
	if err != nil {
		return Identity{}, fmt.Errorf("which boot this is: %w", err)
	}
	namespace, err := namespaceID()
	if err != nil {
		return Identity{}, fmt.Errorf("which network namespace this is: %w", err)
	}
	return Identity{Boot: strings.TrimSpace(string(boot)), Namespace: namespace}, nil
}

// namespaceID prefers the cookie of the namespace (SO_NETNS_COOKIE, Linux
// 5.14), which is never used twice, to its inode, which may be.
func namespaceID() (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		cookie, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
		_ = unix.Close(fd)
		if err == nil {
			return fmt.Sprintf("cookie %d", cookie), nil
		}
	}
	link, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		return "", err
	}
	return link, nil
}
