// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package image tests the container image on a Docker engine, where there is
// one: it is built, started in the host's network, and sees its interfaces.
package image

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

const (
	tag  = "ifwatcher-agent:test"
	port = "19191"
)

func TestImage(t *testing.T) {
	if os.Getenv("IFWATCHER_TEST_IMAGE") == "" {
		t.Skip("run it with 'make e2e'")
	}
	if out, err := exec.Command("docker", "info", "--format", "{{.ServerVersion}}").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine: %s", strings.TrimSpace(string(out)))
	}
	docker(t, nil, "../../docker/build.sh", "test")
	t.Cleanup(func() { _ = exec.Command("docker", "image", "rm", "--force", tag).Run() })

	// It watches only: the interfaces belong to the machine that runs the test.
	var id string
	docker(t, &id, "docker", "run", "--detach", "--rm", "--network=host", "--read-only",
		"--env=ETCD_CONFIG=disabled", "--env=GRPC_PORT=19111", "--env=HTTP_PORT="+port, tag)
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := exec.Command("docker", "logs", id).CombinedOutput()
			t.Logf("the container printed:\n%s", out)
		}
		_ = exec.Command("docker", "rm", "--force", "--volumes", id).Run()
	})

	rest := lab.REST("http://127.0.0.1:" + port)
	if !lab.Until(time.Minute, func() bool { return rest.Ready(t.Context()) }) {
		t.Fatal("the agent in the container does not get ready")
	}
	// Others may change the machine's interfaces meanwhile: in the end both agree.
	var wrong []string
	if !lab.Until(time.Minute, func() bool {
		wrong = disagreements(t, rest)
		return len(wrong) == 0
	}) {
		t.Error(strings.Join(wrong, "; "))
	}
	docker(t, nil, "docker", "stop", "--time=20", id)
}

// disagreements compares what the agent announces with the machine's interfaces.
func disagreements(t *testing.T, rest lab.REST) (wrong []string) {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) == 0 {
		t.Fatalf("interfaces of this machine: %v, %v", interfaces, err)
	}
	for _, i := range interfaces {
		status, err := rest.ValueStatus(t.Context(), "linux/interface/host-name/"+i.Name)
		if err != nil {
			t.Fatal(err)
		}
		announced := status.Value.State == "OBTAINED"
		if i.Flags&net.FlagUp == 0 && announced || i.Flags&net.FlagUp != 0 && i.Flags&net.FlagRunning != 0 && !announced {
			wrong = append(wrong, i.Name+" is "+i.Flags.String()+", and in the agent "+status.Value.State)
		}
	}
	return wrong
}

func docker(t *testing.T, output *string, program string, args ...string) {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	if output != nil {
		*output = strings.TrimSpace(string(out))
	}
}
