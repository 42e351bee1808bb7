// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package example

import (
	"errors"
	"reflect"
	"testing"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/descriptor-adapter/internal/example/adapter"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/descriptor-adapter/internal/example/meta"
)

type text = wrapperspb.StringValue

func full(calls *[]string) *adapter.TextDescriptor {
	called := func(name string) { *calls = append(*calls, name) }
	return &adapter.TextDescriptor{
		Name: "text", ValueTypeName: "google.protobuf.StringValue", NBKeyPrefix: "text/", WithMetadata: true,
		KeySelector:          func(key string) bool { return key != "" },
		KeyLabel:             func(key string) string { return "label of " + key },
		IsRetriableFailure:   func(error) bool { return false },
		RetrieveDependencies: []string{"other"},
		ValueComparator: func(_ string, a, b *text) bool {
			called("compare")
			return a.GetValue() == b.GetValue()
		},
		Validate: func(string, *text) error { called("validate"); return nil },
		Create: func(string, *text) (*meta.Meta, error) {
			called("create")
			return &meta.Meta{Index: 1}, nil
		},
		Delete: func(_ string, _ *text, m *meta.Meta) error {
			called("delete")
			if m == nil {
				return errors.New("no metadata")
			}
			return nil
		},
		Update: func(_ string, _, _ *text, m *meta.Meta) (*meta.Meta, error) {
			called("update")
			return m, nil
		},
		UpdateWithRecreate: func(string, *text, *text, *meta.Meta) bool { called("recreate"); return false },
		Retrieve: func(correlate []adapter.TextKVWithMetadata) ([]adapter.TextKVWithMetadata, error) {
			called("retrieve")
			return correlate, nil
		},
		DerivedValues: func(key string, value *text) []api.KeyValuePair {
			called("derive")
			return []api.KeyValuePair{{Key: key, Value: value}}
		},
		Dependencies: func(key string, _ *text) []api.Dependency {
			called("depend")
			return []api.Dependency{{Label: key}}
		},
	}
}

func TestTyped(t *testing.T) {
	var calls []string
	typed := full(&calls)
	d := adapter.NewTextDescriptor(typed)
	if d.Name != "text" || d.ValueTypeName != "google.protobuf.StringValue" || d.NBKeyPrefix != "text/" || !d.WithMetadata ||
		!d.KeySelector("k") || d.KeyLabel("k") != "label of k" || d.IsRetriableFailure(nil) || len(d.RetrieveDependencies) != 1 {
		t.Errorf("descriptor %+v", d)
	}
	a, b := wrapperspb.String("a"), wrapperspb.String("b")
	m, err := d.Create("k", a)
	if created, ok := m.(*meta.Meta); !ok || created.Index != 1 || err != nil {
		t.Errorf("create: %v, %v", m, err)
	}
	updated, err := d.Update("k", a, b, m)
	if updated != m || err != nil {
		t.Errorf("update: %v, %v", updated, err)
	}
	if !d.ValueComparator("k", a, a) || d.ValueComparator("k", a, b) || d.UpdateWithRecreate("k", a, b, m) ||
		d.Validate("k", a) != nil || d.Delete("k", a, m) != nil || len(d.DerivedValues("k", a)) != 1 || len(d.Dependencies("k", a)) != 1 {
		t.Error("another result")
	}
	if err := d.Delete("k", a, nil); err == nil || err.Error() != "no metadata" {
		t.Errorf("delete without metadata: %v", err)
	}
	found, err := d.Retrieve([]api.KVWithMetadata{
		{Key: "a", Value: a, Metadata: m, Origin: api.FromNB},
		{Key: "other value", Value: &emptypb.Empty{}},
		{Key: "other metadata", Value: a, Metadata: "m"},
		{Key: "none", Value: b},
	})
	if err != nil || len(found) != 2 || found[0] != (api.KVWithMetadata{Key: "a", Value: a, Metadata: m, Origin: api.FromNB}) || found[1].Key != "none" {
		t.Errorf("retrieved %v, %v", found, err)
	}
}

// TestOtherTypes: the typed callbacks are not called.
func TestOtherTypes(t *testing.T) {
	var calls []string
	d := adapter.NewTextDescriptor(full(&calls))
	good, bad := wrapperspb.String("a"), &emptypb.Empty{}
	create := func() error { _, err := d.Create("k", bad); return err }
	update := func(old, value *text, m api.Metadata) error {
		var err error
		switch {
		case old == nil:
			_, err = d.Update("k", bad, good, m)
		case value == nil:
			_, err = d.Update("k", good, bad, m)
		default:
			_, err = d.Update("k", old, value, m)
		}
		return err
	}
	for name, err := range map[string]error{
		"validate": d.Validate("k", bad), "create": create(), "delete": d.Delete("k", bad, nil),
		"update from": update(nil, good, nil), "update to": update(good, nil, nil),
	} {
		if want := api.ErrInvalidValueType("k", bad).Error(); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	for name, err := range map[string]error{"delete": d.Delete("k", good, "m"), "update": update(good, good, "m")} {
		if want := api.ErrInvalidMetadataType("k").Error(); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if d.ValueComparator("k", bad, good) || d.ValueComparator("k", good, bad) {
		t.Error("values of different types are equivalent")
	}
	if !d.UpdateWithRecreate("k", bad, good, nil) || !d.UpdateWithRecreate("k", good, good, "m") {
		t.Error("no re-creation")
	}
	if d.DerivedValues("k", bad) != nil || d.Dependencies("k", bad) != nil {
		t.Error("derived values or dependencies")
	}
	if len(calls) > 0 {
		t.Errorf("called %v", calls)
	}
}

// TestOnlyWhatIsThere: callbacks that the typed descriptor lacks are absent.
func TestOnlyWhatIsThere(t *testing.T) {
	d := reflect.ValueOf(*adapter.NewPlainDescriptor(&adapter.PlainDescriptor{}))
	for i := range d.NumField() {
		if !d.Field(i).IsZero() {
			t.Errorf("%s is set", d.Type().Field(i).Name)
		}
	}
	retrieving := adapter.NewPlainDescriptor(&adapter.PlainDescriptor{
		Retrieve: func([]adapter.PlainKVWithMetadata) ([]adapter.PlainKVWithMetadata, error) {
			return nil, errors.New("gone")
		},
	})
	if _, err := retrieving.Retrieve(nil); err == nil || err.Error() != "gone" {
		t.Errorf("retrieve: %v", err)
	}
}
