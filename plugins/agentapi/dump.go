// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"google.golang.org/protobuf/encoding/protojson"
)

// Elements of dumps: the value with the names of its protobuf definition, and
// what its descriptor has noted.
type (
	interfaceDetails struct {
		Interface json.RawMessage `json:"interface"`
		Meta      kvs.Metadata    `json:"interface_meta"`
	}
	routeDetails struct {
		Route json.RawMessage `json:"route"`
		Meta  kvs.Metadata    `json:"route_meta"`
	}
	arpDetails struct {
		ARP  json.RawMessage `json:"arp"`
		Meta kvs.Metadata    `json:"arp_meta"`
	}
)

func (p *Plugin) dumpInterfaces(*http.Request) (int, any) {
	return dump(p.KVScheduler, linux_interfaces.ModelInterface.KeyPrefix(), func(v json.RawMessage, m kvs.Metadata) interfaceDetails {
		return interfaceDetails{Interface: v, Meta: m}
	})
}

func (p *Plugin) dumpRoutes(*http.Request) (int, any) {
	return dump(p.KVScheduler, linux_l3.ModelRoute.KeyPrefix(), func(v json.RawMessage, m kvs.Metadata) routeDetails {
		return routeDetails{Route: v, Meta: m}
	})
}

func (p *Plugin) dumpARPs(*http.Request) (int, any) {
	return dump(p.KVScheduler, linux_l3.ModelARPEntry.KeyPrefix(), func(v json.RawMessage, m kvs.Metadata) arpDetails {
		return arpDetails{ARP: v, Meta: m}
	})
}

// dump returns the values with a prefix that are there, sorted by key. Without
// values, or without a descriptor for them, the reply is null.
func dump[T any](provider kvs.ValueProvider, prefix string, element func(json.RawMessage, kvs.Metadata) T) (int, any) {
	values, err := provider.DumpValuesByKeyPrefix(prefix, kvs.SBView)
	if err != nil && !cannotDump(err) {
		return failure(http.StatusInternalServerError, err)
	}
	slices.SortFunc(values, func(a, b kvs.KVWithMetadata) int { return strings.Compare(a.Key, b.Key) })
	var elements []T
	for _, kv := range values {
		text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(kv.Value)
		if err != nil {
			return failure(http.StatusInternalServerError, fmt.Errorf("value of key %q: %w", kv.Key, err))
		}
		elements = append(elements, element(text, kv.Metadata))
	}
	return http.StatusOK, elements
}

// cannotDump reports whether an error of the scheduler means that there is
// nothing to dump: no descriptor has the prefix, or it does not read the values
// back. Only the texts tell.
func cannotDump(err error) bool {
	return strings.Contains(err.Error(), "no descriptor found matching the key prefix") ||
		strings.Contains(err.Error(), "does not support Retrieve")
}
