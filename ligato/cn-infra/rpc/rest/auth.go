// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

// HeaderKeyAuthUsername is the header of a request in which handlers find the
// name of the authenticated user. What a client sends in it is removed.
const HeaderKeyAuthUsername = "X-Ligato-Auth-Username"

type userKey struct{}

// UserName returns the authenticated user of a request, empty if the server
// does not ask for authentication.
func UserName(r *http.Request) string {
	user, _ := r.Context().Value(userKey{}).(string)
	return user
}

// authenticate passes on only requests whose credentials a accepts.
func authenticate(a BasicHTTPAuthenticator) mux.MiddlewareFunc {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, pass, ok := r.BasicAuth()
			if !ok || !a.Authenticate(user, pass) {
				w.Header().Set("WWW-Authenticate", `Basic realm="agent", charset="UTF-8"`)
				http.Error(w, "401 unauthorized", http.StatusUnauthorized)
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), userKey{}, user))
			r.Header.Set(HeaderKeyAuthUsername, user)
			next.ServeHTTP(w, r)
		})
	}
}

// staticAuthenticator knows the hashes of the passwords of its users.
type staticAuthenticator map[string][sha256.Size]byte

// newStaticAuthenticator takes users in the form "user:password". The password
// may have colons. Errors do not tell passwords.
func newStaticAuthenticator(users []string) (staticAuthenticator, error) {
	a := make(staticAuthenticator, len(users))
	for i, entry := range users {
		user, pass, ok := strings.Cut(entry, ":")
		if !ok {
			return nil, fmt.Errorf("client-basic-auth: entry %d: %w", i+1, errors.New(`not of the form "user:password"`))
		}
		if _, again := a[user]; again {
			return nil, fmt.Errorf("client-basic-auth: user %q is there twice", user)
		}
		a[user] = sha256.Sum256([]byte(pass))
	}
	return a, nil
}

// Authenticate implements BasicHTTPAuthenticator. How long it takes depends
// neither on how much of the password is right nor on whether there is such a
// user.
func (a staticAuthenticator) Authenticate(user, pass string) bool {
	want, known := a[user]
	got := sha256.Sum256([]byte(pass))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1 && known
}
