// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sirupsen/logrus"

	"go.ligato.io/cn-infra/v2/logging"
)

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"plugin", true}, {"My.Plugin-2", true},
		{"", false}, {"a_b", false}, {"a/b", false}, {"a b", false}, {"ä", false}, {"a\n", false},
	} {
		r := NewLogRegistry()
		if panicked := panics(func() { r.NewLogger(tt.name) }); panicked == tt.ok {
			t.Errorf("%q: panicked %t", tt.name, panicked)
		}
	}
	r := NewLogRegistry()
	r.NewLogger("twice")
	if !panics(func() { r.NewLogger("twice") }) {
		t.Error("a name can be taken twice")
	}
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return false
}

func TestLevels(t *testing.T) {
	r := NewLogRegistry()
	a := r.NewLogger("a")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.SetLevel("a", "debug"))
	must(r.SetLevel("later", "trace"))
	must(r.SetLevel("default", "error"))
	if a.GetLevel() != logging.DebugLevel {
		t.Errorf("level of a is %v", a.GetLevel())
	}
	r.NewLogger("later")
	r.NewLogger("other")
	want := map[string]string{"a": "debug", "later": "trace", "other": "error", "global": "info"}
	if got := r.ListLoggers(); !maps.Equal(got, want) {
		t.Errorf("loggers %v, want %v", got, want)
	}

	if err := r.SetLevel("a", "loud"); err == nil || !strings.Contains(err.Error(), "loud") {
		t.Errorf("error %v for a bad level", err)
	}
	if level, err := r.GetLevel("a"); level != "debug" || err != nil {
		t.Errorf("level of a is %s, %v", level, err)
	}
	if _, err := r.GetLevel("nobody"); err == nil {
		t.Error("a logger that does not exist has a level")
	}
}

func TestLookupAndClear(t *testing.T) {
	r := NewLogRegistry()
	a := r.NewLogger("a")
	if found, ok := r.Lookup("a"); !ok || found != a {
		t.Error("a is not found")
	}
	r.ClearRegistry()
	if found, ok := r.Lookup("a"); ok || found != nil {
		t.Errorf("found %v after clearing", found)
	}
	if names := slices.Collect(maps.Keys(r.ListLoggers())); !slices.Equal(names, []string{"global"}) {
		t.Errorf("loggers after clearing: %q", names)
	}
	a.SetOutput(io.Discard)
	a.Info("still usable")
	r.NewLogger("a")
}

type countHook struct {
	mu    sync.Mutex
	count map[string]int
}

func (h *countHook) Levels() []logrus.Level { return logrus.AllLevels }

func (h *countHook) Fire(entry *logrus.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count[fmt.Sprint(entry.Data[LoggerKey])]++
	return nil
}

func TestHooks(t *testing.T) {
	r := NewLogRegistry()
	delete(r.loggers, globalName) // hooks cannot be removed from it again
	hook := &countHook{count: make(map[string]int)}
	before := r.NewLogger("before")
	r.AddHook(hook)
	after := r.NewLogger("after")
	for _, logger := range []logging.Logger{before, after} {
		logger.SetOutput(io.Discard)
		logger.Info("x")
	}
	if !maps.Equal(hook.count, map[string]int{"before": 1, "after": 1}) {
		t.Errorf("hook fired %v", hook.count)
	}
}

func TestRegistryConcurrently(t *testing.T) {
	r := NewLogRegistry()
	delete(r.loggers, globalName)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("logger-%d", i)
			logger := r.NewLogger(name)
			logger.SetOutput(io.Discard)
			for _, level := range []string{"debug", "info", "warn"} {
				if err := r.SetLevel(name, level); err != nil {
					t.Error(err)
				}
				if err := r.SetLevel("default", level); err != nil {
					t.Error(err)
				}
				r.AddHook(&countHook{count: make(map[string]int)})
				logger.Warn("x")
				r.ListLoggers()
				r.Lookup(name)
			}
		})
	}
	wg.Wait()
	if got := len(r.ListLoggers()); got != 8 {
		t.Errorf("%d loggers, want 8", got)
	}
}

// What happens at the start of a process and at its end can be seen only from
// outside: the test runs itself, with a role.
const (
	roleEnv = "LOGRUS_TEST_ROLE"
	// The race detector sleeps a second before a process ends.
	quickExit = "GORACE=atexit_sleep_ms=0"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "":
		os.Exit(m.Run())
	case "levels":
		fmt.Print(logging.DefaultLogger.GetLevel(), " ", logging.ForPlugin("plugin").GetLevel())
	case "fatal":
		logging.ForPlugin("plugin").Fatal("the end")
	case "function":
		logging.Fatalf("the %s", "end")
	}
	os.Exit(0)
}

func runAs(t *testing.T, role, level string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleEnv+"="+role, initialLevelEnv+"="+level, quickExit)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestInitialLevel(t *testing.T) {
	for level, want := range map[string]string{
		"":      "info info",
		"loud":  "info info",
		"debug": "debug debug",
		"ERROR": "error error",
	} {
		if got, _, _ := runAs(t, "levels", level); got != want {
			t.Errorf("%s=%s: levels %q, want %q", initialLevelEnv, level, got, want)
		}
	}
}

func TestFatalEndsProcess(t *testing.T) {
	for _, role := range []string{"fatal", "function"} {
		_, stderr, status := runAs(t, role, "")
		if status != 1 || !strings.Contains(stderr, `level=fatal`) || !strings.Contains(stderr, "the end") {
			t.Errorf("%s: status %d, stderr %q", role, status, stderr)
		}
	}
}
