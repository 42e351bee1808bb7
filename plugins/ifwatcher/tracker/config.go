// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"fmt"
	"path"
	"slices"
	"time"
)

// Criterion is the rule by which an interface counts as enabled. The same rule
// is used for dumps and for events.
type Criterion string

// The criteria.
const (
	// WhenOperState: the operational state is neither "down" nor "notpresent".
	// An interface without carrier detection (loopback, tun) reports "unknown"
	// and is enabled while it is up. This is the default.
	WhenOperState Criterion = "oper-state"
	// WhenAdminUp: set up by the administrator (IFF_UP), whatever the carrier.
	WhenAdminUp Criterion = "admin-up"
	// WhenRunning: up and able to pass traffic (IFF_UP and IFF_RUNNING).
	WhenRunning Criterion = "running"
)

func (c Criterion) enabled(l Link) bool {
	switch c {
	case WhenAdminUp:
		return l.AdminUp
	case WhenRunning:
		return l.AdminUp && l.Running
	default:
		return l.OperState != OperDown && l.OperState != OperNotPresent
	}
}

// Config holds the rules of a Tracker. The zero value announces every enabled
// interface at once.
type Config struct {
	// EnabledWhen is the criterion; empty means WhenOperState.
	EnabledWhen Criterion
	// NotificationDelay is the time from the moment an interface becomes enabled
	// until it is announced, if it is enabled then. An interface is created in
	// several stages, and consumers should see it complete. Zero means at once.
	// Interfaces that are there at the first Sync do not wait.
	NotificationDelay time.Duration
	// WithdrawalDelay is the time that an interface may be not enabled before it
	// is withdrawn: it rides over short losses of carrier. Zero means at once.
	// Deletion, rename and re-creation never wait.
	WithdrawalDelay time.Duration
	// Include lists the names to announce, as patterns of path.Match; empty
	// means all.
	Include []string
	// Exclude lists names not to announce; it has precedence over Include.
	Exclude []string
	// AltNames makes an interface known by its alternative names too: each is
	// announced like a name, and the lists select the interface by any of them.
	// The name of one interface has precedence over the same alternative name of
	// another, whether the former is enabled or not.
	AltNames bool
}

// Validate returns an error that names the field and the value that is wrong.
func (c Config) Validate() error {
	switch c.EnabledWhen {
	case "", WhenOperState, WhenAdminUp, WhenRunning:
	default:
		return fmt.Errorf("enabled-when: %q is none of %s, %s, %s", c.EnabledWhen, WhenOperState, WhenAdminUp, WhenRunning)
	}
	if c.NotificationDelay < 0 {
		return fmt.Errorf("notification-delay: %s is negative", c.NotificationDelay)
	}
	if c.WithdrawalDelay < 0 {
		return fmt.Errorf("withdrawal-delay: %s is negative", c.WithdrawalDelay)
	}
	for _, p := range c.Include {
		if err := checkPattern(p); err != nil {
			return fmt.Errorf("include: pattern %q: %w", p, err)
		}
	}
	for _, p := range c.Exclude {
		if err := checkPattern(p); err != nil {
			return fmt.Errorf("exclude: pattern %q: %w", p, err)
		}
	}
	return nil
}

func checkPattern(p string) error {
	if p == "" {
		return fmt.Errorf("empty")
	}
	_, err := path.Match(p, "")
	return err
}

func (c Config) selects(l Link) bool {
	names := c.names(l)
	excluded := slices.ContainsFunc(names, func(n string) bool { return matchesAny(c.Exclude, n) })
	return !excluded && (len(c.Include) == 0 ||
		slices.ContainsFunc(names, func(n string) bool { return matchesAny(c.Include, n) }))
}

// names returns what an interface is known by, its name first.
func (c Config) names(l Link) []string {
	if !c.AltNames || len(l.AltNames) == 0 {
		return []string{l.Name}
	}
	return append([]string{l.Name}, l.AltNames...)
}

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		// Equality first: a name may itself hold characters that are special in
		// a pattern. The error is ruled out by Validate.
		if p == name {
			return true
		}
		if ok, _ := path.Match(p, name); ok {
			return true
		}
	}
	return false
}
