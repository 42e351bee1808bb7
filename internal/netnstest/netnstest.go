// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package netnstest lets tests work on real interfaces without touching those of
// the host: it runs them in a process of their own, in a new network namespace and
// a new mount namespace, which end with the process and take along what is in
// them. It is not for programs; those have package lab.
package netnstest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

// EnterAll is for the TestMain of a package: it runs all tests in a namespace. It
// returns in the process that is inside. Where no namespace can be made it returns
// too, and the tests that call Need are skipped.
func EnterAll() {
	if lab.Inside() {
		return
	}
	status, err := lab.Enter()
	if errors.Is(err, lab.ErrNoNamespace) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// MustEnterAll is EnterAll for packages that can do nothing outside: where no
// namespace can be made it ends the process, as a success unless the variable CI
// says that nobody would see what is printed. Inside, the loopback interface is up.
func MustEnterAll() {
	EnterAll()
	if !lab.Inside() {
		fmt.Printf("all tests are skipped: %v\n", lab.ErrNoNamespace)
		if os.Getenv("CI") != "" {
			os.Exit(1)
		}
		os.Exit(0)
	}
	if err := lab.Prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Need skips a test that EnterAll has not got into a namespace.
func Need(t *testing.T) {
	t.Helper()
	if !lab.Inside() {
		t.Skip(lab.ErrNoNamespace)
	}
}

const insideEnv = "IFWATCHER_NETNSTEST"

// Enter is for a single test: it returns true in a process that may do to its
// network namespace what it likes. Elsewhere it runs the calling test in such a
// process, reports its result and returns false: the caller then returns. Where no
// namespace can be made the test is skipped.
func Enter(t *testing.T) (inside bool) {
	t.Helper()
	if os.Getenv(insideEnv) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+regexp.QuoteMeta(t.Name())+"$", "-test.v")
	if deadline, ok := t.Deadline(); ok {
		cmd.Args = append(cmd.Args, "-test.timeout="+time.Until(deadline).String())
	}
	flag.Visit(func(f *flag.Flag) { // those of the test itself
		if !strings.HasPrefix(f.Name, "test.") {
			cmd.Args = append(cmd.Args, "-"+f.Name+"="+f.Value.String())
		}
	})
	cmd.Env = append(os.Environ(), insideEnv+"="+t.Name())
	cmd.SysProcAttr = lab.NewNamespace()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch text := string(out); {
	case errors.As(err, &exit):
		t.Fatalf("in a namespace: %v\n%s", err, text)
	case err != nil:
		t.Skipf("%v: %v", lab.ErrNoNamespace, err)
	case strings.Contains(text, "--- SKIP"):
		t.Skipf("in a namespace:\n%s", text)
	case !strings.Contains(text, "--- PASS: "+t.Name()):
		t.Fatalf("in a namespace: the test did not run\n%s", text)
	default:
		t.Logf("in a namespace:\n%s", text)
	}
	return false
}

// Soak returns how long tests that can go on are to go on, as a duration in the
// environment variable IFWATCHER_SOAK; zero means as long as they need.
func Soak() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("IFWATCHER_SOAK"))
	return d
}
