// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/unrolled/render"

	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

const urlPrefix = "/scheduler/"

// errorReply is the body of every reply that is not OK.
type errorReply struct{ Error string }

// restError is an error with its status code.
type restError struct {
	code int
	err  error
}

func (e *restError) Error() string { return e.err.Error() }
func (e *restError) Unwrap() error { return e.err }

// asText is a reply that is not JSON.
type asText string

// registerHandlers serves the REST API. A handler makes its whole reply from
// what was published, before it writes, and holds no lock.
func (s *Scheduler) registerHandlers() {
	if s.HTTPHandlers == nil {
		return
	}
	for path, handler := range map[string]func(url.Values) (any, error){
		"txn-history":    s.restTxnHistory,
		"key-timeline":   s.restKeyTimeline,
		"graph-snapshot": s.restGraphSnapshot,
		"flag-stats":     s.restFlagStats,
		"dump":           s.restDump,
		"status":         s.restStatus,
		"graph":          s.restGraph,
		"stats":          func(url.Values) (any, error) { return s.core().stats.snapshot(), nil },
	} {
		s.HTTPHandlers.RegisterHTTPHandler(urlPrefix+path, s.provider(handler), http.MethodGet)
	}
	s.HTTPHandlers.RegisterHTTPHandler(urlPrefix+"downstream-resync", s.provider(s.restResync), http.MethodPost)
}

func (s *Scheduler) provider(handler func(url.Values) (any, error)) rest.HandlerProvider {
	return func(formatter *render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, req *http.Request) {
			reply, err := handler(req.URL.Query())
			if err != nil {
				code := http.StatusInternalServerError
				var coded *restError
				if errors.As(err, &coded) {
					code = coded.code
				}
				err = formatter.JSON(w, code, errorReply{err.Error()})
			} else if text, ok := reply.(asText); ok {
				err = formatter.Text(w, http.StatusOK, string(text))
			} else {
				err = formatter.JSON(w, http.StatusOK, reply)
			}
			if err != nil {
				s.Log.Debugf("reply to %s: %v", req.URL.Path, err)
			}
		}
	}
}

// one returns the value of an argument that may be given once.
func one(query url.Values, name string) (string, error) {
	if len(query[name]) > 1 {
		return "", fmt.Errorf("%s argument listed more than once", name)
	}
	return query.Get(name), nil
}

// timeArg parses Unix nanoseconds, zero if the argument is absent.
func timeArg(query url.Values, name string) (time.Time, error) {
	text := query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	ns, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, ns), nil
}

func isSet(query url.Values, name string) bool {
	return query.Get(name) == "1" || query.Get(name) == "true"
}

func (s *Scheduler) restTxnHistory(query url.Values) (any, error) {
	format := query.Get("format")
	if format != "" && format != "json" && format != "text" {
		return nil, errors.New("unrecognized output format")
	}
	if text := query.Get("seq-num"); text != "" {
		seq, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, err
		}
		txn := s.GetRecordedTransaction(seq)
		if txn == nil {
			return nil, &restError{http.StatusNotFound, errors.New("transaction with such sequence number is not recorded")}
		}
		if format == "text" {
			return asText(txn.StringWithOpts(false, true, 0)), nil
		}
		return txn, nil
	}
	since, err := timeArg(query, "since")
	if err != nil {
		return nil, err
	}
	until, err := timeArg(query, "until")
	if err != nil {
		return nil, err
	}
	history := s.GetTransactionHistory(since, until)
	if format == "text" {
		return asText(history.StringWithOpts(false, false, 0)), nil
	}
	return history, nil
}

func (s *Scheduler) restResync(query url.Values) (any, error) {
	ctx := api.WithResync(context.Background(), api.DownstreamResync, isSet(query, "verbose"))
	ctx = api.WithDescription(ctx, "API call")
	if isSet(query, "retry") {
		ctx = api.WithRetryDefault(ctx)
	}
	seq, err := s.StartNBTransaction().Commit(ctx)
	if err != nil {
		return nil, err
	}
	return s.GetRecordedTransaction(seq), nil
}
