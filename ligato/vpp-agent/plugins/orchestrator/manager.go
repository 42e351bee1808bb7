// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"go.ligato.io/cn-infra/v2/logging"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// metadataDataSrc is the metadata of a call that names the source of a change.
const metadataDataSrc = "datasrc"

// managerService implements generic.ManagerService.
type managerService struct {
	generic.UnimplementedManagerServiceServer
	log        logging.Logger
	dispatcher *dispatcher
}

// SetConfig changes the configuration of one source and returns once it is
// applied. If some values could not be applied, the results are in the details
// of the error.
func (s *managerService) SetConfig(ctx context.Context, req *generic.SetConfigRequest) (*generic.SetConfigResponse, error) {
	kvPairs := make([]KeyVal, 0, len(req.GetUpdates()))
	labels := make(map[string]Labels, len(req.GetUpdates()))
	for _, update := range req.GetUpdates() {
		kv, err := keyValOf(update.GetItem())
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		kvPairs = append(kvPairs, kv)
		labels[kv.Key] = update.GetLabels()
	}
	ctx = contextdecorator.DataSrcContext(ctx, sourceOf(ctx))
	ctx = kvs.WithRetryDefault(ctx)
	if req.GetOverwriteAll() {
		ctx = kvs.WithResync(ctx, kvs.FullResync, true)
	}
	results, err := s.dispatcher.PushData(ctx, kvPairs, labels)
	response := &generic.SetConfigResponse{Results: updateResults(results)}
	if err == nil {
		return response, nil
	}
	failure := status.New(codes.FailedPrecondition, strings.ToValidUTF8(err.Error(), "\uFFFD"))
	if len(results) > 0 {
		if detailed, err := failure.WithDetails(response); err == nil {
			failure = detailed
		}
	}
	return nil, failure.Err()
}

// sourceOf returns the name that a client gives itself.
func sourceOf(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	if names := md.Get(metadataDataSrc); len(names) == 1 {
		return names[0]
	}
	return sourceGRPC
}

// errNothingAsked has the text that clients know.
var errNothingAsked = errors.New("ProtoItem has no key or val defined.") //nolint:staticcheck // the text

// keyValOf returns what an item asks for: a value, or the deletion of its key.
func keyValOf(item *generic.Item) (KeyVal, error) {
	switch {
	case item == nil:
		return KeyVal{}, errors.New("change item is nil")
	case item.GetData() != nil:
		val, err := models.UnmarshalItem(item)
		if err != nil {
			return KeyVal{}, err
		}
		key, err := models.GetKey(val)
		if err != nil {
			return KeyVal{}, err
		}
		return KeyVal{Key: key, Val: val}, checkKey(key, val)
	case item.GetId() != nil:
		key, err := models.GetKeyForItem(item)
		return KeyVal{Key: key}, err
	default:
		return KeyVal{}, errNothingAsked
	}
}

func updateResults(results []Result) []*generic.UpdateResult {
	updates := make([]*generic.UpdateResult, 0, len(results))
	for _, result := range results {
		updates = append(updates, &generic.UpdateResult{Key: result.Key, Status: itemStatus(result.Status)})
	}
	return updates
}

func itemStatus(s *Status) *generic.ItemStatus {
	message := s.GetError()
	if message == "" {
		message = strings.Join(s.GetDetails(), ", ")
	}
	return &generic.ItemStatus{
		Status:  s.GetState().String(),
		Message: strings.ToValidUTF8(message, "\uFFFD"),
	}
}

// GetConfig returns what the sources want. An item whose present value is
// refused has the last one that could be used, and a status that says so; if
// there never was one, it is only returned, without data, when it is asked for
// by its identity.
func (s *managerService) GetConfig(_ context.Context, req *generic.GetConfigRequest) (*generic.GetConfigResponse, error) {
	if len(req.GetIds()) > 0 && len(req.GetLabels()) > 0 {
		return nil, status.Error(codes.InvalidArgument, "both fields of the request are not nil!")
	}
	all := s.dispatcher.store.all()
	response := &generic.GetConfigResponse{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		labels := s.dispatcher.ListLabels(key)
		if !HasCorrectLabels(req.GetLabels(), labels) {
			continue
		}
		item, err := itemOf(key, all[key])
		if err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		if item.GetId() == nil || !ContainsItemID(req.GetIds(), item.GetId()) {
			continue
		}
		if item.GetData() == nil && len(req.GetIds()) == 0 {
			continue
		}
		st, _ := s.dispatcher.GetStatus(key)
		response.Items = append(response.Items, &generic.ConfigItem{Item: item, Status: itemStatus(st), Labels: labels})
	}
	return response, nil
}

// itemOf makes an item, without data if there is no value, without identity if
// there is no model either.
func itemOf(key string, e entry) (*generic.Item, error) {
	if e.val != nil {
		return models.MarshalItem(e.val)
	}
	model, _ := models.GetModelForKey(key)
	if model.Name() == "" {
		return &generic.Item{}, nil
	}
	return &generic.Item{Id: &generic.Item_ID{Model: model.Name(), Name: model.StripKeyPrefix(key)}}, nil
}

// DumpState returns what is applied. Values without model are left out.
func (s *managerService) DumpState(context.Context, *generic.DumpStateRequest) (*generic.DumpStateResponse, error) {
	state, err := s.dispatcher.ListState()
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	response := &generic.DumpStateResponse{}
	for _, key := range slices.Sorted(maps.Keys(state)) {
		if _, err := models.GetModelFor(state[key]); err != nil {
			continue // as of a notification: there may be thousands
		}
		item, err := models.MarshalItem(state[key])
		if err != nil {
			s.log.Warnf("dump of state leaves out key %q: %v", key, err)
			continue
		}
		response.Items = append(response.Items, &generic.StateItem{Item: item})
	}
	return response, nil
}

// Subscribe is not implemented.
func (s *managerService) Subscribe(*generic.SubscribeRequest, generic.ManagerService_SubscribeServer) error {
	return status.Error(codes.Unimplemented, "Not implemented yet")
}

// HasCorrectLabels reports whether the labels of an item match those wanted:
// each has to be there, with the same value unless that is empty. A wanted
// label that begins with "!" must not be there.
func HasCorrectLabels(want map[string]string, have Labels) bool {
	for name, value := range want {
		name, excluded := strings.CutPrefix(name, "!")
		actual, found := have[name]
		matches := found && (value == "" || value == actual)
		if matches == excluded {
			return false
		}
	}
	return true
}

// ContainsItemID reports whether an item is among those wanted. All are if none
// is named.
func ContainsItemID(want []*generic.Item_ID, have *generic.Item_ID) bool {
	return len(want) == 0 || slices.ContainsFunc(want, func(id *generic.Item_ID) bool {
		return id.GetModel() == have.GetModel() && id.GetName() == have.GetName()
	})
}
