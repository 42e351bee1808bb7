// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestScripts plays the stories in testdata, one file each. A line is one
// command; the indented lines after it are what it must answer:
//
//	config KEY=VALUE...    rules (before the first event)
//	sync                   a dump follows, one "link", "addr" or "event ..." a line,
//	                       up to "end"; answers with the repairs if not zero
//	link INDEX NAME STATE [kind=K] [master=INDEX] [family=N] [alt=NAME,...]
//	addr INDEX PREFIX [peer=PREFIX] [tentative] [dadfailed] [nodad]
//	del link INDEX NAME [family=N]
//	del addr INDEX PREFIX [peer=PREFIX]
//	at TIME                the time since the start; delays that are due end
//	push                   answers with the changes, which are accepted
//	refused                the same, not accepted
//	wanted                 answers with all keys wanted
//	interfaces             answers with the view for people
//	deadline               answers with the time of the next delay, or "none"
//
// STATE is an operational state, which stands for the flags that come with it, or
// "carrierless": set up, without carrier. Names may be quoted as in Go.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			runScript(t, file)
		})
	}
}

type script struct {
	tracker *Tracker
	start   time.Time
	now     time.Time

	inSync bool
	dump   Snapshot
	since  []Event
}

func runScript(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := time.Unix(1_000_000, 0)
	s := &script{start: start, now: start}
	s.tracker, err = New(Config{NotificationDelay: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}

	var got, want []string
	commandLine, n := 0, 0
	check := func() {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Fatalf("%s:%d: answer:\n  %s\nexpected:\n  %s", file, commandLine,
				strings.Join(got, "\n  "), strings.Join(want, "\n  "))
		}
	}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		n++
		line := sc.Text()
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#':
		case !s.inSync && (line[0] == ' ' || line[0] == '\t'):
			want = append(want, text)
		default:
			check()
			commandLine, want = n, nil
			got, err = s.run(strings.Fields(text))
			if err != nil {
				t.Fatalf("%s:%d: %s: %v", file, n, text, err)
			}
		}
	}
	check()
	if s.inSync {
		t.Fatalf("%s: sync without end", file)
	}
}

func (s *script) run(f []string) ([]string, error) {
	switch f[0] {
	case "config":
		return nil, s.config(f[1:])
	case "sync":
		s.inSync, s.dump, s.since = true, Snapshot{}, nil
		return nil, nil
	case "end":
		s.inSync = false
		expected := s.tracker.Compare(s.dump, s.since)
		r := s.tracker.Sync(s.now, s.dump, s.since)
		if r != expected {
			return nil, fmt.Errorf("Compare returned %+v, Sync %+v", expected, r)
		}
		return repairs(r), nil
	case "at":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return nil, err
		}
		s.now = s.start.Add(d)
		s.tracker.Tick(s.now)
		return nil, nil
	case "push", "refused":
		changes := s.tracker.Changes()
		var out []string
		for _, c := range changes {
			out = append(out, map[bool]string{false: "+ ", true: "- "}[c.Withdraw]+printable(c.Key))
		}
		if f[0] == "push" {
			s.tracker.Told(changes)
		}
		return out, nil
	case "wanted":
		var out []string
		for _, k := range s.tracker.Wanted() {
			out = append(out, printable(k))
		}
		return out, nil
	case "interfaces":
		var out []string
		for _, i := range s.tracker.Interfaces(s.now) {
			out = append(out, fmt.Sprintf("%d %s: %s", i.Index, i.Name, i.Reason()))
		}
		return out, nil
	case "deadline":
		if at, ok := s.tracker.Deadline(); ok {
			return []string{at.Sub(s.start).String()}, nil
		}
		return []string{"none"}, nil
	}
	return nil, s.event(f)
}

// printable quotes a key that could not stand in a text file as it is.
func printable(k Key) string {
	if q := strconv.Quote(k.Host); q != `"`+k.Host+`"` {
		k.Host = q
	}
	return k.String()
}

func repairs(r Repairs) (out []string) {
	for _, c := range []struct {
		what string
		n    int
	}{
		{"links added", r.LinksAdded}, {"links changed", r.LinksChanged}, {"links removed", r.LinksRemoved},
		{"addresses added", r.AddressesAdded}, {"addresses changed", r.AddressesChanged},
		{"addresses removed", r.AddressesRemoved},
	} {
		if c.n > 0 {
			out = append(out, fmt.Sprintf("%s: %d", c.what, c.n))
		}
	}
	return out
}

func (s *script) event(f []string) error {
	inDump := s.inSync && f[0] != "event"
	if f[0] == "event" {
		f = f[1:]
	}
	e, err := parseEvent(f)
	if err != nil {
		return err
	}
	switch {
	case inDump && e.Type == LinkSet:
		s.dump.Links = append(s.dump.Links, e.Link)
	case inDump && e.Type == AddrSet:
		s.dump.Addresses = append(s.dump.Addresses, e.Addr)
	case inDump:
		return fmt.Errorf("not part of a dump")
	case s.inSync:
		s.since = append(s.since, e)
		s.tracker.Apply(s.now, e) // as the caller does
	default:
		s.tracker.Apply(s.now, e)
	}
	return nil
}

func parseEvent(f []string) (e Event, err error) {
	deleted := f[0] == "del"
	if deleted {
		f = f[1:]
	}
	if len(f) < 3 {
		return e, fmt.Errorf("too short")
	}
	index, err := strconv.Atoi(f[1])
	if err != nil {
		return e, err
	}
	switch f[0] {
	case "link":
		e.Type = LinkSet
		if deleted {
			e.Type = LinkDel
		}
		e.Link = Link{Index: index, Name: f[2]}
		if f[2][0] == '"' {
			if e.Link.Name, err = strconv.Unquote(f[2]); err != nil {
				return e, err
			}
		}
		return e, linkWords(&e.Link, f[3:])
	case "addr":
		e.Type = AddrSet
		if deleted {
			e.Type = AddrDel
		}
		e.Addr.Index = index
		if e.Addr.Prefix, err = netip.ParsePrefix(f[2]); err != nil {
			return e, err
		}
		for _, w := range f[3:] {
			peer, isPeer := strings.CutPrefix(w, "peer=")
			switch {
			case isPeer:
				if e.Addr.Peer, err = netip.ParsePrefix(peer); err != nil {
					return e, err
				}
			case w == "tentative":
				e.Addr.Tentative = true
			case w == "dadfailed":
				e.Addr.DADFailed = true
			case w == "nodad":
				e.Addr.NoDAD = true
			default:
				return e, fmt.Errorf("unknown word %q", w)
			}
		}
		return e, nil
	}
	return e, fmt.Errorf("unknown command")
}

func linkWords(l *Link, words []string) (err error) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "kind":
			l.Kind = value
		case "alt":
			l.AltNames = strings.Split(value, ",")
		case "master":
			l.Master, err = strconv.Atoi(value)
		case "family":
			var n int
			n, err = strconv.Atoi(value)
			l.Family = uint8(n)
		case "carrierless":
			l.AdminUp, l.OperState = true, OperDown
		default:
			i := slices.Index(operStateNames[:], key)
			if i < 0 {
				return fmt.Errorf("unknown word %q", w)
			}
			l.OperState = OperState(i)
			l.AdminUp = l.OperState != OperDown && l.OperState != OperNotPresent
			l.Running = l.OperState == OperUp || l.OperState == OperUnknown
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *script) config(words []string) error {
	cfg := s.tracker.cfg
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		var err error
		switch key {
		case "enabled-when":
			cfg.EnabledWhen = Criterion(value)
		case "notification-delay":
			cfg.NotificationDelay, err = time.ParseDuration(value)
		case "withdrawal-delay":
			cfg.WithdrawalDelay, err = time.ParseDuration(value)
		case "include":
			cfg.Include = strings.Split(value, ",")
		case "exclude":
			cfg.Exclude = strings.Split(value, ",")
		case "altnames":
			cfg.AltNames, err = strconv.ParseBool(value)
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return err
		}
	}
	t, err := New(cfg)
	s.tracker = t
	return err
}
