// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// UnaryServerInterceptorLimiter refuses calls above the rate of limiter with
// the code ResourceExhausted.
func UnaryServerInterceptorLimiter(limiter *rate.Limiter) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if !limiter.Allow() {
			return nil, errRate(info.FullMethod)
		}
		return handler(ctx, req)
	}
}

// StreamServerInterceptorLimiter refuses streams above the rate of limiter
// with the code ResourceExhausted.
func StreamServerInterceptorLimiter(limiter *rate.Limiter) grpc.StreamServerInterceptor {
	return func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if !limiter.Allow() {
			return errRate(info.FullMethod)
		}
		return handler(srv, ss)
	}
}

func errRate(method string) error {
	return status.Errorf(codes.ResourceExhausted, "%s: too many calls, try again later", method)
}

// Authenticator decides on the credentials that clients send in the metadata
// "authorization": "Basic" with Username and Password, or "Bearer" with Token.
// Of the two ways, those are open that have a value; a zero Authenticator
// refuses every call.
type Authenticator struct {
	Username string
	Password string
	Token    string
}

// UserMetadata describes an authenticated client.
type UserMetadata struct {
	// ID is the name of the user, empty if it showed a token.
	ID string
}

type userKey struct{}

// GetUserMetadata returns the client of a call; false if the server does not
// ask for authentication.
func GetUserMetadata(ctx context.Context) (*UserMetadata, bool) {
	user, ok := ctx.Value(userKey{}).(*UserMetadata)
	return user, ok
}

// Authenticate returns the context of an incoming call with the client's
// UserMetadata, or an error with the code Unauthenticated.
func (a *Authenticator) Authenticate(ctx context.Context) (newCtx context.Context, err error) {
	header := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(header) != 1 {
		return nil, status.Error(codes.Unauthenticated, "credentials are missing")
	}
	user, ok := a.check(header[0])
	if !ok {
		return nil, status.Error(codes.Unauthenticated, "credentials are wrong")
	}
	return context.WithValue(ctx, userKey{}, user), nil
}

func (a *Authenticator) check(header string) (*UserMetadata, bool) {
	scheme, credentials, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "basic") && a.Username != "":
		given, err := base64.StdEncoding.DecodeString(credentials)
		if err != nil || !equal(string(given), a.Username+":"+a.Password) {
			return nil, false
		}
		return &UserMetadata{ID: a.Username}, true
	case strings.EqualFold(scheme, "bearer") && a.Token != "":
		return &UserMetadata{}, equal(credentials, a.Token)
	}
	return nil, false
}

// equal compares in a time that does not depend on where x and y differ, nor
// on their lengths.
func equal(x, y string) bool {
	hx, hy := sha256.Sum256([]byte(x)), sha256.Sum256([]byte(y))
	return subtle.ConstantTimeCompare(hx[:], hy[:]) == 1
}

func (a *Authenticator) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, err := a.Authenticate(ctx)
	if err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

func (a *Authenticator) stream(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, err := a.Authenticate(ss.Context())
	if err != nil {
		return err
	}
	return handler(srv, &authenticatedStream{ss, ctx})
}

// authenticatedStream is a stream with the context of an authenticated client.
type authenticatedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *authenticatedStream) Context() context.Context { return s.ctx }
