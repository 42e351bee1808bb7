// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"testing"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// TestHealthAtStart asks before the plugin has looked at the state of the agent.
func TestHealthAtStart(t *testing.T) {
	newAgent(t, func(a *testAgent) {
		response, err := a.Plugin.health.Check(testContext(t), &grpc_health_v1.HealthCheckRequest{})
		if err != nil || response.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
			t.Errorf("%v, %v", response, err)
		}
	})
}

func TestHealth(t *testing.T) {
	a := newAgent(t)
	client := grpc_health_v1.NewHealthClient(a.conn)
	services := []string{"", "ligato.configurator.ConfiguratorService", "ligato.generic.ManagerService"}
	for _, tc := range []struct {
		state  status.OperationalState
		failed []string
		want   grpc_health_v1.HealthCheckResponse_ServingStatus
	}{
		{status.OperationalState_INIT, nil, grpc_health_v1.HealthCheckResponse_NOT_SERVING},
		{status.OperationalState_OK, nil, grpc_health_v1.HealthCheckResponse_SERVING},
		{status.OperationalState_ERROR, []string{"ifwatcher", "etcd"}, grpc_health_v1.HealthCheckResponse_NOT_SERVING},
		{status.OperationalState_ERROR, []string{"etcd"}, grpc_health_v1.HealthCheckResponse_SERVING},
	} {
		a.health.set(tc.state, tc.failed...)
		for _, service := range services {
			eventually(t, tc.want.String(), func() bool {
				response, err := client.Check(testContext(t), &grpc_health_v1.HealthCheckRequest{Service: service})
				return err == nil && response.GetStatus() == tc.want
			})
		}
	}
	watch, err := client.Watch(testContext(t), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []grpc_health_v1.HealthCheckResponse_ServingStatus{
		grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING,
	} {
		response, err := watch.Recv()
		if err != nil || response.GetStatus() != want {
			t.Fatalf("%v, %v; want %v", response, err, want)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
