// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agentapi is a cn-infra plugin that serves what agentctl and other
// clients ask of an agent besides its scheduler and its models: over REST the
// version, the configuration as one document, its validation and JSON schema,
// dumps of Linux configuration, and metrics; over gRPC the ConfiguratorService
// and the health service. It keeps no configuration itself: it passes requests
// on to the orchestrator and the scheduler.
//
// What needs VPP is answered with an error that says so.
//
// In an agent the plugin stands after the orchestrator:
//
//	type Agent struct {
//		REST         *rest.Plugin
//		GRPC         *grpc.Plugin
//		KVScheduler  *kvscheduler.Scheduler
//		Orchestrator *orchestrator.Plugin
//		AgentAPI     *agentapi.Plugin
//	}
//
// It takes the place of the vpp-agent's restapi and configurator plugins, and an
// agent has either these or this one.
package agentapi
