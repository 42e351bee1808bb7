// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher_test

import (
	"log"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher"
)

// MyAgent is an agent that knows the interfaces of its host.
type MyAgent struct {
	KVScheduler *kvscheduler.Scheduler
	IfWatcher   *ifwatcher.Plugin
	// … the plugins whose configuration depends on host interfaces
}

func (*MyAgent) Init() error    { return nil }
func (*MyAgent) Close() error   { return nil }
func (*MyAgent) String() string { return "my-agent" }

// An agent imports the plugin as it does any other.
func Example() {
	a := &MyAgent{
		KVScheduler: &kvscheduler.DefaultPlugin,
		IfWatcher:   &ifwatcher.DefaultPlugin,
	}
	if err := agent.NewAgent(agent.AllPlugins(a)).Run(); err != nil {
		log.Fatal(err)
	}
}
