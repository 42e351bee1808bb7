// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
)

func parseWords(text string) (values []Value) {
	for _, item := range strings.Fields(text) {
		key, value, found := strings.Cut(item, "=")
		v := Value{Key: key}
		if found {
			v.Value = utils.RecordProtoMessage(wrapperspb.String(value))
		}
		values = append(values, v)
	}
	return values
}

func showWords(values []Value) string {
	var items []string
	for _, v := range values {
		item := v.Key
		if v.Value != nil {
			item += "=" + v.Value.Message.(*wrapperspb.StringValue).GetValue()
		}
		items = append(items, item)
	}
	return strings.Join(items, " ")
}

func TestWords(t *testing.T) {
	for calls, want := range map[string]string{
		"a=1":               "a=1",
		"a":                 "a",
		"a=1 b=1 a=2":       "a=2 b=1",
		"a a=1":             "a a=1",
		"a=1 a":             "a",
		"a a=1 a":           "a",
		"a=1 a a=2":         "a a=2",
		"a a=1, a=2":        "a a=2",
		"a=1, b=1, a":       "a b=1",
		"b, a=1 b=2, b=3 c": "b b=3 a=1 c",
	} {
		var w Words
		for _, call := range strings.Split(calls, ",") {
			w.Add(parseWords(call))
		}
		if got := showWords(w.Values()); got != want {
			t.Errorf("%q: %q, want %q", calls, got, want)
		}
	}
}
