// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/internal/confdoc"
)

const (
	// metadataSource is the metadata of a call that names the source of a change.
	metadataSource = "datasrc"
	// headerSeqNum is the header of a reply with the number of the transaction.
	// The dispatcher returns the number under the same name.
	headerSeqNum = "seqnum"

	waitDonePeriod = 10 * time.Millisecond
)

// configuratorService implements configurator.ConfiguratorServiceServer. Values
// of models that have no field in its messages are not there for it.
type configuratorService struct {
	configurator.UnimplementedConfiguratorServiceServer
	plugin *Plugin
}

// Get returns what is wanted.
func (s *configuratorService) Get(context.Context, *configurator.GetRequest) (*configurator.GetResponse, error) {
	config := &configurator.Config{}
	if _, err := confdoc.Place(config, s.plugin.wanted()); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &configurator.GetResponse{Config: config}, nil
}

// Dump returns what is there, which it has the descriptors read.
func (s *configuratorService) Dump(context.Context, *configurator.DumpRequest) (*configurator.DumpResponse, error) {
	var values []kvs.KVWithMetadata
	for _, prefix := range s.plugin.KVScheduler.GetRegisteredNBKeyPrefixes() {
		if prefix == "" {
			continue
		}
		kvs, err := s.plugin.KVScheduler.DumpValuesByKeyPrefix(prefix, kvs.SBView)
		if err != nil && !cannotDump(err) {
			return nil, status.Errorf(codes.Internal, "dump of %s: %v", prefix, err)
		}
		values = append(values, kvs...)
	}
	slices.SortFunc(values, func(a, b kvs.KVWithMetadata) int { return strings.Compare(a.Key, b.Key) })
	messages := make([]proto.Message, 0, len(values))
	for _, kv := range values {
		messages = append(messages, kv.Value)
	}
	config := &configurator.Config{}
	if _, err := confdoc.Place(config, messages); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &configurator.DumpResponse{Dump: config}, nil
}

// Update applies values.
func (s *configuratorService) Update(ctx context.Context, req *configurator.UpdateRequest) (*configurator.UpdateResponse, error) {
	var pairs []orchestrator.KeyVal
	for _, value := range extract(req.GetUpdate()) {
		key, err := confdoc.Key(models.DefaultRegistry, value)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		pairs = append(pairs, orchestrator.KeyVal{Key: key, Val: value})
	}
	if err := s.change(ctx, pairs, req.GetFullResync(), req.GetWaitDone()); err != nil {
		return nil, err
	}
	return &configurator.UpdateResponse{}, nil
}

// Delete removes values.
func (s *configuratorService) Delete(ctx context.Context, req *configurator.DeleteRequest) (*configurator.DeleteResponse, error) {
	var pairs []orchestrator.KeyVal
	for _, value := range extract(req.GetDelete()) {
		key, err := models.GetKey(value)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		pairs = append(pairs, orchestrator.KeyVal{Key: key})
	}
	if err := s.change(ctx, pairs, false, req.GetWaitDone()); err != nil {
		return nil, err
	}
	return &configurator.DeleteResponse{}, nil
}

func extract(config *configurator.Config) []proto.Message {
	if config == nil {
		return nil
	}
	return confdoc.Extract(config)
}

// change has values applied, sends the number of the transaction and, if asked
// to, waits until no value waits for others.
func (s *configuratorService) change(ctx context.Context, pairs []orchestrator.KeyVal, replace, waitDone bool) error {
	results, err := s.plugin.push(ctx, sourceOf(ctx), pairs, replace)
	for _, result := range results {
		if result.Key == headerSeqNum && len(result.Status.GetDetails()) > 0 {
			if err := grpc.SetHeader(ctx, metadata.Pairs(headerSeqNum, result.Status.GetDetails()[0])); err != nil {
				return err
			}
		}
	}
	if err != nil {
		return pushError(err)
	}
	if waitDone {
		return s.waitDone(ctx, pairs)
	}
	return nil
}

// sourceOf returns the name that a client gives itself.
func sourceOf(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	if names := md.Get(metadataSource); len(names) == 1 {
		return names[0]
	}
	return dataSource
}

// pushError tells what was asked for wrongly from what could not be done.
func pushError(err error) error {
	var txnErr *kvs.TransactionError
	code := codes.InvalidArgument
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		code = status.FromContextError(err).Code()
	case errors.As(err, &txnErr):
		code = codes.FailedPrecondition
	}
	return status.Error(code, strings.ToValidUTF8(err.Error(), "\uFFFD"))
}

// waitDone looks at the values in turn. What it has seen not to wait may come to
// wait while it looks at others, so it ends with a round over all of them.
func (s *configuratorService) waitDone(ctx context.Context, pairs []orchestrator.KeyVal) error {
	ticker := time.NewTicker(waitDonePeriod)
	defer ticker.Stop()
	for slices.ContainsFunc(pairs, s.pending) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
	return nil
}

func (s *configuratorService) pending(pair orchestrator.KeyVal) bool {
	st, err := s.plugin.Dispatcher.GetStatus(pair.Key)
	return err == nil && st.GetState() == kvscheduler.ValueState_PENDING
}
