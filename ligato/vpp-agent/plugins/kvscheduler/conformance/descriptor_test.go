// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

var errBad = errors.New("content is bad")

// descriptorOptions are the words that may follow the keys of a descriptor.
// Without options it creates, deletes and retrieves, derives and depends, and
// changes are made by re-creation.
var descriptorOptions = map[string]func(d *kvs.KVDescriptor, s *system, arg string){
	// updates: changes are made by Update.
	"updates": func(d *kvs.KVDescriptor, s *system, _ string) {
		d.Update = func(key string, from, to proto.Message, metadata kvs.Metadata) (kvs.Metadata, error) {
			if err := s.update(key, from, to, showMetadata(metadata)); err != nil {
				return metadata, err
			}
			return metadataOf(to), nil
		}
	},
	// recreates=GLOB: except those to a content that matches.
	"recreates": func(d *kvs.KVDescriptor, _ *system, glob string) {
		d.UpdateWithRecreate = func(_ string, _, to proto.Message, _ kvs.Metadata) bool {
			matched, err := path.Match(glob, contentOf(to))
			return err == nil && matched
		}
	},
	// validates: the content "bad" is invalid.
	"validates": func(d *kvs.KVDescriptor, _ *system, _ string) {
		d.Validate = func(_ string, v proto.Message) error {
			if contentOf(v) == "bad" {
				return kvs.NewInvalidValueError(errBad, "content")
			}
			return nil
		}
	},
	// metadata: the metadata of a value are "m" and its content.
	"metadata": func(d *kvs.KVDescriptor, _ *system, _ string) { d.WithMetadata = true },
	// notification-only: the descriptor has nothing but Retrieve.
	"notification-only": func(d *kvs.KVDescriptor, _ *system, _ string) {
		d.Create, d.Delete, d.DerivedValues, d.Dependencies = nil, nil, nil, nil
	},
	"no-create":   func(d *kvs.KVDescriptor, _ *system, _ string) { d.Create = nil },
	"no-delete":   func(d *kvs.KVDescriptor, _ *system, _ string) { d.Delete = nil },
	"no-retrieve": func(d *kvs.KVDescriptor, _ *system, _ string) { d.Retrieve = nil },
	// shows-retrieve: calls of Retrieve are in the log, with what to correlate.
	"shows-retrieve": func(d *kvs.KVDescriptor, s *system, _ string) {
		d.Retrieve = func(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
			return s.retrieve(d.Name, d.KeySelector, correlate, true)
		}
	},
	// truthful: a value is found with those derived values alone that are there.
	"truthful": func(d *kvs.KVDescriptor, s *system, _ string) {
		retrieve := d.Retrieve
		d.Retrieve = func(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
			found, err := retrieve(correlate)
			for i := range found {
				text := contentOf(found[i].Value) + " derives"
				for _, kv := range derivedValues(found[i].Value) {
					if s.has(kv.Key) {
						text += " " + show(kv.Key, kv.Value)
					}
				}
				found[i].Value = newValue(text)
			}
			return found, err
		}
	},
	// not-retriable: no failure is worth repeating.
	"not-retriable": func(d *kvs.KVDescriptor, _ *system, _ string) {
		d.IsRetriableFailure = func(error) bool { return false }
	},
	// folds-case: contents that differ in case are equivalent.
	"folds-case": func(d *kvs.KVDescriptor, _ *system, _ string) {
		d.ValueComparator = func(_ string, a, b proto.Message) bool { return strings.EqualFold(textOf(a), textOf(b)) }
	},
	"prefix": func(d *kvs.KVDescriptor, _ *system, prefix string) {
		d.NBKeyPrefix = prefix
		d.KeyLabel = func(key string) string { return strings.TrimPrefix(key, prefix) }
	},
	// after=NAME: Retrieve runs after the one of another descriptor.
	"after": func(d *kvs.KVDescriptor, _ *system, name string) {
		d.RetrieveDependencies = append(d.RetrieveDependencies, name)
	},
}

// newDescriptor makes a descriptor of the mock system.
func newDescriptor(s *system, name, keys string, options ...string) (*kvs.KVDescriptor, error) {
	d := &kvs.KVDescriptor{
		Name:        name,
		KeySelector: selector(keys),
		Create: func(key string, v proto.Message) (kvs.Metadata, error) {
			if err := s.create(key, v); err != nil {
				return nil, err
			}
			return metadataOf(v), nil
		},
		Delete: func(key string, v proto.Message, metadata kvs.Metadata) error {
			return s.delete(key, v, showMetadata(metadata))
		},
		DerivedValues: func(_ string, v proto.Message) []kvs.KeyValuePair { return derivedValues(v) },
		Dependencies:  func(_ string, v proto.Message) []kvs.Dependency { return dependencies(v) },
	}
	d.Retrieve = func(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
		return s.retrieve(d.Name, d.KeySelector, correlate, false)
	}
	for _, option := range options {
		word, arg, _ := strings.Cut(option, "=")
		set, ok := descriptorOptions[word]
		if !ok {
			return nil, fmt.Errorf("descriptor %s: unknown option %q", name, option)
		}
		set(d, s, arg)
	}
	if !d.WithMetadata {
		return d, nil
	}
	if retrieve := d.Retrieve; retrieve != nil {
		d.Retrieve = func(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
			kvList, err := retrieve(correlate)
			for i := range kvList {
				kvList[i].Metadata = metadataOf(kvList[i].Value)
			}
			return kvList, err
		}
	}
	return d, nil
}

// metadataOf are the metadata of a value: they follow its content, so that a
// test sees which ones a handler was given.
func metadataOf(v proto.Message) kvs.Metadata { return "m" + contentOf(v) }

func showMetadata(metadata kvs.Metadata) string {
	if metadata == nil {
		return ""
	}
	return fmt.Sprintf(" {%v}", metadata)
}
