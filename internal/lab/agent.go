// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Status is the status of one value, as the agent's REST API has it.
type Status struct {
	Key     string   `json:"key"`
	State   string   `json:"state"`
	Error   string   `json:"error"`
	LastOp  string   `json:"last_operation"`
	Details []string `json:"details"`
}

// BaseStatus is the status of a value and of those derived from it.
type BaseStatus struct {
	Value   Status   `json:"value"`
	Derived []Status `json:"derived_values"`
}

// REST is the address of an agent's REST server, such as
// http://127.0.0.1:9191.
type REST string

// ValueStatus returns the status of the value with the key.
func (r REST) ValueStatus(ctx context.Context, key string) (BaseStatus, error) {
	var status BaseStatus
	err := r.Get(ctx, "/scheduler/status?key="+url.QueryEscape(key), &status)
	return status, err
}

// Get reads a JSON document.
func (r REST) Get(ctx context.Context, path string, into any) error {
	code, body, err := r.GetRaw(ctx, path)
	if err != nil {
		return err
	}
	if code != http.StatusOK {
		return fmt.Errorf("GET %s: status %d: %s", path, code, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

// GetRaw returns the HTTP status and the body.
func (r REST) GetRaw(ctx context.Context, path string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, string(r)+path, nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// Ready reports whether the agent says that it is ready.
func (r REST) Ready(ctx context.Context) bool {
	code, _, err := r.GetRaw(ctx, "/readiness")
	return err == nil && code == http.StatusOK
}

// Until calls check until it returns true or the time is over, and reports
// which it was.
func Until(timeout time.Duration, check func() bool) bool {
	deadline := time.Now().Add(timeout)
	for {
		if check() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Store is the part of an etcd that belongs to one agent.
type Store struct {
	client *clientv3.Client
	prefix string
}

// OpenStore returns the store of the agent with the label. It does not wait
// for etcd to be there.
func OpenStore(endpoint, label string) (*Store, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, DialTimeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("etcd client: %w", err)
	}
	return &Store{client: client, prefix: "/vnf-agent/" + label + "/"}, nil
}

// Put writes a value; the key is relative to the agent's prefix.
func (s *Store) Put(ctx context.Context, key, value string) error {
	if _, err := s.client.Put(ctx, s.prefix+key, value); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// Delete removes a key.
func (s *Store) Delete(ctx context.Context, key string) error {
	if _, err := s.client.Delete(ctx, s.prefix+key); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// Value returns the value of a key, empty if there is none.
func (s *Store) Value(ctx context.Context, key string) (string, error) {
	resp, err := s.client.Get(ctx, s.prefix+key)
	if err != nil {
		return "", fmt.Errorf("get %s: %w", key, err)
	}
	if len(resp.Kvs) == 0 {
		return "", nil
	}
	return string(resp.Kvs[0].Value), nil
}

// Client returns the etcd client.
func (s *Store) Client() *clientv3.Client { return s.client }

// Close closes the connection.
func (s *Store) Close() error { return s.client.Close() }
