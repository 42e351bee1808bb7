// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// statusText is the layout of the status for people.
const statusText = `AGENT
    App name:    {{.Version.App}}
    Version:     {{.Version.Version}}

    State:       {{state .Status.State}}
    Started:     {{date .Status.StartTime}} ({{age .Status.StartTime}} ago)
    Last change: {{age .Status.LastChange}}
    Last update: {{age .Status.LastUpdate}}

    Go version:  {{.Version.GoVersion}}
    OS/Arch:     {{.Version.OS}}/{{.Version.Arch}}

    Build Info:
        Git commit: {{known .Version.GitCommit}}
        Git branch: {{known .Version.GitBranch}}
        User:       {{known .Version.BuildUser}}
        Host:       {{known .Version.BuildHost}}
        Built:      {{if .Version.BuildTime}}{{date .Version.BuildTime}}{{else}}unknown{{end}}

PLUGINS
{{range .Plugins}}    {{.Name}}: {{state .State}}{{with .Error}} ({{.}}){{end}}
{{end}}`

func (a *app) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show how the agent and its plugins are, and which build it is",
		Long:  "Show how the agent and its plugins are, and which build it is.\nAn agent that is not OK makes the command fail after that.",
		Args:  cobra.NoArgs,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		var raw struct{ Status, Version json.RawMessage }
		if raw.Status, err = agent.Readiness(ctx); err != nil {
			return err
		}
		var value struct {
			Status  wire.ExposedStatus
			Version wire.Version
		}
		if err := decode(raw.Status, &value.Status); err != nil {
			return err
		}
		raw.Version, err = agent.Version(ctx)
		if agentapi.HasCode(err, http.StatusNotFound) {
			raw.Version, err = json.Marshal(versionOf(value.Status))
		}
		if err != nil {
			return err
		}
		if err := decode(raw.Version, &value.Version); err != nil {
			return err
		}
		done()
		if f.String() == "" {
			err = a.showStatus(value.Status, value.Version)
		} else {
			text, marshalErr := json.Marshal(raw)
			if marshalErr != nil {
				return marshalErr
			}
			err = a.show(f, text, value)
		}
		if err == nil && value.Status.State != wire.StateOK {
			err = fmt.Errorf("the agent is not OK: its state is %v", value.Status.State)
		}
		return err
	}
	return cmd
}

// versionOf is for agents that say of their version only what is in their
// status.
func versionOf(s wire.ExposedStatus) wire.Version {
	const unknown = "unknown"
	return wire.Version{
		App: unknown, Version: s.BuildVersion, GitCommit: s.CommitHash, GitBranch: unknown,
		BuildUser: unknown, BuildHost: unknown, GoVersion: unknown, OS: unknown, Arch: unknown,
	}
}

func (a *app) showStatus(status wire.ExposedStatus, version wire.Version) error {
	type plugin struct {
		Name  string
		State wire.OperationalState
		Error string
	}
	var plugins []plugin
	for _, name := range slices.Sorted(maps.Keys(status.PluginStatus)) {
		p := status.PluginStatus[name]
		plugins = append(plugins, plugin{output.Printable(name), p.State, output.Printable(p.Error)})
	}
	tmpl := template.Must(template.New("status").Funcs(template.FuncMap{
		"known": func(text string) string { return cmp.Or(text, "unknown") },
		"date":  func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05 -0700 MST") },
		"age":   func(seconds int64) string { return output.Age(a.Now().Sub(time.Unix(seconds, 0))) },
		"state": func(s wire.OperationalState) string {
			color := map[wire.OperationalState]output.Color{wire.StateInit: output.Waits, wire.StateOK: output.Good, wire.StateError: output.Bad}[s]
			return a.Stdout.Paint(color, s.String())
		},
	}).Parse(statusText))
	return tmpl.Execute(a.Stdout, map[string]any{"Status": status, "Version": version, "Plugins": plugins})
}
