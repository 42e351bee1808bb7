// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// Readiness returns the status of the agent and its plugins as the agent sent
// it. An agent that is not ready answers with an error status and its status
// all the same, so that is no error here.
func (c *Client) Readiness(ctx context.Context) (json.RawMessage, error) {
	const path = "/readiness"
	body, err := c.Get(ctx, path)
	if HasCode(err, http.StatusInternalServerError) || HasCode(err, http.StatusServiceUnavailable) {
		var probe wire.ExposedStatus
		if json.Unmarshal(body, &probe) == nil && probe.PluginStatus != nil {
			return body, nil
		}
	}
	if err != nil {
		return nil, err
	}
	var probe wire.ExposedStatus
	return body, c.decode(path, body, &probe)
}

// Version returns what the agent is, as it sent it.
func (c *Client) Version(ctx context.Context) (json.RawMessage, error) {
	const path = "/info/version"
	body, err := c.Get(ctx, path)
	if err != nil {
		return nil, err
	}
	var probe wire.Version
	return body, c.decode(path, body, &probe)
}

// Loggers returns the loggers of the agent with their levels.
func (c *Client) Loggers(ctx context.Context) ([]wire.Logger, error) {
	var list []wire.Logger
	err := c.getJSON(ctx, "/log/list", &list)
	return list, err
}

// SetLogLevel changes the level of a logger.
func (c *Client) SetLogLevel(ctx context.Context, logger, level string) (wire.Logger, error) {
	path := "/log/" + url.PathEscape(logger) + "/" + url.PathEscape(level)
	body, err := c.do(ctx, http.MethodPut, path)
	if err != nil {
		return wire.Logger{}, err
	}
	var set wire.Logger
	return set, c.decode(path, body, &set)
}

// Metrics returns the agent's metrics in the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context) ([]byte, error) {
	return c.Get(ctx, "/metrics")
}

// Metric returns a metrics model as the agent sent it.
func (c *Client) Metric(ctx context.Context, name string) (json.RawMessage, error) {
	return c.Get(ctx, "/metrics/"+url.PathEscape(name))
}

// HostInterfaces returns the interfaces of the agent's host with the reason why
// one is not announced. ok is false if the agent does not offer that; an error
// with code 503 means that it has not been able to read them.
func (c *Client) HostInterfaces(ctx context.Context) (list []wire.HostInterface, ok bool, err error) {
	err = c.getJSON(ctx, "/ifwatcher/interfaces", &list)
	var e *Error
	if errors.As(err, &e) && (e.Code == http.StatusNotFound || e.Code == http.StatusMethodNotAllowed) {
		return nil, false, nil
	}
	return list, err == nil, err
}
