// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

var (
	scenarios = flag.Int("scenarios", 100, "number of random scenarios")
	steps     = flag.Int("steps", 60, "commands in a random scenario")
	seed      = flag.Uint64("seed", 0, "play only the random scenario with this seed")
)

// randomDescriptors are those of the random scenarios.
var randomDescriptors = []string{
	"descriptor main [a-c],r updates recreates=R* validates",
	"descriptor replaced [d-e],[s-t] validates",
	"descriptor derived D* updates",
	"descriptor watcher sb/* notification-only",
}

var (
	baseKeys  = []string{"a", "b", "c", "d", "e"} // each may need those before it
	ringKeys  = []string{"r", "s", "t"}           // these may need each other
	southKeys = []string{"sb/x", "sb/y", "sb/yy"}
)

// TestRandomScenarios compares the scheduler with the model after each
// command of scenarios in which no operation fails.
func TestRandomScenarios(t *testing.T) {
	playRandom(t, func(r *rand.Rand) []string {
		var script []string
		for range *steps {
			script = append(script, randomCommand(r))
		}
		return script
	}, false)
}

// TestRandomFailures lets operations fail at random, checks after each command
// that the states agree with each other, and compares the scheduler with the
// model after failures are over and it was resynchronised.
func TestRandomFailures(t *testing.T) {
	playRandom(t, func(r *rand.Rand) []string {
		var script []string
		for range 4 {
			for range *steps / 4 {
				if r.IntN(2) == 0 {
					script = append(script, randomFailure(r))
				}
				script = append(script, randomCommand(r))
			}
			script = append(script, "settle")
		}
		return script
	}, true)
}

func playRandom(t *testing.T, write func(r *rand.Rand) []string, failing bool) {
	t.Parallel()
	first, last := uint64(1), uint64(*scenarios)
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for n := first; n <= last; n++ {
		script := write(rand.New(rand.NewPCG(n, 0)))
		if err := playScenario(t, script, failing); err != nil {
			script, err = shrink(script, err, func(shorter []string) error { return playScenario(t, shorter, failing) })
			t.Fatalf("seed %d: %v\nafter\n$ %s", n, err, strings.Join(slices.Concat(randomDescriptors, script), "\n$ "))
		}
	}
}

// playScenario plays the commands and returns the first difference between
// scheduler and model.
func playScenario(t *testing.T, script []string, failing bool) error {
	p := &player{sched: newSched(t)}
	defer p.close()
	m := newModel()
	var violations []string
	for i, line := range slices.Concat(randomDescriptors, script) {
		name, c := parseCommand(line)
		if name == "settle" {
			p.settleFailures(m)
		} else {
			if name == "notify" {
				// A key that the north does not want is not its own either.
				c.values = slices.DeleteFunc(c.values, func(v string) bool {
					key, _ := parseAssignment(v)
					return slices.Contains(baseKeys, key) && m.wanted[key] == ""
				})
			}
			m.apply(name, c)
			if name == "descriptor" {
				if err := p.describeChecked(c, failing, &violations); err != nil {
					return err
				}
			} else {
				commands[name](p, c)
			}
		}
		log := p.system.takeLog()
		if failing && name != "settle" {
			if i := slices.IndexFunc(log, func(line string) bool { return strings.Contains(line, "<nil>") }); i >= 0 {
				return fmt.Errorf("the scheduler asked: %s", log[i])
			}
			if err := p.checkConsistent(); err != nil {
				return fmt.Errorf("command %d: %w\noperations:\n%s", i, err, strings.Join(log, "\n"))
			}
			continue
		}
		if err := p.compare(m); err != nil {
			return fmt.Errorf("command %d: %w\noperations:\n%s", i, err, strings.Join(log, "\n"))
		}
		if !failing {
			if i := slices.IndexFunc(log, isConfused); i >= 0 {
				violations = append(violations, log[i])
			}
			if len(violations) > 0 {
				return fmt.Errorf("command %d: %s", i, strings.Join(violations, "; "))
			}
		}
	}
	return nil
}

// settleFailures ends all failures and resynchronises twice: the first time
// may have to clean up what a failure left behind.
func (p *player) settleFailures(m *model) {
	p.system.heal()
	var values []string
	for _, key := range slices.Sorted(maps.Keys(m.wanted)) {
		values = append(values, key+"="+m.wanted[key])
	}
	for range 2 {
		p.commitValues(command{flags: map[string]string{"resync": "full"}, values: values})
	}
}

func (p *player) compare(m *model) error {
	want := m.states()
	got := make(map[string]kvsproto.ValueState)
	for _, key := range allKeys() {
		if state := p.state(key); state != kvsproto.ValueState_NONEXISTENT {
			got[key] = state
		}
	}
	diff := cmp.Diff(want, got)
	// Whether the system keeps the former value of what became invalid is up
	// to the scheduler.
	kept := func(line string) bool {
		key, _, _ := strings.Cut(line, "=")
		for base, state := range want {
			if state == kvsproto.ValueState_INVALID && key == base {
				return true
			}
		}
		return false
	}
	diff += cmp.Diff(m.objects(), slices.DeleteFunc(p.system.snapshot(), kept), cmpopts.EquateEmpty())
	if diff != "" {
		return errors.New("-model +scheduler\n" + diff)
	}
	for _, key := range allKeys() {
		if want[key] != kvsproto.ValueState_PENDING || m.wanted[key] == "" || slices.Contains(ringKeys, key) {
			continue
		}
		labels := unmet(m.wanted[key], m.available())
		if details := p.GetValueStatus(key).GetValue().GetDetails(); !slices.Equal(slices.Sorted(slices.Values(labels)), slices.Sorted(slices.Values(details))) {
			return fmt.Errorf("%s waits for %v, the status says %v", key, labels, details)
		}
	}
	return nil
}

// describeChecked registers a descriptor whose Create checks that everything
// is there that the value needs.
func (p *player) describeChecked(c command, failing bool, violations *[]string) error {
	d, err := newDescriptor(p.system, c.args[0], c.args[1], c.args[2:]...)
	if err != nil {
		return err
	}
	if create := d.Create; create != nil && !failing {
		d.Create = func(key string, v proto.Message) (kvs.Metadata, error) {
			for _, need := range parseValue(textOf(v)).needs {
				isKey := !strings.ContainsAny(need, "*~") && !strings.HasPrefix(need, "P")
				if isKey && !slices.Contains(ringKeys, need) && !p.system.has(need) {
					*violations = append(*violations, fmt.Sprintf("%s was created without %s", key, need))
				}
			}
			return create(key, v)
		}
	}
	return p.RegisterKVDescriptor(d)
}

func allKeys() []string {
	keys := slices.Concat(baseKeys, ringKeys, southKeys, []string{"U"})
	for _, key := range baseKeys {
		keys = append(keys, "D"+key+"1", "D"+key+"2", "P"+key)
	}
	return keys
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomCommand(r *rand.Rand) string {
	var options string
	switch n := r.IntN(20); {
	case n < 10:
		if r.IntN(5) == 0 {
			options += " --revert"
		}
		if r.IntN(5) == 0 {
			options += " --simulate"
		}
		return "commit" + options + " " + randomValues(r, 1+r.IntN(4), true)
	case n < 15:
		return "notify --really " + randomReports(r)
	case n < 16:
		return "commit --resync=upstream " + randomValues(r, 6, false)
	case n < 17:
		return "commit --resync=full " + randomValues(r, 6, false)
	case n < 18:
		return "commit --resync=downstream"
	case n < 19: // somebody removes a value and what is derived from it
		key := pick(r, baseKeys)
		return "lose --resync " + key + " D" + key + "1 D" + key + "2"
	default: // the north-bound values are no business of notifications
		return "notify " + pick(r, baseKeys) + "=7; " + pick(r, baseKeys) + " delete; unknown/key"
	}
}

func randomFailure(r *rand.Rand) string {
	op := pick(r, []string{"create", "update", "delete"})
	key := pick(r, slices.Concat(baseKeys, ringKeys, []string{"Da1", "Db1", "Dc2"}))
	switch n := r.IntN(6); {
	case n == 0:
		return "panic " + op + " " + key
	// With an effect in spite of the error, only what can be read back: the
	// mock system keeps derived values apart from the value they are part of.
	case n == 1 && !strings.HasPrefix(key, "D") && (op != "update" || !slices.Contains(baseKeys[:4], key)):
		return "fail " + op + " " + key + " applied"
	default:
		return fmt.Sprintf("fail %s %s %d", op, key, 1+r.IntN(3))
	}
}

func randomReports(r *rand.Rand) string {
	var items []string
	for range 1 + r.IntN(3) {
		item := pick(r, southKeys)
		if r.IntN(3) == 0 {
			item += " delete"
		} else {
			item += fmt.Sprintf("=%d", r.IntN(2))
		}
		items = append(items, item)
	}
	return strings.Join(items, "; ")
}

func randomValues(r *rand.Rand, n int, deletions bool) string {
	var values []string
	for range n {
		key := pick(r, slices.Concat(baseKeys, baseKeys, ringKeys, []string{"U"}))
		if deletions && r.IntN(4) == 0 {
			values = append(values, key+" delete")
			continue
		}
		values = append(values, key+"="+randomValue(r, key))
	}
	return strings.Join(values, "; ")
}

func randomValue(r *rand.Rand, key string) string {
	contents := []string{"1", "2", "3", "R1", "R2"}
	index := slices.Index(baseKeys, key)
	// Only what derives nothing may become invalid: it is up to the scheduler
	// whether it then keeps what is derived from the former value.
	mayBeBad := index == len(baseKeys)-1 || index < 0
	if mayBeBad {
		contents = append(contents, "bad")
	}
	text := pick(r, contents)
	if !mayBeBad {
		var derives []string
		for n := 1; n <= 2; n++ {
			if r.IntN(3) == 0 {
				derived := fmt.Sprintf("D%s%d=%d", key, n, r.IntN(2))
				if r.IntN(2) == 0 {
					derived += "(" + pick(r, slices.Concat(southKeys, baseKeys[:index])) + ")"
				}
				derives = append(derives, derived)
			}
		}
		if r.IntN(3) == 0 {
			derives = append(derives, "P"+key)
		}
		if len(derives) > 0 {
			text += " derives " + strings.Join(derives, " ")
		}
	}
	candidates := slices.Concat(southKeys, []string{"sb/*", "sb/y*", "~sb", "sb/*~x"})
	switch {
	case index >= 0:
		candidates = append(candidates, ringKeys[0], "U")
		for _, before := range baseKeys[:index] {
			candidates = append(candidates, before, before, "D"+before+"1", "D"+before+"2", "P"+before)
		}
	case slices.Contains(ringKeys, key):
		candidates = slices.Concat(ringKeys, ringKeys, southKeys)
	}
	var needs []string
	for range r.IntN(3) {
		if need := pick(r, candidates); need != key && !slices.Contains(needs, need) {
			needs = append(needs, need)
		}
	}
	if len(needs) > 0 {
		text += " needs " + strings.Join(needs, " ")
	}
	return text
}

// shrink leaves out commands as long as the scenario still fails.
func shrink(script []string, err error, play func([]string) error) ([]string, error) {
	for size := len(script) / 2; size > 0; size /= 2 {
		for from := 0; from+size <= len(script); {
			shorter := slices.Concat(script[:from], script[from+size:])
			if shorterErr := play(shorter); shorterErr != nil {
				script, err = shorter, shorterErr
			} else {
				from += size
			}
		}
	}
	return script, err
}
