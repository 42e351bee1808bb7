// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ifstate is a cn-infra plugin that shows what the ifwatcher plugin knows of
// the interfaces of the host, all of them, with the reason why one is not announced:
//
//   - as values of the model ifwatcher.host-interface, which "agentctl dump" finds.
//     A value has what ligato.linux.interfaces.InterfaceState can tell; the rest is
//     its metadata. The values are obtained from the host: one that somebody
//     configures is INVALID, and nothing else happens.
//   - by the gRPC service ifwatcher.v1.HostInterfaces, which can also be watched.
//   - in the agent's key-value store, if there is one, for those who look at many
//     agents: status/ifwatcher/v1/host-interface/NAME below the prefix of the agent
//     has an ifwatcher.v1.HostInterface as JSON, status/ifwatcher/v1/agent has an
//     ifwatcher.v1.Agent. They go with the agent.
//
// It watches nothing itself, and nothing depends on it. NAME is that of the function
// InstanceName of package proto/ifwatcher/v1: the name of the interface, after that
// of the network namespace and a slash if it is not in the agent's own.
//
// In an agent the plugin stands after the ifwatcher plugin and before the
// orchestrator:
//
//	type Agent struct {
//		GRPC         *grpc.Plugin
//		KVScheduler  *kvscheduler.Scheduler
//		IfWatcher    *ifwatcher.Plugin
//		IfState      *ifstate.Plugin
//		Orchestrator *orchestrator.Plugin
//	}
//
// The settings are in ifstate.conf, which see.
package ifstate
