// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logging_test

import (
	"sync"
	"testing"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

// factory creates loggers and, unlike a registry, cannot look them up.
type factory struct {
	names []string
}

func (f *factory) NewLogger(name string) logging.Logger {
	f.names = append(f.names, name)
	return logrus.NewLogger(name)
}

func TestForPlugin(t *testing.T) {
	first := logging.ForPlugin("test-plugin")
	if first.GetName() != "test-plugin" {
		t.Errorf("name %q", first.GetName())
	}
	if err := logging.DefaultRegistry.SetLevel("test-plugin", "trace"); err != nil {
		t.Fatal(err)
	}
	again := logging.ForPlugin("test-plugin")
	if again.GetLevel() != logging.TraceLevel {
		t.Errorf("the second call gives another logger, on level %v", again.GetLevel())
	}
}

// Two agents of one process set up the same components.
func TestChildIsReused(t *testing.T) {
	child := logging.ForPlugin("test-parent").NewLogger("child")
	if child.GetName() != "test-parent.child" {
		t.Errorf("name %q", child.GetName())
	}
	child.SetLevel(logging.DebugLevel)
	again := logging.ForPlugin("test-parent").NewLogger("child")
	if again != child {
		t.Error("the second call gives another child")
	}
}

func TestConcurrentUse(t *testing.T) {
	loggers := make([]logging.Logger, 8)
	var wg sync.WaitGroup
	for i := range loggers {
		wg.Go(func() {
			loggers[i] = logging.ForPlugin("test-concurrent").NewLogger("child")
		})
	}
	wg.Wait()
	for _, logger := range loggers[1:] {
		if logger != loggers[0] {
			t.Fatal("children differ")
		}
	}
}

func TestParentWithFactory(t *testing.T) {
	f := &factory{}
	parent := logging.NewParentLogger("p", f)
	parent.NewLogger("c")
	parent.NewLogger("c")
	if len(f.names) != 3 || f.names[0] != "p" || f.names[1] != "p.c" {
		t.Errorf("created %q", f.names)
	}
}

func TestParentWithoutFactory(t *testing.T) {
	parent := &logging.ParentLogger{Logger: logrus.NewLogger("x"), Prefix: "test-none"}
	child := parent.NewLogger("child")
	if found, ok := logging.DefaultRegistry.Lookup("test-none.child"); !ok || found != child {
		t.Error("the child is not in the default registry")
	}
}

func TestDefaultsAreSet(t *testing.T) {
	if logging.DefaultLogger != logging.Logger(logrus.DefaultLogger()) {
		t.Error("DefaultLogger is not that of logrus")
	}
	if logging.DefaultRegistry != logging.Registry(logrus.DefaultRegistry()) {
		t.Error("DefaultRegistry is not that of logrus")
	}
	if name := logging.DefaultLogger.GetName(); name != "global" {
		t.Errorf("the default logger is named %q", name)
	}
}
