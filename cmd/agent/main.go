// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Command agent watches the network interfaces of a host and applies the
// configuration that waits for them. It is a cn-infra agent: each plugin has
// a configuration file of its own, found in -config-dir, and none is needed.
//
// It ends with status 0 after SIGTERM or SIGINT, and with another status and
// one line on standard error when it cannot start or cannot stop.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync"
)

const (
	name = "ifwatcher-agent"

	// The start does not wait for etcd or for the size of the configuration;
	// what can take time is the first listing of the host's interfaces.
	defaultStartTimeout = 30 * time.Second
	defaultStopTimeout  = 10 * time.Second
)

func main() {
	if slices.ContainsFunc(os.Args[1:], func(arg string) bool { return arg == "--version" || arg == "-version" }) {
		fmt.Println(version())
		return
	}
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func run() error {
	start, err := durationFromEnv("START_TIMEOUT", defaultStartTimeout)
	if err != nil {
		return err
	}
	stop, err := durationFromEnv("STOP_TIMEOUT", defaultStopTimeout)
	if err != nil {
		return err
	}
	if kvdbsync.ResyncDoneTimeout, err = durationFromEnv("RESYNC_TIMEOUT", time.Minute); err != nil {
		return err
	}
	return agent.NewAgent(
		agent.AllPlugins(New()),
		agent.StartTimeout(start),
		agent.StopTimeout(stop),
	).Run()
}

// durationFromEnv reads a duration as time.ParseDuration does; an unset or
// empty variable means def.
func durationFromEnv(variable string, def time.Duration) (time.Duration, error) {
	text := os.Getenv(variable)
	if text == "" {
		return def, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("negative duration %q", text)
	}
	if err != nil {
		return 0, fmt.Errorf("environment variable %s: %w", variable, err)
	}
	return d, nil
}

func version() string {
	text := fmt.Sprintf("%s %s", name, agent.BuildVersion)
	if agent.CommitHash != "" {
		text += " (" + agent.CommitHash + ")"
	}
	return text + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
