// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"go.ligato.io/cn-infra/v2/internal/follow"
)

var (
	errNotReady = follow.ErrNotReady
	errClosed   = errors.New("the connection is closed")
	errDisabled = errors.New("etcd is not configured")
)

// causeError is an error of the client in words of an operator. It unwraps to
// the original one.
type causeError struct {
	text string
	err  error
}

func (e *causeError) Error() string { return e.text }
func (e *causeError) Unwrap() error { return e.err }

// gRPC wraps the reason of a failed connection into quotes, several times.
var quotedDesc = regexp.MustCompile(`desc = ("(?:[^"\\]|\\.)*")`)

// An error of the network names its own port, another one at each attempt.
var localAddress = regexp.MustCompile(`\b(?:raw-)?(read|write) (tcp\d?) \S+->(\S+): `)

// What a peer gets blamed for that takes the connection and says nothing.
var silentPeer = regexp.MustCompile(`^error reading server preface: .*use of closed network connection$`)

// cause returns the error with the text of its innermost reason. The same reason
// has the same text, so that it can be told from a new one.
func cause(err error) error {
	if err == nil {
		return nil
	}
	err = rpctypes.Error(err)
	switch {
	case errors.Is(err, rpctypes.ErrAuthFailed), errors.Is(err, rpctypes.ErrInvalidAuthToken):
		return &causeError{"username or password is wrong: " + err.Error(), err}
	case errors.Is(err, rpctypes.ErrUserEmpty):
		return &causeError{"etcd asks for a username and password: " + err.Error(), err}
	case errors.Is(err, context.DeadlineExceeded):
		return &causeError{"no answer in time", err}
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	text := st.Message()
	for {
		m := quotedDesc.FindStringSubmatch(text)
		if m == nil {
			break
		}
		inner, uerr := strconv.Unquote(m[1])
		if uerr != nil {
			break
		}
		text = inner
	}
	text = strings.TrimPrefix(text, "transport: ")
	text = strings.TrimPrefix(text, "Error while dialing: ")
	text = localAddress.ReplaceAllString(text, "$1 $2 $3: ")
	switch {
	case st.Code() == codes.DeadlineExceeded && text == st.Message(), silentPeer.MatchString(text):
		return &causeError{"no answer in time", errors.Join(context.DeadlineExceeded, err)}
	case text == st.Message() && st.Code() != codes.Unavailable:
		return err
	default:
		return &causeError{text, err}
	}
}
