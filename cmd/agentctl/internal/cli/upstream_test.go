// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

// TestAsUpstream compares with what vpp-agent's own agentctl printed for the
// same agent. What differs on purpose is in the way of comparing:
//
//   - tables are aligned in another way and have no spaces at the ends of lines
//   - "1 values" is "1 value"
//   - an empty list is "[]" in JSON and YAML, not "null"
//   - times are strings in YAML too, as they are in JSON
//   - the groups of 'config get' are sorted
func TestAsUpstream(t *testing.T) {
	for _, tc := range []struct {
		phase string
		args  string
		file  string
		same  func(string) string
	}{
		{fakeagent.Empty, "values", "empty_values.txt", words},
		{fakeagent.Empty, "values -f json", "empty_values_fjson.txt", exact},
		{fakeagent.Empty, "values -f yaml", "empty_values_fyaml.txt", exact},
		{fakeagent.Pending, "values", "pending_values.txt", words},
		{fakeagent.Pending, "values -o json", "pending_values_fjson.txt", exact},
		{fakeagent.Pending, "values -o yaml", "pending_values_fyaml.txt", exact},
		{fakeagent.Empty, "dump --view=NB linux.*", "empty_dump_NB.txt", words},
		{fakeagent.Empty, "dump all", "empty_dump_all.txt", words},
		{fakeagent.Empty, "dump -f json all", "empty_dump_all_fjson.txt", exact},
		{fakeagent.Empty, "dump -f yaml all", "empty_dump_all_fyaml.txt", exact},
		{fakeagent.Pending, "dump --view=NB linux.*", "pending_dump_NB.txt", words},
		{fakeagent.Pending, "dump --view SB linux.*", "pending_dump_SB.txt", words},
		{fakeagent.Pending, "dump all", "pending_dump_all.txt", words},
		{fakeagent.Empty, "config history", "empty_config_history.txt", words},
		{fakeagent.Empty, "config history -f json", "empty_config_history_fjson.txt", exact},
		{fakeagent.Empty, "config history -f yaml", "empty_config_history_fyaml.txt", unquoted},
		{fakeagent.Pending, "config history", "pending_config_history.txt", words},
		{fakeagent.Pending, "config history -f json", "pending_config_history_fjson.txt", exact},
		{fakeagent.Pending, "config history -f yaml", "pending_config_history_fyaml.txt", unquoted},
		{fakeagent.Pending, "config history -f log", "pending_config_history_log.txt", words},
		{fakeagent.Pending, "config get", "pending_config_get.txt", groups},
		{fakeagent.Empty, "config get", "empty_config_get.txt", groups},
		{fakeagent.Empty, "model inspect linux.interfaces", "model_inspect.txt", exact},
		{fakeagent.Empty, "log list", "log_list.txt", words},
	} {
		t.Run(tc.phase+" "+tc.args, func(t *testing.T) {
			l := newLab(t, tc.phase)
			if tc.phase == fakeagent.Empty {
				l.now = time.Date(2026, 11, 23, 18, 59, 24, 0, time.UTC)
			}
			got := l.ok(strings.Fields(tc.args)...)
			want := upstream(t, tc.file)
			if tc.same(got) != tc.same(want) {
				t.Errorf("printed:\n%s\nvpp-agent's tool printed:\n%s", got, want)
			}
		})
	}
}

// TestModelsAsUpstream compares the models that both know.
func TestModelsAsUpstream(t *testing.T) {
	var got, want []map[string]string
	if err := json.Unmarshal([]byte(newLab(t, fakeagent.Empty).ok("model", "ls", "-o", "json")), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(upstream(t, "model_ls_json.txt")), &want); err != nil {
		t.Fatal(err)
	}
	byName := map[string]map[string]string{}
	for _, m := range want {
		byName[m["Name"]] = m
	}
	compared := 0
	for _, m := range got {
		if w, ok := byName[m["Name"]]; ok {
			compared++
			for field := range w {
				if m[field] != w[field] {
					t.Errorf("%s: %s is %q, not %q", m["Name"], field, m[field], w[field])
				}
			}
		}
	}
	if compared < 4 {
		t.Errorf("only %d models in common", compared)
	}
}

// TestStatusAsUpstream has the agent in the state that was recorded with the
// tool.
func TestStatusAsUpstream(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	var doc struct{ Status, Version json.RawMessage }
	if err := json.Unmarshal([]byte(upstream(t, "pending_status_fjson.txt")), &doc); err != nil {
		t.Fatal(err)
	}
	l.rest.SetJSON("GET /readiness", string(doc.Status))
	l.rest.SetJSON("GET /info/version", string(doc.Version))
	l.now = time.Unix(1795460369, 0)
	if got, want := l.ok("status", "-f", "json"), upstream(t, "pending_status_fjson.txt"); got != want {
		t.Errorf("JSON: printed:\n%s", got)
	}
	if got, want := l.ok("status", "-f", "yaml"), upstream(t, "pending_status_fyaml.txt"); got != want {
		t.Errorf("YAML: printed:\n%s", got)
	}
	// The text was recorded before the last update that JSON has.
	want := strings.Replace(upstream(t, "pending_status.txt"), "Last update: 5s", "Last update: 0s", 1)
	if got := l.ok("status"); got != want {
		t.Errorf("printed:\n%s\nvpp-agent's tool printed:\n%s", got, want)
	}
	if got := l.ok("status", "-f", "{{.Status.AgentStatus.State}} {{.Version.App}} {{len .Status.PluginStatus}}"); got != "OK vpp-agent 2\n" {
		t.Errorf("template: %q", got)
	}
}

// upstream returns what was recorded of the tool.
func upstream(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, "upstream", file))
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(out, "[exit 0]\n")
}

func exact(text string) string {
	if text == "null\n" {
		return "[]\n"
	}
	return text
}

func unquoted(text string) string { return strings.ReplaceAll(text, "\"", "") }

var (
	colors = regexp.MustCompile("\x1b\\[[0-9;]*m")
	lines  = regexp.MustCompile(`\+[-+ ]*\+|\|`)
)

// words leaves out colours, the lines of a table and the width of columns.
func words(text string) string {
	text = colors.ReplaceAllString(text, "")
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(lines.ReplaceAllString(line, " ")), " ")
		line = regexp.MustCompile(`\b1 values`).ReplaceAllString(line, "1 value")
		if line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// groups compares configurations by content, without those of VPP.
func groups(text string) string {
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return err.Error()
	}
	delete(doc, "vppConfig")
	sorted, err := json.Marshal(doc)
	if err != nil {
		return err.Error()
	}
	return string(sorted)
}
