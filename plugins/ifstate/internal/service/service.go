// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package service is the gRPC service ifwatcher.v1.HostInterfaces.
package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Service serves a State.
type Service struct {
	pb.UnimplementedHostInterfacesServer
	state *state.State
	run   string // tells the revisions of this State from those of others
	stop  <-chan struct{}
}

// New returns the service, whose streams end when stop is closed.
func New(s *state.State, stop <-chan struct{}) *Service {
	return &Service{state: s, run: rand.Text(), stop: stop}
}

// List implements the service.
func (s *Service) List(_ context.Context, req *pb.ListRequest) (*pb.ListResponse, error) {
	after, err := parsePageToken(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if req.GetPageSize() < 0 {
		return nil, status.Errorf(codes.InvalidArgument, "page_size: %d is negative", req.GetPageSize())
	}
	entries, err := s.state.All()
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return page(entries, after, int(req.GetPageSize())), nil
}

// Watch implements the service.
func (s *Service) Watch(req *pb.WatchRequest, stream grpc.ServerStreamingServer[pb.WatchResponse]) error {
	revision, resume, err := s.parseResumeToken(req.GetResumeToken())
	if err != nil {
		return err
	}
	for first := true; ; {
		wake := s.state.Changed()
		full := first && !resume
		var changes []state.Change
		var now uint64
		if !full {
			changes, now, err = s.state.Since(revision)
			full = errors.Is(err, state.ErrForgotten)
		}
		if full {
			changes, now, err = s.state.Everything()
		}
		if err != nil && !errors.Is(err, state.ErrIncomplete) {
			return status.Error(codes.Unavailable, err.Error())
		}
		if err == nil {
			if first || full || len(changes) > 0 {
				if err := send(stream, full, changes, s.resumeToken(now)); err != nil {
					return err
				}
			}
			revision, first = now, false
		}
		if err := s.state.Ended(); err != nil {
			return status.Error(codes.Unavailable, err.Error())
		}
		select {
		case <-wake:
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		case <-s.stop:
			return status.Error(codes.Unavailable, "the agent is stopping")
		}
	}
}

// A resume token is the run and the revision.
func (s *Service) resumeToken(revision uint64) string {
	return s.run + "-" + strconv.FormatUint(revision, 36)
}

// parseResumeToken returns false for a token of another run.
func (s *Service) parseResumeToken(token string) (revision uint64, ok bool, err error) {
	if token == "" {
		return 0, false, nil
	}
	run, number, found := strings.Cut(token, "-")
	revision, err = strconv.ParseUint(number, 36, 64)
	if !found || run == "" || err != nil {
		return 0, false, invalidToken("resume_token", token)
	}
	return revision, run == s.run, nil
}

func invalidToken(field, token string) error {
	return status.Error(codes.InvalidArgument, fmt.Sprintf("%s: %q has not been given out by an agent", field, token))
}
