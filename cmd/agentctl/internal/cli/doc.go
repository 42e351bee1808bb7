// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cli has the commands of agentctl: their flags, what they ask for and
// how they show it. Each command is a file. Commands return errors; Run turns
// them into one line and an exit status.
package cli
