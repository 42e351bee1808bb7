// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// format is the form in which a command shows its result. Empty means the one
// for people.
type format struct{ f, o string }

// addFormat adds the flags for it to a command. more are the names of forms
// that the command has besides.
func addFormat(cmd *cobra.Command, more string) *format {
	var f format
	text := "form of the output: json, yaml"
	if more != "" {
		text += ", " + more
	}
	cmd.Flags().StringVarP(&f.f, "format", "f", "", text+" or a Go template")
	cmd.Flags().StringVarP(&f.o, "output", "o", "", "the same as --format")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if f.f != "" && f.o != "" && f.f != f.o {
			return errors.New("--format and --output say different things")
		}
		return nil
	}
	return &f
}

// String returns what was asked for; forms that have a name by that name.
func (f format) String() string {
	asked := cmp.Or(f.o, f.f)
	switch name := strings.ToLower(asked); name {
	case output.JSON, output.YAML:
		return name
	case "yml":
		return output.YAML
	}
	return asked
}

// show writes a result in the format asked for: the raw document for JSON and
// YAML, so that nothing of it is lost, and the value for a template.
func (a *app) show(f *format, raw json.RawMessage, value any) error {
	switch f.String() {
	case output.JSON, output.YAML:
		if string(raw) == "null" || len(raw) == 0 {
			raw = json.RawMessage("[]")
		}
		return output.Write(a.Stdout, f.String(), raw)
	}
	return output.Write(a.Stdout, f.String(), value)
}

// showValue is show for what agentctl has put together itself.
func (a *app) showValue(f *format, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return a.show(f, raw, value)
}

// confirm says that something has been done: with the text for people, or with
// what has been done.
func (a *app) confirm(f *format, text string, value any) error {
	if f.String() == "" {
		a.print("%s", text)
		return nil
	}
	return output.Write(a.Stdout, f.String(), value)
}

// compact takes out the spaces of a document, which differ from run to run in
// what protojson writes.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// indented is a document for people.
func indented(raw []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, compact(raw), "", "  ") != nil {
		return raw
	}
	return b.Bytes()
}

// decode reads a document of the agent.
func decode(raw json.RawMessage, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("the answer is not what an agent answers: %w", err)
	}
	return nil
}

// stateCell shows the state of a value. One that was obtained is nobody's
// wish, and is written small.
func stateCell(state string) output.Cell {
	text := state
	if state == wire.Obtained {
		text = "obtained"
	}
	return output.Cell{Text: text, Color: stateColor(state)}
}

func stateColor(state string) output.Color {
	switch state {
	case wire.Configured, wire.Discovered:
		return output.Good
	case wire.Obtained:
		return output.Info
	case wire.Pending:
		return output.Waits
	case wire.Failed, wire.Invalid, wire.Retrying, wire.Missing, wire.Unimplemented:
		return output.Bad
	}
	return output.Plain
}
