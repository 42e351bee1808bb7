// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	"github.com/ifwatcher/ifwatcher/internal/orderedyaml"
)

// dumped is a value as dump shows it in JSON and YAML.
type dumped struct {
	Key      string
	Value    json.RawMessage
	Metadata json.RawMessage
	Origin   wire.Origin
}

func (a *app) dumpCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dump MODEL...",
		Short: "Show the values of models, as wanted or as they are",
		Long: "Show the values of the models whose names match one of the patterns, or of 'all'.\n" +
			"The view 'cached' is what the agent knows to be there, 'NB' what is wanted,\n'SB' what it now reads from the host.",
		Example:           "  agentctl dump all\n  agentctl dump --view NB 'linux.*'\n  agentctl dump linux.l3.route -o yaml",
		ValidArgsFunction: a.completeModels,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("which models? Name some, or 'all'")
			}
			return nil
		},
	}
	var view, origin string
	cmd.Flags().StringVar(&view, "view", agentapi.ViewCached, "cached, NB or SB")
	cmd.Flags().StringVar(&origin, "origin", "", "show only values with this origin: from-NB, from-SB or unknown")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains([]string{agentapi.ViewCached, agentapi.ViewNB, agentapi.ViewSB}, view) {
			return usageError(cmd, fmt.Errorf("--view: %q is none of cached, NB, SB", view))
		}
		if !slices.Contains([]string{"", wire.FromNB.String(), wire.FromSB.String(), wire.UnknownOrigin.String()}, origin) {
			return usageError(cmd, fmt.Errorf("--origin: %q is none of from-NB, from-SB, unknown", origin))
		}
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		models, err := agent.KnownModels(ctx, agentapi.ClassConfig)
		if err != nil {
			return err
		}
		chosen, err := matching(models, args)
		if err != nil {
			return err
		}
		values, err := a.dump(ctx, chosen, view)
		if err != nil {
			return err
		}
		if origin != "" {
			values = slices.DeleteFunc(values, func(kv wire.KV) bool { return kv.Origin.String() != origin })
		}
		done()
		if f.String() != "" {
			return a.showDumpRaw(f, values)
		}
		return a.showDump(models, values)
	}
	return cmd
}

// matching returns the models whose names match one of the shell patterns.
func matching(models agentapi.Models, patterns []string) (agentapi.Models, error) {
	var chosen agentapi.Models
	for _, m := range models {
		for _, pattern := range patterns {
			ok, err := path.Match(pattern, m.Name)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", pattern, err)
			}
			if ok || pattern == "all" {
				chosen = append(chosen, m)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no model matches %s; 'agentctl model ls' shows which there are", strings.Join(patterns, " "))
	}
	return chosen, nil
}

// dump asks for the values of each model. A model that no plugin applies has
// none; other failures count only if nothing at all can be had.
func (a *app) dump(ctx context.Context, models agentapi.Models, view string) ([]wire.KV, error) {
	var (
		values []wire.KV
		errs   []error
		absent int
	)
	for _, m := range models {
		list, err := a.client.DumpPrefix(ctx, m.KeyPrefix, view)
		switch {
		case agentapi.HasCode(err, http.StatusNotFound):
			absent++
			errs = append(errs, fmt.Errorf("no plugin of this agent applies values of model %s", m.Name))
		case err != nil:
			errs = append(errs, fmt.Errorf("model %s: %w", m.Name, err))
		}
		values = append(values, list...)
	}
	if len(errs) == len(models) {
		return nil, errs[len(errs)-1]
	}
	if len(errs) > absent {
		for _, err := range errs {
			if agentapi.HasCode(err, http.StatusInternalServerError) {
				a.note("agentctl: %s", oneLine(err))
			}
		}
	}
	slices.SortFunc(values, func(x, y wire.KV) int { return cmp.Compare(x.Key, y.Key) })
	return values, nil
}

func (a *app) showDumpRaw(f *format, values []wire.KV) error {
	list := make([]dumped, 0, len(values))
	for _, kv := range values {
		d := dumped{Key: kv.Key, Metadata: kv.Metadata, Origin: kv.Origin}
		if kv.Value != nil {
			d.Value = kv.Value.Data
		}
		list = append(list, d)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("value as JSON: %w", err)
	}
	return a.show(f, raw, values)
}

func (a *app) showDump(models agentapi.Models, values []wire.KV) error {
	t := output.Table{Head: []string{"MODEL", "ORIGIN", "VALUE", "METADATA", "KEY"}, Boxed: true, Merge: []int{0, 1}}
	for _, kv := range values {
		model, name, ok := models.ForKey(kv.Key)
		if !ok {
			name = "-"
		}
		value, err := valueText(kv.Value)
		if err != nil {
			return err
		}
		metadata := ""
		if len(kv.Metadata) > 0 && string(kv.Metadata) != "null" {
			text, err := orderedyaml.FromJSON(kv.Metadata)
			if err != nil {
				return err
			}
			metadata = strings.TrimSuffix(string(text), "\n")
		}
		t.Row(output.Text("%s", model.Name), output.Text("%v", kv.Origin), output.Text("%s", value),
			output.Text("%s", metadata), output.Text("%s", name))
	}
	return t.Write(a.Stdout)
}

func valueText(m *wire.Message) (string, error) {
	if m == nil {
		return "", nil
	}
	text := "# " + m.Name
	if len(m.Data) == 0 || string(m.Data) == "{}" {
		return text, nil
	}
	body, err := orderedyaml.FromJSON(m.Data)
	if err != nil {
		return "", err
	}
	return text + "\n" + strings.TrimSuffix(string(body), "\n"), nil
}
