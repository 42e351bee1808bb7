// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

var update = flag.Bool("update", false, "rewrite the stories with what happened")

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("-told +happened\n%s", diff)
			}
		})
	}
}

// player plays one story.
type player struct {
	*sched
	watching chan *kvsproto.BaseValueStatus
	watched  []*kvsproto.BaseValueStatus
}

// command is one command of a story: its words, its values and what is
// expected below it.
type command struct {
	args     []string
	flags    map[string]string
	values   []string
	expected []string
}

var commands = map[string]func(p *player, c command) []string{
	"descriptor": (*player).descriptor,
	"commit":     (*player).commitValues,
	"notify":     (*player).notifyValues,
	"exist":      (*player).exist,
	"lose":       (*player).lose,
	"fail":       (*player).fail,
	"panic":      (*player).panic,
	"heal":       func(p *player, _ command) []string { p.system.heal(); return nil },
	"status":     (*player).status,
	"state":      (*player).showState,
	"record":     (*player).record,
	"history":    (*player).history,
	"dump":       (*player).dump,
	"metadata":   (*player).metadata,
	"system":     func(p *player, _ command) []string { return p.system.snapshot() },
	"watch":      (*player).watch,
	"watched":    (*player).receive,
	"await":      (*player).awaitTxn,
}

// play runs the commands of a story and gives the story back with what
// really happened below each of them.
func play(t *testing.T, text string) string {
	p := &player{sched: newSched(t)}
	var out []string
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		i++
		if !strings.HasPrefix(line, "$") {
			if line == "" || strings.HasPrefix(line, "#") {
				out = append(out, line)
			}
			continue // what is told; it is compared with what happens
		}
		out = append(out, line)
		script := strings.TrimPrefix(line, "$")
		for ; i < len(lines) && strings.HasPrefix(lines[i], ">"); i++ {
			out = append(out, lines[i])
			script += ";" + strings.TrimPrefix(lines[i], ">")
		}
		var expected []string
		for _, line := range lines[i:] {
			if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "$") {
				break
			}
			expected = append(expected, line)
		}
		name, c := parseCommand(script)
		run, ok := commands[name]
		if !ok {
			t.Fatalf("line %d: unknown command %q", i, name)
		}
		c.expected = expected
		printed := run(p, c)
		out = append(out, p.system.takeLog()...)
		out = append(out, printed...)
	}
	return strings.Join(out, "\n") + "\n"
}

func parseCommand(script string) (name string, c command) {
	c.flags = make(map[string]string)
	var rest []string
	for i, part := range strings.Split(script, ";") {
		if i > 0 {
			if part = strings.TrimSpace(part); part != "" {
				c.values = append(c.values, part)
			}
			continue
		}
		for j, word := range strings.Fields(part) {
			switch flagName, isFlag := strings.CutPrefix(word, "--"); {
			case j == 0:
				name = word
			case isFlag:
				flagName, arg, _ := strings.Cut(flagName, "=")
				c.flags[flagName] = arg
			default:
				rest = append(rest, word)
			}
		}
	}
	c.args = rest
	// A command that takes values has the first of them in its own line.
	if len(rest) > 0 {
		c.values = slices.Insert(c.values, 0, strings.Join(rest, " "))
	}
	return name, c
}

// settle repeats get until it gives what is expected, for what comes
// asynchronously, and then once more so that nothing comes on top of it.
func (p *player) settle(expected []string, get func() []string) []string {
	deadline := time.Now().Add(patience)
	if *update {
		deadline = time.Now().Add(time.Second)
	}
	for time.Now().Before(deadline) && !slices.Equal(get(), expected) {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(10 * time.Millisecond)
	return get()
}

func failed(err error) []string { return []string{"failed: " + err.Error()} }
