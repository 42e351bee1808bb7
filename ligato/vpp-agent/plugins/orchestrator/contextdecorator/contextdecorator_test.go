// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package contextdecorator_test

import (
	"context"
	"testing"

	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
)

func TestDataSrc(t *testing.T) {
	ctx := context.Background()
	if src, ok := contextdecorator.DataSrcFromContext(ctx); ok {
		t.Errorf("source %q without being set", src)
	}
	ctx = contextdecorator.DataSrcContext(ctx, "a")
	ctx = contextdecorator.DataSrcContext(ctx, "b")
	if src, ok := contextdecorator.DataSrcFromContext(ctx); src != "b" || !ok {
		t.Errorf("source %q %v, want b", src, ok)
	}
}
