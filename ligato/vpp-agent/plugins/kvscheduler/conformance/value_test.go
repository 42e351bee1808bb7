// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"path"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// value is the parsed text of a mock value.
type value struct {
	content string
	derives []string // "key=content(needs,...)"
	needs   []string
}

func parseValue(text string) (v value) {
	into := &v.derives
	for i, word := range strings.Fields(text) {
		switch {
		case word == "derives":
			into = &v.derives
		case word == "needs":
			into = &v.needs
		case i == 0:
			v.content = word
		default:
			*into = append(*into, word)
		}
	}
	return v
}

// newValue makes the message of a value from its text.
func newValue(text string) proto.Message {
	return wrapperspb.String(strings.Join(strings.Fields(text), " "))
}

// textOf gives the text back, with a mark for what is no mock value.
func textOf(msg proto.Message) string {
	if msg == nil {
		return "<nil>"
	}
	if v, ok := msg.(*wrapperspb.StringValue); ok {
		return v.GetValue()
	}
	return fmt.Sprintf("<%T>", msg)
}

// contentOf gives the content alone.
func contentOf(msg proto.Message) string {
	return parseValue(textOf(msg)).content
}

// show renders a key with the content of its value.
func show(key string, msg proto.Message) string {
	if content := contentOf(msg); content != "" {
		return key + "=" + content
	}
	return key
}

// parseAssignment splits "key=content ..." and "key delete".
func parseAssignment(text string) (key string, msg proto.Message) {
	key, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	key, content, hasContent := strings.Cut(key, "=")
	if !hasContent && strings.TrimSpace(rest) == "delete" {
		return key, nil
	}
	return key, newValue(content + " " + rest)
}

func derivedValues(msg proto.Message) (derived []kvs.KeyValuePair) {
	for _, word := range parseValue(textOf(msg)).derives {
		word, needs, hasNeeds := strings.Cut(strings.TrimSuffix(word, ")"), "(")
		key, content, _ := strings.Cut(word, "=")
		if hasNeeds {
			content += " needs " + strings.ReplaceAll(needs, ",", " ")
		}
		derived = append(derived, kvs.KeyValuePair{Key: key, Value: newValue(content)})
	}
	return derived
}

func dependencies(msg proto.Message) (deps []kvs.Dependency) {
	for _, word := range parseValue(textOf(msg)).needs {
		dep := kvs.Dependency{Label: word}
		patterns, part, hasPart := strings.Cut(word, "~")
		if hasPart {
			dep.AnyOf.KeySelector = func(key string) bool { return strings.Contains(key, part) }
		}
		switch {
		case strings.HasSuffix(patterns, "*"):
			for pattern := range strings.SplitSeq(patterns, "|") {
				dep.AnyOf.KeyPrefixes = append(dep.AnyOf.KeyPrefixes, strings.TrimSuffix(pattern, "*"))
			}
		case !hasPart:
			dep.Key = word
		}
		deps = append(deps, dep)
	}
	return deps
}

// selector makes a key selector from globs separated by commas. A glob that
// ends with "/**" selects everything below.
func selector(globs string) kvs.KeySelector {
	return func(key string) bool {
		for glob := range strings.SplitSeq(globs, ",") {
			if below, deep := strings.CutSuffix(glob, "**"); deep {
				if strings.HasPrefix(key, below) {
					return true
				}
			} else if ok, err := path.Match(glob, key); err == nil && ok {
				return true
			}
		}
		return false
	}
}
