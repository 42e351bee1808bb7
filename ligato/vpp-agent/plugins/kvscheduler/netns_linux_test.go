// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// TestEscapedNetNS: an operation that leaves its thread in another network
// namespace has failed, whatever it returned, and is not repeated. To be in
// another one needs privileges; to have been started in another one does not.
func TestEscapedNetNS(t *testing.T) {
	if startNetNS == "" {
		t.Skip("network namespaces are not known here")
	}
	commit := func(t *testing.T) (*Scheduler, error) {
		s := newTest(t, "")
		if err := s.RegisterKVDescriptor(plain("d", "v/")); err != nil {
			t.Fatal(err)
		}
		_, err := s.StartNBTransaction().SetValue("v/a", wrapperspb.String("")).Commit(api.WithRetryDefault(context.Background()))
		return s, err
	}
	elsewhere := func(t *testing.T) {
		real := startNetNS
		startNetNS = "net:[1]"
		t.Cleanup(func() { startNetNS = real })
	}
	t.Run("escaped", func(t *testing.T) {
		t.Setenv("KVSCHED_CHECK_NET_NS", "1")
		elsewhere(t)
		s, err := commit(t)
		var failure *api.TransactionError
		if !errors.As(err, &failure) || len(failure.GetKVErrors()) != 1 || !errors.Is(failure.GetKVErrors()[0].Error, api.ErrEscapedNetNs) {
			t.Errorf("error %v", err)
		}
		if got := s.GetValueStatus("v/a").GetValue().GetState(); got != kvscheduler.ValueState_FAILED {
			t.Errorf("state %v", got)
		}
	})
	t.Run("stayed", func(t *testing.T) {
		t.Setenv("KVSCHED_CHECK_NET_NS", "1")
		if _, err := commit(t); err != nil {
			t.Error(err)
		}
	})
	t.Run("not checked", func(t *testing.T) {
		elsewhere(t)
		if _, err := commit(t); err != nil {
			t.Error(err)
		}
	})
}
