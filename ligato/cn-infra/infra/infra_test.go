// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package infra

import (
	"testing"

	"go.ligato.io/cn-infra/v2/logging"
)

// tested embeds the dependencies as plugins do.
type tested struct {
	PluginDeps
}

func (*tested) Init() error { return nil }

var _ Plugin = (*tested)(nil)

func TestSetup(t *testing.T) {
	p := &tested{}
	p.SetName("infra-test")
	p.Setup()
	if p.String() != "infra-test" || p.Log == nil || p.Log.GetName() != "infra-test" || p.Cfg == nil {
		t.Errorf("dependencies %+v", p.PluginDeps)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestSetupKeeps(t *testing.T) {
	log := logging.ForPlugin("infra-other")
	p := &tested{PluginDeps{PluginName: "infra-test", Log: log}}
	p.SetupLog()
	if p.Log != log || p.Cfg != nil {
		t.Errorf("dependencies %+v", p.PluginDeps)
	}
	p.Setup()
	cfg := p.Cfg
	p.Setup()
	if p.Log != log || p.Cfg != cfg {
		t.Errorf("dependencies %+v", p.PluginDeps)
	}
}

func TestSetupWithoutName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a plugin without a name is set up")
		}
	}()
	(&tested{}).Setup()
}
