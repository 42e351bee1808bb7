// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package contextdecorator puts the name of the source of configuration into
// the context of a change, for the orchestrator to keep sources apart.
package contextdecorator

import "context"

type dataSrcKey struct{}

// DataSrcContext returns a context that names the source of a change.
func DataSrcContext(ctx context.Context, dataSrc string) context.Context {
	return context.WithValue(ctx, dataSrcKey{}, dataSrc)
}

// DataSrcFromContext returns the name of the source, if the context has one.
func DataSrcFromContext(ctx context.Context) (dataSrc string, ok bool) {
	dataSrc, ok = ctx.Value(dataSrcKey{}).(string)
	return dataSrc, ok
}
