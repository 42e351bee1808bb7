// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"context"
	"encoding/base64"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

func TestAuthenticate(t *testing.T) {
	both := &Authenticator{Username: "user", Password: "pa:ss", Token: "token"}
	for _, test := range []struct {
		name   string
		auth   *Authenticator
		header []string
		user   string
		ok     bool
	}{
		{"password", both, []string{basic("user:pa:ss")}, "user", true},
		{"scheme in lower case", both, []string{"basic " + basic("user:pa:ss")[6:]}, "user", true},
		{"token", both, []string{"Bearer token"}, "", true},
		{"wrong password", both, []string{basic("user:pa")}, "", false},
		{"wrong user", both, []string{basic("other:pa:ss")}, "", false},
		{"not base64", both, []string{"Basic user:pa:ss"}, "", false},
		{"wrong token", both, []string{"Bearer other"}, "", false},
		{"no scheme", both, []string{"token"}, "", false},
		{"empty", both, []string{""}, "", false},
		{"none", both, nil, "", false},
		{"two", both, []string{"Bearer token", "Bearer other"}, "", false},
		{"no token is set", &Authenticator{Username: "user"}, []string{"Bearer "}, "", false},
		{"no user is set", &Authenticator{Token: "token"}, []string{basic(":")}, "", false},
		{"nothing is set", &Authenticator{}, []string{"Bearer "}, "", false},
	} {
		md := metadata.MD{"authorization": test.header}
		ctx, err := test.auth.Authenticate(metadata.NewIncomingContext(context.Background(), md))
		if (err == nil) != test.ok {
			t.Errorf("%s: error is %v", test.name, err)
			continue
		}
		if err != nil {
			if status.Code(err) != codes.Unauthenticated {
				t.Errorf("%s: code is %v", test.name, status.Code(err))
			}
			continue
		}
		if user, ok := GetUserMetadata(ctx); !ok || user.ID != test.user {
			t.Errorf("%s: user is %+v, %v", test.name, user, ok)
		}
	}
	if _, ok := GetUserMetadata(context.Background()); ok {
		t.Error("there is a user without authentication")
	}
}

func TestCallsAreAuthenticated(t *testing.T) {
	users := make(chan string, 1)
	p := start(t, Config{}, UseAuth(&Authenticator{Username: "user", Password: "pass"}), UseServerOpts(
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			user, _ := GetUserMetadata(ctx)
			users <- user.ID
			return handler(ctx, req)
		}),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			user, _ := GetUserMetadata(ss.Context())
			users <- user.ID
			return handler(srv, ss)
		}),
	))
	watch := func(md ...string) error {
		ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(context.Background(), md...))
		defer cancel()
		stream, err := dial(t, p.Endpoint).Watch(ctx, &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
		if err == nil {
			_, err = stream.Recv()
		}
		return err
	}
	for name, do := range map[string]func(md ...string) error{
		"unary":  func(md ...string) error { return call(t, p.Endpoint, md...) },
		"stream": watch,
	} {
		if err := do(); status.Code(err) != codes.Unauthenticated {
			t.Errorf("%s without credentials: %v", name, err)
		}
		if err := do("authorization", basic("user:pass")); err != nil {
			t.Errorf("%s with credentials: %v", name, err)
			continue
		}
		if user := <-users; user != "user" {
			t.Errorf("%s: user is %q", name, user)
		}
	}
}
