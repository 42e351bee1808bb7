// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"
)

// routes dispatches requests to the registered handlers. Unlike the router
// below it, it may be changed while it serves. The zero value is ready to use.
type routes struct {
	once      sync.Once
	mu        sync.RWMutex // guards the routers, but is not held while a handler runs
	root      *mux.Router
	exact     *mux.Router // paths without variables, tried first
	patterns  *mux.Router // paths with variables
	formatter *render.Render
}

// init creates the routers; it is called once, before anything else.
func (rs *routes) init() {
	rs.root = mux.NewRouter()
	rs.root.Use(unlockRoutes)
	rs.exact = rs.root.NewRoute().Subrouter()
	rs.patterns = rs.root.NewRoute().Subrouter()
	rs.formatter = render.New(render.Options{IndentJSON: true})
}

// use has requests that match a route pass through middleware, in the order
// of the calls.
func (rs *routes) use(middleware mux.MiddlewareFunc) {
	rs.once.Do(rs.init)

	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.root.Use(middleware)
}

func (rs *routes) register(path string, provider HandlerProvider, methods []string) *mux.Route {
	rs.once.Do(rs.init)

	// A provider is foreign code, it may register another handler: no lock.
	handler := provider(rs.formatter)

	rs.mu.Lock()
	defer rs.mu.Unlock()

	router := rs.exact
	if strings.Contains(path, "{") {
		router = rs.patterns
	}
	route := router.HandleFunc(path, handler)
	if len(methods) > 0 {
		route.Methods(methods...)
	}
	return route
}

// unlockKey is the context key of the function that unlocks the routes.
type unlockKey struct{}

// ServeHTTP finds the handler for a request and calls it.
func (rs *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Only this server says who a user is.
	r.Header.Del(HeaderKeyAuthUsername)

	rs.once.Do(rs.init)

	// The router reads its routes until it has found one. From then on the
	// lock would only make registrations wait for slow handlers, so the first
	// middleware releases it; without a match it is released in the end.
	rs.mu.RLock()
	unlock := sync.OnceFunc(rs.mu.RUnlock)
	defer unlock()

	r = r.WithContext(context.WithValue(r.Context(), unlockKey{}, unlock))
	rs.root.ServeHTTP(w, r)
}

func unlockRoutes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unlock, ok := r.Context().Value(unlockKey{}).(func()); ok {
			unlock()
		}
		next.ServeHTTP(w, r)
	})
}
