// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
)

// TestMain runs the tests in a network namespace of their own.
func TestMain(m *testing.M) {
	netnstest.EnterAll()
	goleak.VerifyTestMain(m)
}
