// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package service

import (
	"encoding/base64"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Bounds of one response; clients take 4 MiB by default. One interface with very
// many addresses may exceed the second.
const (
	maxInterfaces = 1000
	maxBytes      = 1 << 20
)

// page returns the entries that come after one, which is nil for the first page.
func page(entries []*state.Entry, after *state.Entry, size int) *pb.ListResponse {
	if after != nil {
		at, found := slices.BinarySearchFunc(entries, after, state.Compare)
		if found {
			at++
		}
		entries = entries[at:]
	}
	if size == 0 || size > maxInterfaces {
		size = maxInterfaces
	}
	resp := &pb.ListResponse{}
	bytes := 0
	for i, e := range entries {
		bytes += proto.Size(e.Message)
		if i == size || (i > 0 && bytes > maxBytes) {
			resp.NextPageToken = pageToken(entries[i-1])
			break
		}
		resp.Interfaces = append(resp.Interfaces, e.Message)
	}
	return resp
}

// A page token is what the order of interfaces goes by, of the last one returned.
func pageToken(last *state.Entry) string {
	m := last.Message
	// A message of text and numbers can be marshalled.
	data, _ := proto.Marshal(&pb.HostInterface{Namespace: m.GetNamespace(), Name: m.GetName(), Index: m.GetIndex(), Id: m.GetId()})
	return base64.RawURLEncoding.EncodeToString(data)
}

func parsePageToken(token string) (*state.Entry, error) {
	if token == "" {
		return nil, nil
	}
	m := &pb.HostInterface{}
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || proto.Unmarshal(data, m) != nil || m.GetName() == "" {
		return nil, invalidToken("page_token", token)
	}
	return &state.Entry{Message: m}, nil
}
