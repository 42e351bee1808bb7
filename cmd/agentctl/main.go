// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Command agentctl shows and changes what an agent does: its values and what
// they wait for, the interfaces of its host, its configuration, its log levels
// and the store that it is configured from.
//
// It ends with status 0 if it did what was asked, and with status 1 and one
// line on standard error if it did not.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Run(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(status)
}
