// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package statedir says where the agent keeps what must survive a restart
// when its configuration does not name a folder. It creates nothing.
package statedir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// EnvVar names the environment variable that overrides the default folder.
const EnvVar = "IFWATCHER_STATE_DIR"

// ErrNoHome is returned when an ordinary user has neither a home folder nor
// one of the variables that replace it.
var ErrNoHome = errors.New("no home folder")

// systemDir is where the state of the system's services lives (FHS 5.8).
const systemDir = "/var/lib"

// Default returns the folder for state: $IFWATCHER_STATE_DIR if set, else
// /var/lib/ifwatcher for root, else $XDG_STATE_HOME/ifwatcher, which is
// ~/.local/state/ifwatcher when unset (XDG Base Directory Specification).
// Root of a user namespace, who may not write to /var/lib, is an ordinary
// user here.
func Default() (string, error) {
	if dir := os.Getenv(EnvVar); dir != "" {
		return filepath.Abs(dir)
	}
	if os.Geteuid() == 0 && unix.Access(systemDir, unix.W_OK) == nil {
		return filepath.Join(systemDir, "ifwatcher"), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ifwatcher"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: set %s to the folder for the agent's state: %w", ErrNoHome, EnvVar, err)
	}
	return filepath.Join(home, ".local", "state", "ifwatcher"), nil
}
