// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/internal/orderedyaml"
)

// formatProto is the text format of protobuf.
const formatProto = "proto"

func (a *app) generateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "generate MODEL",
		Aliases: []string{"gen"},
		Short:   "Show a value of a model in which nothing is set, to be filled in",
		Long: "Show a value of a model with all its fields, of which none is set. The model is named as far as\n" +
			"it is not ambiguous.",
		Example:           "  agentctl generate linux.interfaces.interface\n  agentctl generate linux.l3.route --oneline",
		ValidArgsFunction: a.completeModels,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("one model is needed")
			}
			return nil
		},
	}
	form := cmd.Flags().StringP("format", "f", output.JSON, "form of the output: json, yaml or proto")
	cmd.Flags().StringVarP(form, "output", "o", output.JSON, "the same as --format")
	oneLine := cmd.Flags().Bool("oneline", false, "in one line, as the store and 'agentctl import' take it; for json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *oneLine && *form != output.JSON {
			return usageError(cmd, fmt.Errorf("--oneline is for json, not for %s", *form))
		}
		_, _, reg, done, err := a.beginWithModels(cmd)
		if err != nil {
			return err
		}
		defer done()
		model, err := oneModel(reg.Models, args[0])
		if err != nil {
			return err
		}
		known, err := reg.GetModel(model.Name)
		if err != nil {
			return err
		}
		text, err := emptyValue(known.NewInstance(), *form, *oneLine)
		if err != nil {
			return usageError(cmd, err)
		}
		done()
		_, err = fmt.Fprintln(a.Stdout, strings.TrimSuffix(string(text), "\n"))
		return err
	}
	return cmd
}

// emptyValue returns a message with all fields that are not of a choice.
func emptyValue(message proto.Message, form string, oneLine bool) ([]byte, error) {
	if form == formatProto {
		return emptyText(message), nil
	}
	raw, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return nil, err
	}
	switch form {
	case output.JSON:
		if oneLine {
			return compact(raw), nil
		}
		return indented(raw), nil
	case output.YAML, "yml":
		return orderedyaml.FromJSON(raw)
	}
	return nil, fmt.Errorf("unknown form %q: it can be json, yaml or proto", form)
}

// emptyText is the text format, which by itself shows only what is set.
func emptyText(message proto.Message) []byte {
	var b strings.Builder
	fields := message.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if choice := field.ContainingOneof(); choice != nil && !choice.IsSynthetic() {
			continue
		}
		var value string
		switch {
		case field.IsMap():
			continue // no entry, no text
		case field.IsList():
			value = "[]"
		case field.Message() != nil:
			value = "{}"
		case field.Enum() != nil:
			value = string(field.Enum().Values().Get(0).Name()) // what proto3 has as default
		case field.Kind() == protoreflect.StringKind, field.Kind() == protoreflect.BytesKind:
			value = `""`
		default:
			value = fmt.Sprint(field.Default().Interface())
		}
		fmt.Fprintf(&b, "%s: %s\n", field.Name(), value)
	}
	return []byte(b.String())
}
