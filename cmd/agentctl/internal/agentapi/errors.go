// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrUnreachable is what a request to an agent that is not there fails with.
var ErrUnreachable = errors.New("cannot reach the agent")

// Error is an answer of the agent's REST server that is not a success.
type Error struct {
	Request string // method and path, as in "GET /info/version"
	Code    int    // HTTP status
	Message string // what the agent said, in one line; may be empty
}

// Error implements error.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = strings.ToLower(http.StatusText(e.Code))
	}
	return fmt.Sprintf("error response from the agent: [%d] %s (%s)", e.Code, text, e.Request)
}

// HasCode reports whether the error is an answer with the HTTP status.
func HasCode(err error, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// messageOf picks the text out of the body of an error response. Handlers
// answer with an object, a JSON string or plain text.
func messageOf(body []byte) string {
	var object struct {
		Error   string
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &object) == nil {
		if object.Error != "" {
			return oneLine(object.Error)
		}
		if object.Message != "" {
			return oneLine(object.Message)
		}
	}
	var text string
	if json.Unmarshal(body, &text) == nil {
		return oneLine(text)
	}
	return oneLine(string(body))
}

func oneLine(text string) string {
	const limit = 1000
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return text
}

// unreachable makes a transport error of the REST server readable.
func unreachable(address string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return timedOut(address, err)
	}
	var wrapper *url.Error
	if errors.As(err, &wrapper) {
		err = wrapper.Err
	}
	return fmt.Errorf("%w at %s: %w", ErrUnreachable, address, err)
}

func timedOut(address string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer from the agent at %s in time (--timeout): %w", address, err)
	}
	return err
}

// rpcError makes a gRPC error readable.
func rpcError(address string, err error) error {
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	text := oneLine(s.Message())
	switch s.Code() {
	case codes.Unavailable:
		if _, cause, ok := strings.Cut(text, "Error while dialing: "); ok {
			text = strings.Trim(cause, "\"")
		}
		return fmt.Errorf("%w over gRPC at %s: %s", ErrUnreachable, address, text)
	case codes.DeadlineExceeded:
		return timedOut(address, context.DeadlineExceeded)
	case codes.Canceled:
		return context.Canceled
	case codes.Unimplemented:
		return fmt.Errorf("the agent at %s does not offer this over gRPC: %s", address, text)
	}
	return fmt.Errorf("error response from the agent: [%s] %s", s.Code(), text)
}
