// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// Views of the scheduler's values.
const (
	ViewCached = "cached" // what the scheduler believes to be there
	ViewNB     = "NB"     // what is wanted
	ViewSB     = "SB"     // what is read from the host now
)

// Statuses returns the status of every value, or of those below a key prefix,
// as the agent sent it.
func (c *Client) Statuses(ctx context.Context, keyPrefix string) (json.RawMessage, error) {
	return c.Get(ctx, withQuery("/scheduler/status", "key-prefix", keyPrefix))
}

// Status returns the status of one value. A value that does not exist has a
// status without state.
func (c *Client) Status(ctx context.Context, key string) (wire.Status, error) {
	var s wire.Status
	err := c.getJSON(ctx, withQuery("/scheduler/status", "key", key), &s)
	return s, err
}

// AllStatuses returns the status of every value.
func (c *Client) AllStatuses(ctx context.Context) ([]wire.Status, error) {
	var list []wire.Status
	err := c.getJSON(ctx, "/scheduler/status", &list)
	return list, err
}

// Graph returns every value with what it depends on and derives.
func (c *Client) Graph(ctx context.Context) ([]wire.Node, error) {
	var nodes []wire.Node
	err := c.getJSON(ctx, "/scheduler/graph-snapshot", &nodes)
	return nodes, err
}

// DumpIndex returns the descriptors of the agent and their key prefixes.
func (c *Client) DumpIndex(ctx context.Context) (wire.DumpIndex, error) {
	var index wire.DumpIndex
	err := c.getJSON(ctx, "/scheduler/dump", &index)
	return index, err
}

// DumpPrefix returns the values below a key prefix in one of the views. An
// error with code 404 means that no descriptor is responsible for it.
func (c *Client) DumpPrefix(ctx context.Context, keyPrefix, view string) ([]wire.KV, error) {
	var values []wire.KV
	err := c.getJSON(ctx, withQuery("/scheduler/dump", "key-prefix", keyPrefix, "view", view), &values)
	return values, err
}

// DumpDescriptor returns the values of a descriptor in one of the views.
func (c *Client) DumpDescriptor(ctx context.Context, descriptor, view string) ([]wire.KV, error) {
	var values []wire.KV
	err := c.getJSON(ctx, withQuery("/scheduler/dump", "descriptor", descriptor, "view", view), &values)
	return values, err
}

// History returns the recorded transactions as the agent sent them: all of
// them, or from a point in time on if since is not zero.
func (c *Client) History(ctx context.Context, since time.Time) (json.RawMessage, error) {
	path := "/scheduler/txn-history"
	if !since.IsZero() {
		path = withQuery(path, "since", strconv.FormatInt(since.UnixNano(), 10))
	}
	return c.Get(ctx, path)
}

// HistoryText returns all transactions, or one of them with details, in the
// form for people.
func (c *Client) HistoryText(ctx context.Context, seqNum string) ([]byte, error) {
	return c.Get(ctx, withQuery("/scheduler/txn-history", "format", "text", "seq-num", seqNum))
}

// Transaction returns one recorded transaction as the agent sent it.
func (c *Client) Transaction(ctx context.Context, seqNum string) (json.RawMessage, error) {
	return c.Get(ctx, withQuery("/scheduler/txn-history", "seq-num", seqNum))
}

// Resync makes the agent read everything from its host and repair what differs
// from what is wanted. It returns the transaction that was carried out.
func (c *Client) Resync(ctx context.Context, retry, verbose bool) (json.RawMessage, error) {
	flag := func(set bool) string {
		if set {
			return "1"
		}
		return ""
	}
	return c.do(ctx, http.MethodPost, withQuery("/scheduler/downstream-resync", "retry", flag(retry), "verbose", flag(verbose)))
}

// withQuery adds pairs of name and value to a path; those with an empty value are
// left out. The order is kept and slashes stay readable, as in the log of a server.
func withQuery(path string, pairs ...string) string {
	separator := "?"
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		path += separator + pairs[i] + "=" + strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "%2F", "/")
		separator = "&"
	}
	return path
}
