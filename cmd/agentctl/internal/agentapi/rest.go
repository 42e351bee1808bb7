// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Get returns the body of a document of the REST server. The path begins with
// a slash and may have a query.
func (c *Client) Get(ctx context.Context, path string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, path)
}

func (c *Client) do(ctx context.Context, method, path string) ([]byte, error) {
	// A method without body still says what it would be; some handlers ask.
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return nil, fmt.Errorf("address of the agent: %w", err)
	}
	req.Header.Set("User-Agent", "agentctl")
	if method != http.MethodGet {
		req.Header.Set("Content-Type", "text/plain")
	}
	if user, password, ok := strings.Cut(c.config.BasicAuth, ":"); ok {
		req.SetBasicAuth(user, password)
	}
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		c.log.Debug(method+" "+path, "error", err)
		return nil, unreachable(c.base, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	c.log.Debug(method+" "+path, "status", resp.StatusCode, "bytes", len(body), "took", time.Since(start).Round(time.Millisecond))
	if err != nil {
		return nil, unreachable(c.base, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode >= 400 {
		return body, &Error{Request: method + " " + path, Code: resp.StatusCode, Message: messageOf(body)}
	}
	return body, nil
}

// getJSON reads a JSON document into a value.
func (c *Client) getJSON(ctx context.Context, path string, into any) error {
	body, err := c.Get(ctx, path)
	if err != nil {
		return err
	}
	return c.decode(path, body, into)
}

func (c *Client) decode(path string, body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer to GET %s is not what an agent answers (is %s one?): %w", path, c.base, err)
	}
	return nil
}
