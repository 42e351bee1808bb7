// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"go.ligato.io/cn-infra/v2/logging"
)

const pattern = `level=info logger=test msg="two words" time="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{5}" zz=1`

func TestLine(t *testing.T) {
	t.Setenv("CLICOLOR_FORCE", "0")
	tests := []struct {
		level  logging.LogLevel
		report bool
		want   string
	}{
		{logging.InfoLevel, false, `^` + pattern + `\n$`},
		{logging.InfoLevel, true, `^` + pattern + ` func=\S+TestLine\S* loc="logrus/formatter_test.go:LINE"\n$`},
		{logging.DebugLevel, false, `^` + pattern + ` loc="logrus/formatter_test.go:LINE"\n$`},
		{logging.TraceLevel, false, `^` + pattern + ` func=logrus\.TestLine\S* loc="logrus/formatter_test.go:LINE"\n$`},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.level, tt.report), func(t *testing.T) {
			var out bytes.Buffer
			logger := NewLogger("test")
			logger.SetOutput(&out)
			// The level counts when a message is written, not when the logger
			// was made.
			logger.SetLevel(tt.level)
			logger.SetReportCaller(tt.report)
			entry := logger.WithField("zz", 1)
			_, _, line, _ := runtime.Caller(0)
			entry.Info("two words")
			want := strings.ReplaceAll(tt.want, "LINE", fmt.Sprint(line+1))
			if !regexp.MustCompile(want).MatchString(out.String()) {
				t.Errorf("wrote %q, want %s", &out, want)
			}
		})
	}
}

// The location is that of the caller, whichever way the message takes.
func TestLocation(t *testing.T) {
	logger, out, _ := newTestLogger()
	logger.SetFormatter(DefaultFormatter())
	parent := &logging.ParentLogger{Logger: logger}
	var plugin logging.PluginLogger = parent
	deps := struct{ logging.PluginLogger }{plugin}

	for name, log := range map[string]func(){
		"logger":   func() { logger.Debug("x") },
		"format":   func() { logger.Warnf("x") },
		"entry":    func() { logger.WithField("a", 1).Errorln("x") },
		"fatal":    func() { logger.Fatal("x") },
		"panic":    func() { defer func() { _ = recover() }(); logger.Panic("x") },
		"plugin":   func() { plugin.Info("x") },
		"embedded": func() { deps.Infof("x") },
		"function": func() { f := logger.Info; f("x") },
	} {
		out.Reset()
		log()
		if !strings.Contains(out.String(), `loc="logrus/formatter_test.go:`) {
			t.Errorf("%s: wrote %q", name, out)
		}
	}
}

func TestFormatterSettings(t *testing.T) {
	var out bytes.Buffer
	logger := NewLogger("test")
	logger.SetOutput(&out)
	logger.SetFormatter(&Formatter{Function: true, Location: true, FullPath: true})
	logger.Info("x")
	_, file, _, _ := runtime.Caller(0)
	if !strings.Contains(out.String(), file+":") || !strings.Contains(out.String(), FunctionKey+"=") {
		t.Errorf("wrote %q without the path %s or the function", &out, file)
	}
}

func TestFormatterKeepsEntry(t *testing.T) {
	logger, _, _ := newTestLogger()
	entry := logrus.NewEntry(logger.Logger).WithField("k", "v")
	entry.Message = "x"
	if _, err := NewFormatter().Format(entry); err != nil {
		t.Fatal(err)
	}
	if len(entry.Data) != 1 || entry.Caller != nil {
		t.Errorf("formatting changed the entry: %v", entry.Data)
	}
}

func TestColours(t *testing.T) {
	logger, out, _ := newTestLogger()
	logger.SetLevel(logging.InfoLevel)
	logger.SetFormatter(DefaultFormatter())
	t.Setenv("CLICOLOR_FORCE", "1")
	logger.Info("x")
	if !regexp.MustCompile(`INFO.*\[\d{4}\]`).MatchString(out.String()) {
		t.Errorf("wrote %q, want colours and the seconds since start", out)
	}
}
