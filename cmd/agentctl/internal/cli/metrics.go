// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

func (a *app) metricsCommand() *cobra.Command {
	return group("metrics", "Show what the agent measures", a.metricsListCommand(), a.metricsGetCommand())
}

// metric is a metric as it is listed: a model of class metrics, or a family of
// Prometheus.
type metric struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Samples int    `json:"samples,omitempty"`
	Help    string `json:"help,omitempty"`
}

func (a *app) metricsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the metrics",
		Args:    cobra.NoArgs,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		list := []metric{}
		models, err := agent.KnownModels(ctx, agentapi.ClassMetrics)
		if err != nil && !errors.Is(err, agentapi.ErrUnreachable) {
			return err
		}
		for _, m := range models {
			list = append(list, metric{Name: m.Name, Type: "model", Help: m.ProtoName})
		}
		families, err := a.metricFamilies(ctx)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(families)) {
			family := families[name]
			list = append(list, metric{
				Name: name, Type: strings.ToLower(family.GetType().String()), Samples: len(family.GetMetric()), Help: family.GetHelp(),
			})
		}
		done()
		if f.String() != "" {
			return a.showValue(f, list)
		}
		t := output.Table{Head: []string{"NAME", "TYPE", "SAMPLES", "HELP"}}
		for _, m := range list {
			t.Row(output.Text("%s", m.Name), output.Text("%s", m.Type), output.Text("%d", m.Samples), output.Text("%s", m.Help))
		}
		return t.Write(a.Stdout)
	}
	return cmd
}

func (a *app) metricFamilies(ctx context.Context) (map[string]*dto.MetricFamily, error) {
	text, err := a.client.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the metrics of the agent: %w", err)
	}
	return families, nil
}

func (a *app) metricsGetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get NAME",
		Short: "Show a metric",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("the name of one metric is needed")
			}
			return nil
		},
		ValidArgsFunction: a.completeMetrics,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		if strings.Contains(args[0], ".") {
			// The names of models have a dot in them, those of Prometheus none.
			raw, err := agent.Metric(ctx, args[0])
			if err != nil {
				return err
			}
			var value any
			if err := decode(raw, &value); err != nil {
				return err
			}
			done()
			if f.String() == "" {
				f.f = output.JSON
			}
			return a.show(f, raw, value)
		}
		families, err := a.metricFamilies(ctx)
		if err != nil {
			return err
		}
		family, ok := families[args[0]]
		if !ok {
			return fmt.Errorf("the agent has no metric %q; 'agentctl metrics list' shows which it has", args[0])
		}
		done()
		return a.showFamily(f, family)
	}
	return cmd
}

func (a *app) showFamily(f *format, family *dto.MetricFamily) error {
	if f.String() == "" {
		_, err := expfmt.MetricFamilyToText(a.Stdout, family)
		return err
	}
	samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, family)
	if err != nil {
		return fmt.Errorf("metric %s: %w", family.GetName(), err)
	}
	return a.showValue(f, samples)
}

func (a *app) completeMetrics(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.complete(cmd, typed, func(ctx context.Context, _ *agentapi.Client) ([]string, error) {
		families, err := a.metricFamilies(ctx)
		return slices.Sorted(maps.Keys(families)), err
	})
}
