// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"go.ligato.io/cn-infra/v2/internal/follow"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

// quietStore is a store that nobody asks.
type quietStore struct{ follow.Store }

func (quietStore) Report(string, error) {}

// The members of a cluster may each have a reason of their own, in turn. Each is
// logged once, until all is well again.
func TestTroubleIsLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	log := logrus.NewLogger("trouble")
	log.SetOutput(&out)
	w := newWorker(newSubscription("r", log, nil, nil, []string{"a/"}), quietStore{})
	w.listed = []string{"a/"}
	trouble := func() {
		for range 3 {
			for _, reason := range []string{"one is away", "two is away"} {
				w.onEvent(t.Context(), follow.Event{Err: errors.New(reason)})
			}
		}
	}
	trouble()
	if n := strings.Count(out.String(), "is away"); n != 2 {
		t.Errorf("%d lines:\n%s", n, &out)
	}
	w.onEvent(t.Context(), follow.Event{Snapshot: &follow.Snapshot{Store: 1, Revision: 7}})
	if !strings.Contains(out.String(), "again, from revision 7") {
		t.Errorf("the end of it is not logged:\n%s", &out)
	}
	trouble()
	if n := strings.Count(out.String(), "is away"); n != 4 {
		t.Errorf("%d lines:\n%s", n, &out)
	}
}
