// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"go.ligato.io/cn-infra/v2/agent"
)

// versionReply says what the agent was built from. What is not known is empty.
type versionReply struct {
	App       string
	Version   string
	GitCommit string
	GitBranch string
	BuildUser string
	BuildHost string
	BuildTime int64 // Unix seconds, 0 if not known
	GoVersion string
	OS        string
	Arch      string
	// Always empty: there is one version of the API, on every system.
	APIVersion string
	OSType     string
}

func (p *Plugin) version(*http.Request) (int, any) {
	var settings []debug.BuildSetting
	if info, ok := debug.ReadBuildInfo(); ok {
		settings = info.Settings
	}
	return http.StatusOK, versionOf(p.app, settings)
}

// versionOf prefers what was given to the linker to what the compiler has found
// in the repository.
func versionOf(app string, settings []debug.BuildSetting) versionReply {
	reply := versionReply{
		App:       app,
		Version:   agent.BuildVersion,
		GitCommit: agent.CommitHash,
		BuildTime: unixTime(agent.BuildDate),
		GoVersion: runtime.Version(),
		OS:        runtime.GOOS,
		Arch:      runtime.GOARCH,
	}
	for _, setting := range settings {
		switch setting.Key {
		case "vcs.revision":
			if reply.GitCommit == "" {
				reply.GitCommit = setting.Value
			}
		case "vcs.time":
			if reply.BuildTime == 0 {
				reply.BuildTime = unixTime(setting.Value)
			}
		}
	}
	return reply
}

// unixTime understands Unix seconds, RFC 3339, and what date(1) prints.
func unixTime(text string) int64 {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return seconds
	}
	for _, layout := range []string{time.RFC3339, time.UnixDate} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Unix()
		}
	}
	return 0
}
