// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package servicelabel

import (
	"strings"
	"testing"
)

func TestPrefixes(t *testing.T) {
	p := NewPlugin(UseLabel("a1"))
	if got := p.GetAgentPrefix(); p.String() != "service-label" || got != "/vnf-agent/a1/" {
		t.Errorf("plugin %s, prefix %s", p, got)
	}
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for got, want := range map[string]string{
		p.GetAgentLabel():                 "a1",
		p.GetAgentPrefix():                "/vnf-agent/a1/",
		p.GetDifferentAgentPrefix("b-2"):  "/vnf-agent/b-2/",
		GetDifferentAgentPrefix("c"):      "/vnf-agent/c/",
		p.GetAllAgentsPrefix():            "/vnf-agent/",
		GetAllAgentsPrefix() + "x":        "/vnf-agent/x",
		(&Plugin{}).GetAgentPrefix():      "/vnf-agent//",
		(&Plugin{}).GetAgentLabel() + "-": "-",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// No agent parses flags in this process, so the environment is asked directly.
func TestLabel(t *testing.T) {
	for _, tt := range []struct {
		name, use, env, want string
	}{
		{name: "default", want: "vpp1"},
		{name: "environment", env: "e1", want: "e1"},
		{name: "given", use: "u1", env: "e1", want: "u1"},
		{name: "all characters", use: "aZ09._-", want: "aZ09._-"},
		{name: "slash", env: "a/b"},
		{name: "space", use: "a b"},
		{name: "line end", use: "a\n"},
		{name: "beyond ASCII", use: "ä"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(MicroserviceLabelEnvVar, tt.env)
			p := NewPlugin(UseLabel(tt.use))
			err := p.Init()
			if tt.want != "" {
				if err != nil || p.GetAgentLabel() != tt.want {
					t.Errorf("label %q, %v, want %q", p.GetAgentLabel(), err, tt.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), "microservice label") {
				t.Errorf("error %v for label %q", err, p.GetAgentLabel())
			}
		})
	}
}
