// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kv reads and writes the etcd that agents are configured from. It
// knows how the keys of an agent are made, not what the values mean.
package kv

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Errors of the store.
var (
	ErrUnreachable = errors.New("cannot reach the store")
	ErrNotFound    = errors.New("no such key in the store")
	// ErrNoLabel is returned for a key that is relative to an agent's part of
	// the store if it is not known which agent is meant.
	ErrNoLabel = errors.New("no service label is given for a key that does not begin with " + Root)
)

// Root begins the keys of all agents; the label of one follows.
const Root = "/vnf-agent/"

// Key returns the key in the store. One that begins with Root is complete;
// others are relative to the agent's part.
func Key(label, key string) (string, error) {
	if strings.HasPrefix(key, Root) {
		return key, nil
	}
	if label == "" {
		return "", ErrNoLabel
	}
	return Root + label + "/" + strings.TrimPrefix(key, "/"), nil
}

// Prefix is Key for a prefix of keys: without label, the part of the store
// that all agents share.
func Prefix(label, prefix string) (string, error) {
	if prefix == "" && label == "" {
		return Root, nil
	}
	return Key(label, prefix)
}

// Pair is a key with its value.
type Pair struct {
	Key   string
	Value string
}

// Store is a connection to an etcd.
type Store struct {
	client    *clientv3.Client
	endpoints string // with how they are talked to
}

// dialTimeout bounds the look whether anything listens at an endpoint, and speaks
// TLS if that is wanted.
const dialTimeout = 5 * time.Second

// Open connects to the first endpoint that is there. TLS is used if the
// configuration is not nil.
func Open(ctx context.Context, endpoints []string, tlsConfig *tls.Config) (*Store, error) {
	all := strings.Join(endpoints, ", ")
	if len(endpoints) == 0 {
		return nil, fmt.Errorf("%w: no endpoint is given", ErrUnreachable)
	}
	// The client would try for as long as it is allowed and then say only that
	// the time is over. A connection that is made without it tells the cause at
	// once.
	if err := probe(ctx, endpoints, tlsConfig); err != nil {
		return nil, fmt.Errorf("%w at %s: %w", ErrUnreachable, all, err)
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   endpoints,
		DialTimeout: dialTimeout,
		TLS:         tlsConfig,
		Logger:      zap.NewNop(),
	})
	if err != nil {
		return nil, fmt.Errorf("%w at %s: %w", ErrUnreachable, all, err)
	}
	if tlsConfig == nil && !slices.ContainsFunc(endpoints, isSecure) {
		all += " without TLS" // a store that wants it does not answer
	}
	return &Store{client: client, endpoints: all}, nil
}

func probe(ctx context.Context, endpoints []string, tlsConfig *tls.Config) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout*time.Duration(len(endpoints)))
	defer cancel()
	var errs []error
	for _, endpoint := range endpoints {
		err := probeOne(ctx, endpoint, tlsConfig)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	// One cause is enough for a person.
	return errs[0]
}

func probeOne(ctx context.Context, endpoint string, tlsConfig *tls.Config) error {
	network, address := dialAddress(endpoint)
	dialer := &net.Dialer{Timeout: dialTimeout}
	dial := dialer.DialContext
	if network == "tcp" && (tlsConfig != nil || isSecure(endpoint)) {
		dial = (&tls.Dialer{NetDialer: dialer, Config: tlsConfig}).DialContext
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// isSecure reports whether an endpoint asks for TLS itself.
func isSecure(endpoint string) bool { return strings.HasPrefix(endpoint, "https://") }

func dialAddress(endpoint string) (network, address string) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme == "" || !strings.Contains(endpoint, "://") {
		return "tcp", endpoint
	}
	if strings.HasPrefix(u.Scheme, "unix") {
		return "unix", u.Host + u.Path
	}
	return "tcp", u.Host
}

// Close closes the connection.
func (s *Store) Close() error { return s.client.Close() }

// List returns the pairs whose keys begin with the prefix, sorted by key.
func (s *Store) List(ctx context.Context, prefix string) ([]Pair, error) {
	// Pages keep each answer below etcd's limit of a message.
	const page = 1000
	pairs := []Pair{}
	from, end := prefix, clientv3.GetPrefixRangeEnd(prefix)
	var revision int64
	for {
		resp, err := s.client.Get(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(page), clientv3.WithRev(revision),
			clientv3.WithSort(clientv3.SortByKey, clientv3.SortAscend))
		if err != nil {
			return nil, s.explain("list "+prefix, err)
		}
		for _, kv := range resp.Kvs {
			pairs = append(pairs, Pair{Key: string(kv.Key), Value: string(kv.Value)})
		}
		if !resp.More || len(resp.Kvs) == 0 {
			return pairs, nil
		}
		revision = resp.Header.Revision
		from = string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
	}
}

// Get returns the value of a key, or ErrNotFound.
func (s *Store) Get(ctx context.Context, key string) (string, error) {
	resp, err := s.client.Get(ctx, key)
	if err != nil {
		return "", s.explain("get "+key, err)
	}
	if len(resp.Kvs) == 0 {
		return "", fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	return string(resp.Kvs[0].Value), nil
}

// Has reports whether there is a key with the prefix.
func (s *Store) Has(ctx context.Context, prefix string) (bool, error) {
	resp, err := s.client.Get(ctx, prefix, clientv3.WithPrefix(), clientv3.WithLimit(1), clientv3.WithKeysOnly())
	if err != nil {
		return false, s.explain("list "+prefix, err)
	}
	return len(resp.Kvs) > 0, nil
}

// Put writes a value.
func (s *Store) Put(ctx context.Context, key, value string) error {
	if _, err := s.client.Put(ctx, key, value); err != nil {
		return s.explain("put "+key, err)
	}
	return nil
}

// TxnOps is how many operations an etcd takes in one transaction unless it is
// configured otherwise.
const TxnOps = 128

// PutAll writes values in one transaction: all of them or none. There can be no key
// twice, and as many as the store takes, see TxnOps.
func (s *Store) PutAll(ctx context.Context, pairs []Pair) error {
	ops := make([]clientv3.Op, len(pairs))
	for i, p := range pairs {
		ops[i] = clientv3.OpPut(p.Key, p.Value)
	}
	if _, err := s.client.Txn(ctx).Then(ops...).Commit(); err != nil {
		return s.explain(fmt.Sprintf("put %d values", len(pairs)), err)
	}
	return nil
}

// Delete removes a key, or returns ErrNotFound.
func (s *Store) Delete(ctx context.Context, key string) error {
	resp, err := s.client.Delete(ctx, key)
	if err != nil {
		return s.explain("delete "+key, err)
	}
	if resp.Deleted == 0 {
		return fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	return nil
}

// Labels returns the labels of the agents that have anything in the store.
func (s *Store) Labels(ctx context.Context) ([]string, error) {
	var labels []string
	from, end := Root, clientv3.GetPrefixRangeEnd(Root)
	for {
		resp, err := s.client.Get(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(1), clientv3.WithKeysOnly())
		if err != nil {
			return nil, s.explain("list "+Root, err)
		}
		if len(resp.Kvs) == 0 {
			return slices.Compact(labels), nil
		}
		label, _, _ := strings.Cut(strings.TrimPrefix(string(resp.Kvs[0].Key), Root), "/")
		labels = append(labels, label)
		from = clientv3.GetPrefixRangeEnd(Root + label + "/")
	}
}

// explain makes an error of the client one readable line.
func (s *Store) explain(operation string, err error) error {
	var etcdErr rpctypes.EtcdError
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), status.Code(err) == codes.DeadlineExceeded, status.Code(err) == codes.Unavailable:
		return fmt.Errorf("%w at %s: no answer to \"%s\"", ErrUnreachable, s.endpoints, operation)
	case errors.As(err, &etcdErr):
		return fmt.Errorf("store: %s: %s", operation, etcdErr.Error())
	}
	return fmt.Errorf("store: %s: %w", operation, err)
}
