// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ifwatcher is a cn-infra plugin that watches the interfaces of the host
// and tells Ligato's KVScheduler which are there. Configuration that depends on a
// host interface is then applied when the interface appears and withdrawn when it
// goes. It changes nothing on the host.
//
// For each enabled interface NAME of the default network namespace there is the
// key linux/interface/host-name/NAME (for one of another namespace that is watched,
// linux/interface/netns/NAMESPACE/host-name/NAME), and below it address/ADDRESS for each
// usable address and vrf-host-name/VRF for the VRF that it is enslaved to. A
// descriptor depends on them with the key helpers of the package
// proto/ligato/linux/interfaces of the vpp-agent.
//
// In an agent the plugin stands after the scheduler and before the orchestrator:
//
//	type Agent struct {
//		KVScheduler  *kvscheduler.Scheduler
//		IfWatcher    *ifwatcher.Plugin
//		Orchestrator *orchestrator.Plugin
//	}
//
//	agent := &Agent{
//		KVScheduler:  &kvscheduler.DefaultPlugin,
//		IfWatcher:    &ifwatcher.DefaultPlugin,
//		Orchestrator: &orchestrator.DefaultPlugin,
//	}
//
// Other plugins learn what happens to interfaces, and why, from Plugin.Subscribe.
// People see it at GET /ifwatcher/interfaces, in the metrics, and in the status
// check: docs/ifwatcher.md.
//
// It takes the place of the watcher inside the vpp-agent's linux ifplugin, and an
// agent has one of the two. The settings are in ifwatcher.conf, which see.
package ifwatcher
