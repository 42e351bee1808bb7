// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package version tells which build of an agent this is. The variables are set
// by the linker:
//
//	go build -ldflags "-X go.ligato.io/vpp-agent/v3/pkg/version.version=v1.2.3"
package version

import (
	"fmt"
	"runtime"
	"strconv"
	"time"
)

// Set by the linker. buildDate is in seconds since 1970.
var (
	app       = "vpp-agent"
	version   = "v0.0.0-dev"
	gitCommit = "unknown"
	gitBranch = "HEAD"
	buildUser = "unknown"
	buildHost = "unknown"
	buildDate = ""
)

// App returns the name of the application.
func App() string { return app }

// Version returns the version, for example "v1.2.3".
func Version() string { return version }

// GitCommit returns the hash of the commit that was built.
func GitCommit() string { return gitCommit }

// GitBranch returns the branch that was built.
func GitBranch() string { return gitBranch }

// BuildUser returns who built.
func BuildUser() string { return buildUser }

// BuildHost returns the host that it was built on.
func BuildHost() string { return buildHost }

// BuildTime returns when it was built, in seconds since 1970; 0 if unknown.
func BuildTime() int64 {
	seconds, err := strconv.ParseInt(buildDate, 10, 64)
	if err != nil {
		return 0
	}
	return seconds
}

// Data returns version, commit and date of the build.
func Data() (ver, rev, date string) { return version, gitCommit, formatDate() }

// Short returns name and version in a few words.
func Short() string { return app + " " + version }

// BuiltOn returns date and Go release of the build.
func BuiltOn() string {
	return fmt.Sprintf("%s (%s %s/%s)", formatDate(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// BuiltBy returns who built, and where.
func BuiltBy() string {
	return fmt.Sprintf("%s@%s (%s)", buildUser, buildHost, gitBranch)
}

// Info returns name, version and commit.
func Info() string { return fmt.Sprintf("%s (%s)", Short(), gitCommit) }

// Detail returns everything, in several lines.
func Detail() string {
	return fmt.Sprintf("%s\n  built on: %s\n  built by: %s\n  commit:   %s", Short(), BuiltOn(), BuiltBy(), gitCommit)
}

func formatDate() string {
	seconds := BuildTime()
	if seconds == 0 {
		return "unknown date"
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}
