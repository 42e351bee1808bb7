// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

func TestRESTStatusExplainsAndFilters(t *testing.T) {
	s := newTest(t, "")
	nothing := func(string, proto.Message) (api.Metadata, error) { return nil, nil }
	err := s.RegisterKVDescriptor(&api.KVDescriptor{
		Name: "base", KeySelector: func(key string) bool { return strings.HasPrefix(key, "base/") },
		NBKeyPrefix: "base/",
		Create:      nothing,
		Dependencies: func(key string, _ proto.Message) []api.Dependency {
			if key != "base/waits" {
				return nil
			}
			return []api.Dependency{
				{Label: "there", Key: "base/ok"},
				{Label: "a key", Key: "missing/key"},
				{Label: "b prefixes", AnyOf: api.AnyOfDependency{KeyPrefixes: []string{"p/", "q/"}}},
				{Label: "c selector", AnyOf: api.AnyOfDependency{KeySelector: func(string) bool { return false }}},
			}
		},
		DerivedValues: func(key string, value proto.Message) []api.KeyValuePair {
			if key != "base/ok" {
				return nil
			}
			return []api.KeyValuePair{{Key: "derived/1", Value: value}}
		},
	}, &api.KVDescriptor{
		Name: "derived", KeySelector: func(key string) bool { return strings.HasPrefix(key, "derived/") },
		Create: nothing,
		Dependencies: func(string, proto.Message) []api.Dependency {
			return []api.Dependency{{Label: "own", Key: "missing/own"}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	txn := s.StartNBTransaction()
	for _, key := range []string{"base/ok", "base/waits", "nobodys"} {
		txn.SetValue(key, wrapperspb.String(key))
	}
	if _, err := txn.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}

	const ok = `{"value":{"key":"base/ok","state":"CONFIGURED","last_operation":"CREATE"},` +
		`"derived_values":[{"key":"derived/1","state":"PENDING","last_operation":"CREATE","details":["own"]}]`
	const okWhy = `,"waits_for":[{"label":"own","keys":["missing/own"],"prefixes":[],"selector":false,"derived":"derived/1"}]`
	const waits = `{"value":{"key":"base/waits","state":"PENDING","last_operation":"CREATE","details":["a key","b prefixes","c selector"]}`
	const waitsWhy = `,"waits_for":[{"label":"a key","keys":["missing/key"],"prefixes":[],"selector":false},` +
		`{"label":"b prefixes","keys":[],"prefixes":["p/","q/"],"selector":false},` +
		`{"label":"c selector","keys":[],"prefixes":[],"selector":true}]`
	const nobodys = `{"value":{"key":"nobodys","state":"UNIMPLEMENTED","last_operation":"CREATE"}`
	for query, want := range map[string]string{
		"":                                   "[" + ok + "}," + waits + "}," + nobodys + "}]",
		"explain=true":                       "[" + ok + okWhy + "}," + waits + waitsWhy + "}," + nobodys + "}]",
		"explain=1&key=base/waits":           waits + waitsWhy + "}",
		"explain=true&key=nosuch":            `{"value":{"key":"nosuch"}}`,
		"explain=false&key=base/waits":       waits + "}",
		"state=pending":                      "[" + ok + "}," + waits + "}]",
		"state=":                             "[" + ok + "}," + waits + "}," + nobodys + "}]",
		"state=UNIMPLEMENTED&state=failed":   "[" + nobodys + "}]",
		"state=Pending&descriptor=nosuch":    "null",
		"state=CONFIGURED&key-prefix=base/":  "[" + ok + "}]",
		"explain=1&state=UNIMPLEMENTED":      "[" + nobodys + "}]",
		"explain=1&state=INVALID&state=":     "null",
		"explain=true&key=derived/1":         `{"value":{"key":"derived/1","state":"PENDING","last_operation":"CREATE","details":["own"]},"waits_for":[{"label":"own","keys":["missing/own"],"prefixes":[],"selector":false}]}`,
		"state=CONFIGURED&descriptor=nosuch": "null",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := s.restStatus(values)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got, err := json.Marshal(reply); err != nil || string(got) != want {
			t.Errorf("%s (%v):\ngot  %s\nwant %s", query, err, got, want)
		}
	}

	_, err = s.restStatus(url.Values{"state": {"PENDING", "waiting"}})
	var coded *restError
	if !errors.As(err, &coded) || coded.code != http.StatusBadRequest || !strings.Contains(err.Error(), `"waiting", expected one of NONEXISTENT, MISSING,`) {
		t.Errorf("unknown state: %v", err)
	}
}
