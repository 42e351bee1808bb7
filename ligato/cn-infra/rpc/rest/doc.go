// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rest is the HTTP server of an agent. Other plugins register their
// handlers with it (see HTTPHandlers); the package itself serves no resource.
//
// The server is on by default, without a configuration file. Where it listens
// is decided by, in this order: a numeric -http-port flag or HTTP_PORT
// variable (which replaces the port only), the file http.conf, UseConf, and
// DefaultEndpoint.
//
// Handlers may be registered from the constructor of a plugin on, also before
// the server's own Init and while it serves. Paths have the syntax of
// gorilla/mux; a path without variables wins over a path with variables, and
// among equals the first registered wins.
//
// The server protects itself: it bounds the time that a client may take to
// send a request, the size of a request body and the number of connections.
// It can ask for basic authentication, client certificates, and limit the rate
// of requests. Token authentication (enable-token-auth) is not implemented and
// is refused at start rather than ignored.
package rest
