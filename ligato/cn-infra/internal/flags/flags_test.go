// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// values are the flags of the set that newTestSet makes.
type values struct {
	dir     string
	verbose bool
	count   int
	wait    time.Duration
}

func newTestSet(t *testing.T, env map[string]string) (*Set, *values) {
	t.Helper()
	s, v := NewSet(), &values{}
	s.lookupEnv = func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	fs.StringVar(&v.dir, "config-dir", ".", "")
	fs.BoolVarP(&v.verbose, "verbose", "v", false, "")
	fs.IntVarP(&v.count, "count", "n", 1, "")
	fs.DurationVar(&v.wait, "wait", time.Second, "")
	if err := s.Add(fs); err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestParse(t *testing.T) {
	defaults := values{dir: ".", count: 1, wait: time.Second}
	with := func(change func(*values)) values {
		v := defaults
		change(&v)
		return v
	}
	tests := []struct {
		name string
		args []string
		env  map[string]string
		want values
	}{
		{name: "nothing", want: defaults},
		{name: "one hyphen", args: []string{"-config-dir", "/etc"}, want: with(func(v *values) { v.dir = "/etc" })},
		{name: "one hyphen, equals", args: []string{"-config-dir=/etc"}, want: with(func(v *values) { v.dir = "/etc" })},
		{name: "two hyphens", args: []string{"--config-dir", "/etc"}, want: with(func(v *values) { v.dir = "/etc" })},
		{name: "two hyphens, equals", args: []string{"--config-dir=/etc"}, want: with(func(v *values) { v.dir = "/etc" })},
		{name: "empty value", args: []string{"-config-dir="}, want: with(func(v *values) { v.dir = "" })},
		{name: "value like a flag", args: []string{"-config-dir", "-verbose"}, want: with(func(v *values) { v.dir = "-verbose" })},
		{name: "boolean takes no value", args: []string{"-verbose", "-count", "2"}, want: with(func(v *values) { v.verbose, v.count = true, 2 })},
		{name: "boolean with value", args: []string{"-verbose=false"}, want: defaults},
		{name: "shorthands", args: []string{"-v", "-n", "3", "-config-dir", "x"}, want: with(func(v *values) { v.verbose, v.count, v.dir = true, 3, "x" })},
		{name: "last one wins", args: []string{"-count=2", "-count=3"}, want: with(func(v *values) { v.count = 3 })},
		{name: "positional ends", args: []string{"-count=2", "run", "-count=3"}, want: with(func(v *values) { v.count = 2 })},
		{name: "two hyphens end", args: []string{"--", "-count=3"}, want: defaults},
		{name: "one hyphen ends", args: []string{"-", "-count=3"}, want: defaults},
		{name: "test flags end", args: []string{"-count=2", "-test.v=true", "-unknown"}, want: with(func(v *values) { v.count = 2 })},
		{name: "environment", env: map[string]string{"CONFIG_DIR": "/env", "WAIT": "3s"}, want: with(func(v *values) { v.dir, v.wait = "/env", 3*time.Second })},
		{name: "arguments before environment", args: []string{"-config-dir=/arg"}, env: map[string]string{"CONFIG_DIR": "/env"}, want: with(func(v *values) { v.dir = "/arg" })},
		{name: "default given in arguments", args: []string{"-config-dir=."}, env: map[string]string{"CONFIG_DIR": "/env"}, want: defaults},
		{name: "empty environment", env: map[string]string{"CONFIG_DIR": "", "COUNT": "", "VERBOSE": ""}, want: with(func(v *values) { v.dir = "" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, got := newTestSet(t, tt.env)
			if err := s.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			if *got != tt.want {
				t.Errorf("parsed %+v, want %+v", *got, tt.want)
			}
			if err := s.Parse([]string{"-count=77", "-unknown"}); err != nil || got.count == 77 {
				t.Errorf("a second call parsed again: %+v, %v", *got, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  map[string]string
		want string // in the error
	}{
		{name: "unknown", args: []string{"-nonsense"}, want: "nonsense"},
		{name: "unknown letter", args: []string{"-x"}, want: "--x"},
		{name: "no value", args: []string{"-config-dir"}, want: "config-dir"},
		{name: "bad value", args: []string{"-count", "many"}, want: "count"},
		{name: "bad environment", env: map[string]string{"COUNT": "many"}, want: `COUNT="many"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newTestSet(t, tt.env)
			if err := s.Parse(tt.args); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %s", err, tt.want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"-h", "--h", "-help", "--help"} {
		s, _ := newTestSet(t, nil)
		if err := s.Parse([]string{arg}); !errors.Is(err, ErrHelp) {
			t.Errorf("%s: error %v, want ErrHelp", arg, err)
		}
	}
	s, _ := newTestSet(t, nil)
	if usage := s.Usage(); !strings.Contains(usage, "-config-dir") {
		t.Errorf("usage lacks a flag:\n%s", usage)
	}
}

func TestValue(t *testing.T) {
	s, _ := newTestSet(t, map[string]string{"WAIT": "2s"})
	if s.Parsed() {
		t.Error("parsed before Parse")
	}
	if err := s.Parse([]string{"-count=1"}); err != nil {
		t.Fatal(err)
	}
	if !s.Parsed() {
		t.Error("not parsed after Parse")
	}
	for _, tt := range []struct {
		flag, value    string
		given, defined bool
	}{
		{"config-dir", ".", false, true},
		{"count", "1", true, true},
		{"wait", "2s", true, true},
		{"nonsense", "", false, false},
	} {
		value, given, defined := s.Value(tt.flag)
		if value != tt.value || given != tt.given || defined != tt.defined {
			t.Errorf("%s: %q, %t, %t, want %+v", tt.flag, value, given, defined, tt)
		}
	}
}

// Plugins may be made more than once in a process, before and after parsing.
func TestAddSameName(t *testing.T) {
	newFlag := func() (*pflag.FlagSet, *string) {
		fs := pflag.NewFlagSet("again", pflag.ContinueOnError)
		return fs, fs.String("config-dir", "own", "")
	}
	s, first := newTestSet(t, nil)
	before, beforeValue := newFlag()
	for range 2 {
		if err := s.Add(before); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Parse([]string{"-config-dir=/etc"}); err != nil {
		t.Fatal(err)
	}
	after, afterValue := newFlag()
	if err := s.Add(after); err != nil {
		t.Fatal(err)
	}
	if first.dir != "/etc" || *beforeValue != "/etc" || *afterValue != "/etc" {
		t.Errorf("values %q, %q, %q, want /etc three times", first.dir, *beforeValue, *afterValue)
	}
}

func TestAddAfterParse(t *testing.T) {
	s, _ := newTestSet(t, map[string]string{"LATE_CONFIG": "late.conf", "LATE_COUNT": "many"})
	if err := s.Parse(nil); err != nil {
		t.Fatal(err)
	}
	fs := pflag.NewFlagSet("late", pflag.ContinueOnError)
	file := fs.String("late-config", "default.conf", "")
	count := fs.Int("late-count", 1, "")
	err := s.Add(fs)
	if err == nil || !strings.Contains(err.Error(), "LATE_COUNT") {
		t.Errorf("error %v, want one with the variable that was refused", err)
	}
	if *file != "late.conf" || *count != 1 {
		t.Errorf("values %q and %d, want late.conf and the default", *file, *count)
	}
}

func TestAlways(t *testing.T) {
	saved := always
	defer func() { always = saved }()
	always = nil

	Always(func(fs *pflag.FlagSet) { fs.String("everywhere", "default", "") })
	s := NewSet()
	for range 2 {
		if err := s.DefineAlways(); err != nil {
			t.Fatal(err)
		}
	}
	if value, _, defined := s.Value("everywhere"); !defined || value != "default" {
		t.Errorf("value %q, defined %t", value, defined)
	}
}
