// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/pflag"
)

// ErrHelp is returned by Parse for -h and -help where these are not defined.
var ErrHelp = pflag.ErrHelp

// Process is the set of this process.
var Process = NewSet()

// always defines the flags that exist whenever an agent parses flags.
var always []func(*pflag.FlagSet)

// Always has define called when an agent defines its flags, whichever plugins
// it has. It is to be called from init functions.
func Always(define func(*pflag.FlagSet)) {
	always = append(always, define)
}

// DefineAlways adds the flags given to [Always] to the set, once.
func (s *Set) DefineAlways() error {
	var errs []error
	s.once.Do(func() {
		for _, define := range always {
			fs := pflag.NewFlagSet("", pflag.ContinueOnError)
			define(fs)
			errs = append(errs, s.Add(fs))
		}
	})
	return errors.Join(errs...)
}

// Set is a set of flags. It is safe for concurrent use; the flags it was given
// are not, they are set by Parse and by Add.
type Set struct {
	once sync.Once // guards DefineAlways
	mu   sync.Mutex
	fs   *pflag.FlagSet
	// followers are flags whose name was taken when they were added: they get
	// the value of the flag that has the name.
	followers []*pflag.Flag
	parsed    bool
	lookupEnv func(string) (string, bool)
}

// NewSet returns an empty set that reads the environment of the process.
func NewSet() *Set {
	fs := pflag.NewFlagSet(os.Args[0], pflag.ContinueOnError)
	fs.SortFlags = true
	fs.SetInterspersed(false)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return &Set{fs: fs, lookupEnv: os.LookupEnv}
}

// EnvName returns the environment variable of a flag: the name in upper case
// with underscores for hyphens.
func EnvName(flag string) string {
	return strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Add adds flags, sharing their values. Flags that are there already are
// skipped; another flag of a name that is taken follows the first one's value.
// When the set has been parsed, the environment is applied at once, and an
// error tells which value was refused.
func (s *Set) Add(flags *pflag.FlagSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		errs = append(errs, s.add(f))
	})
	return errors.Join(errs...)
}

func (s *Set) add(f *pflag.Flag) error {
	switch known := s.fs.Lookup(f.Name); {
	case known == f:
		return nil
	case known != nil:
		s.followers = append(s.followers, f)
		if s.parsed {
			return follow(f, known)
		}
		return nil
	}
	s.fs.AddFlag(f)
	if s.parsed {
		return s.overlay(f)
	}
	return nil
}

// Value returns the value of a flag and whether it was given on the command
// line or in the environment. It reports false for defined when there is no
// such flag.
func (s *Set) Value(name string) (value string, given, defined bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	f := s.fs.Lookup(name)
	if f == nil {
		return "", false, false
	}
	return f.Value.String(), f.Changed, true
}

// Parsed reports whether the set has been parsed.
func (s *Set) Parsed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.parsed
}

// Usage returns a description of all flags.
func (s *Set) Usage() string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return fmt.Sprintf("Usage of %s:\n%s", os.Args[0], s.fs.FlagUsages())
}

// Parse sets the flags from the arguments and, where these are silent, from the
// environment. Only the first call does anything. Parsing ends at the first
// positional argument, and at the first flag of the testing package.
func (s *Set) Parse(args []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.parsed {
		return nil
	}
	s.parsed = true

	if err := s.fs.Parse(s.normalise(args)); err != nil {
		return err
	}
	var errs []error
	s.fs.VisitAll(func(f *pflag.Flag) {
		errs = append(errs, s.overlay(f))
	})
	for _, f := range s.followers {
		errs = append(errs, follow(f, s.fs.Lookup(f.Name)))
	}
	return errors.Join(errs...)
}

// normalise rewrites long flags with one hyphen, which pflag takes for a group
// of one-letter flags, to two. Values of flags are left alone.
func (s *Set) normalise(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		arg, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag || arg == "" || arg == "-" {
			return append(out, args[i:]...)
		}
		arg = strings.TrimPrefix(arg, "-")
		if strings.HasPrefix(arg, "test.") {
			return out
		}
		name, _, hasValue := strings.Cut(arg, "=")
		f := s.lookup(name)
		switch {
		case f == nil && arg == "h":
			out = append(out, "--help")
		case f != nil && f.Name != name: // a shorthand
			out = append(out, "-"+arg)
		default:
			out = append(out, "--"+arg)
		}
		if f != nil && !hasValue && f.NoOptDefVal == "" && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// lookup returns the flag of a name or of a one-letter shorthand.
func (s *Set) lookup(name string) *pflag.Flag {
	if f := s.fs.Lookup(name); f != nil || len(name) != 1 {
		return f
	}
	return s.fs.ShorthandLookup(name)
}

// overlay sets a flag that was not given from the environment. An empty
// variable counts, except where the flag's type has no empty value.
func (s *Set) overlay(f *pflag.Flag) error {
	if f.Changed {
		return nil
	}
	env := EnvName(f.Name)
	value, ok := s.lookupEnv(env)
	if !ok {
		return nil
	}
	if err := s.fs.Set(f.Name, value); err != nil && value != "" {
		return fmt.Errorf("environment variable %s=%q: %w", env, value, err)
	}
	return nil
}

func follow(f, leader *pflag.Flag) error {
	if !leader.Changed {
		return nil
	}
	if err := f.Value.Set(leader.Value.String()); err != nil {
		return fmt.Errorf("flag -%s: %w", f.Name, err)
	}
	f.Changed = true
	return nil
}
