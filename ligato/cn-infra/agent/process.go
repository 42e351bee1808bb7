// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/flags"
	"go.ligato.io/cn-infra/v2/logging"
)

// debugInfra is what DEBUG_INFRA asks for.
var debugInfra = os.Getenv("DEBUG_INFRA")

// logger returns the agent's logger. It is looked up on each use because a
// registry may be cleared between agents.
func logger() logging.Logger {
	log := logging.ForPlugin("agent")
	switch {
	case strings.Contains(debugInfra, "lookup"):
		log.SetLevel(logging.TraceLevel)
	case debugInfra != "":
		log.SetLevel(max(log.GetLevel(), logging.DebugLevel))
	}
	return log
}

// parseFlags defines the flags of the plugins and, once per process, parses
// the command line.
func parseFlags(plugins []infra.Plugin) {
	err := flags.Process.DefineAlways()
	config.DefineDirFlag()
	for _, p := range plugins {
		config.DefineFlagsFor(p.String())
	}
	if err == nil {
		err = flags.Process.Parse(os.Args[1:])
	}
	if err == nil {
		return
	}
	if !errors.Is(err, flags.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Fprint(os.Stderr, flags.Process.Usage())
	os.Exit(2)
}
