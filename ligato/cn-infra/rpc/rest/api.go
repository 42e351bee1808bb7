// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"net/http"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"

	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

// HandlerProvider makes a handler, given the renderer of the server. The
// renderer writes JSON indented by two spaces with the content type
// "application/json; charset=UTF-8".
type HandlerProvider func(formatter *render.Render) http.HandlerFunc

// HTTPHandlers is what other plugins use of the HTTP server.
type HTTPHandlers interface {
	// RegisterHTTPHandler serves path, which has the syntax of gorilla/mux,
	// with the handler of provider, for the given methods or, if none are
	// given, for all. It is safe to call at any time. The returned route is
	// never nil; it must not be changed any more once the server is started.
	RegisterHTTPHandler(path string, provider HandlerProvider, methods ...string) *mux.Route

	// RegisterPermissionGroup names a set of paths and methods for token
	// authentication. Without token authentication it has no effect.
	RegisterPermissionGroup(group ...*access.PermissionGroup)

	// GetPort returns the port on which the server listens or, before it
	// listens, will listen; 0 if it is disabled.
	GetPort() int
}

// BasicHTTPAuthenticator decides on the credentials of HTTP basic
// authentication. It is called concurrently.
type BasicHTTPAuthenticator interface {
	// Authenticate reports whether pass is the password of user.
	Authenticate(user string, pass string) bool
}
