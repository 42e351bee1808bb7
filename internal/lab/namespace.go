// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/vishvananda/netlink"
)

// insideEnv marks the process that runs inside the namespace.
const insideEnv = "IFWATCHER_LAB_INSIDE"

// ErrNoNamespace is returned where the kernel lets this user make no network
// namespace, which is so in many containers.
var ErrNoNamespace = errors.New("no network namespace can be made here")

// Inside reports whether this process runs in a namespace that Enter made.
func Inside() bool { return os.Getenv(insideEnv) != "" }

// NewNamespace has a process started in a new network namespace and a new mount
// namespace, and killed when this one dies. Without root it is root in a user
// namespace around them.
func NewNamespace() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// Enter runs this program again, with the same arguments, in a new network
// namespace, and returns its exit status; see NewNamespace. When the program
// ends, so does the namespace, with every interface in it. Enter must not be
// called when Inside; there, call Prepare.
func Enter() (status int, err error) {
	exe, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(exe, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), insideEnv+"=1")
	cmd.SysProcAttr = NewNamespace()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoNamespace, err)
	}
	// The terminal's ^C reaches the child by itself; it decides how to end.
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, os.Interrupt)
	defer signal.Stop(ignored)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// Prepare brings up the loopback interface of the new namespace.
func Prepare() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	return nil
}
