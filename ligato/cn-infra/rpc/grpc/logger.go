// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"sync"

	"google.golang.org/grpc/grpclog"

	"go.ligato.io/cn-infra/v2/logging"
)

// maxVerbosity is up to where messages of the gRPC library are of interest.
const maxVerbosity = 2

// libraryLogging sends the messages of the gRPC library to the logger
// grpc-server. The library has one logger per process, whose exchange is not
// synchronised with its use: it is set once.
var libraryLogging = sync.OnceFunc(func() {
	grpclog.SetLoggerV2(libraryLogger{logging.ForPlugin("grpc-server")})
})

// libraryLogger implements grpclog.LoggerV2.
type libraryLogger struct {
	logging.Logger
}

func (l libraryLogger) Warning(args ...any)                 { l.Warn(args...) }
func (l libraryLogger) Warningln(args ...any)               { l.Warnln(args...) }
func (l libraryLogger) Warningf(format string, args ...any) { l.Warnf(format, args...) }
func (l libraryLogger) V(level int) bool                    { return level <= maxVerbosity }
