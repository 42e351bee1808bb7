// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	"google.golang.org/grpc/grpclog"

	"go.ligato.io/cn-infra/v2/logging"
)

// gRPC can write its own logs through a logger.
var _ grpclog.LoggerV2 = (*Logger)(nil)

// newTestLogger returns a logger that writes every level to the buffer, and
// does not end the process.
func newTestLogger() (*Logger, *bytes.Buffer, *int) {
	logger, out, exited := NewLogger("test"), &bytes.Buffer{}, new(int)
	logger.SetLevel(logging.TraceLevel)
	logger.SetFormatter(&logrus.TextFormatter{DisableTimestamp: true})
	logger.SetOutput(out)
	*exited = -1
	logger.Logger.ExitFunc = func(code int) { *exited = code }
	return logger, out, exited
}

// Every method of the interface is called by its name, on a logger and on an
// entry: what it writes follows from the name.
func TestMethods(t *testing.T) {
	levels := map[string]string{
		"Trace": "trace", "Debug": "debug", "Info": "info", "Print": "info",
		"Warn": "warning", "Warning": "warning", "Error": "error", "Fatal": "fatal", "Panic": "panic",
	}
	forms := map[string]struct {
		args []any
		msg  string
	}{
		"":   {[]any{"a", "b", 1, 2, "c"}, "ab1 2c"},
		"f":  {[]any{"%s-%d", "a", 1}, "a-1"},
		"ln": {[]any{"a", "b", 1}, "a b 1"},
	}
	for name, level := range levels {
		for suffix, form := range forms {
			for _, kind := range []string{"logger", "entry"} {
				t.Run(kind+"/"+name+suffix, func(t *testing.T) {
					logger, out, exited := newTestLogger()
					var target logging.LogWithLevel = logger
					if kind == "entry" {
						target = logger.WithField("k", "v")
					}
					panicked := call(target, name+suffix, form.args)

					for _, want := range []string{"level=" + level, "logger=test", fmt.Sprintf("msg=%q", form.msg)} {
						if !strings.Contains(strings.ReplaceAll(out.String(), "msg=a-1", `msg="a-1"`), want) {
							t.Errorf("wrote %q, which lacks %s", out, want)
						}
					}
					if kind == "entry" && !strings.Contains(out.String(), "k=v") {
						t.Errorf("wrote %q without the field", out)
					}
					wantExit, wantPanic := -1, any(nil)
					switch name {
					case "Fatal":
						wantExit = 1
					case "Panic":
						wantPanic = form.msg
					}
					if *exited != wantExit || panicked != wantPanic {
						t.Errorf("exit %d, panic %v, want %d, %v", *exited, panicked, wantExit, wantPanic)
					}
				})
			}
		}
	}
}

func call(target any, method string, args []any) (panicked any) {
	defer func() { panicked = recover() }()
	values := make([]reflect.Value, len(args))
	for i, arg := range args {
		values[i] = reflect.ValueOf(arg)
	}
	reflect.ValueOf(target).MethodByName(method).Call(values)
	return nil
}

// Log takes levels as severities: it neither ends the process nor panics.
func TestLog(t *testing.T) {
	logger, out, exited := newTestLogger()
	for _, target := range []interface {
		Log(lvl logrus.Level, args ...any)
		Logf(lvl logrus.Level, f string, args ...any)
		Logln(lvl logrus.Level, args ...any)
	}{logger, NewEntry(logger)} {
		for level := logrus.PanicLevel; level <= logrus.TraceLevel; level++ {
			out.Reset()
			target.Log(level, "x", 1)
			target.Logf(level, "y%d", 1)
			target.Logln(level, "z", 1)
			if got := strings.Count(out.String(), "level="+level.String()); got != 3 {
				t.Errorf("%v: %d messages:\n%s", level, got, out)
			}
		}
	}
	if *exited != -1 {
		t.Errorf("exit %d", *exited)
	}
}

func TestThreshold(t *testing.T) {
	for level := logging.PanicLevel; level <= logging.TraceLevel; level++ {
		logger, out, exited := newTestLogger()
		logger.SetLevel(level)
		if logger.GetLevel() != level {
			t.Fatalf("level %v, want %v", logger.GetLevel(), level)
		}
		logger.Error("e")
		logger.Warnf("w")
		logger.Infoln("i")
		logger.WithField("k", "v").Debug("d")
		logger.Trace("t")
		// Called like this, because linters take it for the end of the loop.
		call(logger, "Fatal", []any{"f"})
		want := max(0, int(level))
		if got := strings.Count(out.String(), "level="); got != want {
			t.Errorf("level %v: %d messages, want %d:\n%s", level, got, want, out)
		}
		if *exited != 1 {
			t.Errorf("level %v: a fatal message that is not written does not end the process", level)
		}
	}
}

func TestFields(t *testing.T) {
	logger, out, _ := newTestLogger()
	static := map[string]any{"a": "static", "b": "static"}
	logger.SetStaticFields(static)
	static["a"] = "changed"

	fields := logging.Fields{"b": "call"}
	args := []any{"secret"}
	logger.WithFields(fields).WithField("c", 1).WithError(errors.New("broken")).Info(args...)
	for _, want := range []string{"a=static", "b=call", "c=1", "error=broken", "logger=test"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("wrote %q, which lacks %s", out, want)
		}
	}
	if !maps.Equal(fields, logging.Fields{"b": "call"}) || args[0] != "secret" {
		t.Errorf("arguments were changed to %v and %v", fields, args)
	}

	got := logger.GetStaticFields()
	got["a"] = "changed"
	if logger.GetStaticFields()["a"] != "static" {
		t.Error("static fields can be changed from outside")
	}
	if fields := NewLogger("x").GetStaticFields(); fields == nil || len(fields) != 0 {
		t.Errorf("static fields of a new logger are %v", fields)
	}
}

func TestEntriesAreIndependent(t *testing.T) {
	logger, out, _ := newTestLogger()
	parent := logger.WithField("p", 1)
	first, second := parent.WithField("first", 1), parent.WithField("second", 1)
	first.Info("x")
	second.Info("y")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || strings.Contains(lines[0], "second") || strings.Contains(lines[1], "first") {
		t.Errorf("fields are shared:\n%s", out)
	}
}

func TestEntryString(t *testing.T) {
	logger, _, _ := newTestLogger()
	text, err := logger.WithField("k", "v").(*Entry).String()
	if err != nil || !strings.Contains(text, "k=v") || !strings.Contains(text, "logger=test") {
		t.Errorf("%q, %v", text, err)
	}
}

type contextHook struct {
	got context.Context
}

func (h *contextHook) Levels() []logrus.Level { return logrus.AllLevels }

func (h *contextHook) Fire(entry *logrus.Entry) error {
	h.got = entry.Context
	return nil
}

func TestContext(t *testing.T) {
	logger, _, _ := newTestLogger()
	hook := &contextHook{}
	logger.AddHook(hook)
	ctx := t.Context()
	logger.WithContext(ctx).WithField("k", "v").Info("x")
	if hook.got != ctx {
		t.Errorf("the hook got the context %v", hook.got)
	}
}

func TestVerbosity(t *testing.T) {
	logger := NewLogger("test")
	if !logger.V(0) || logger.V(1) {
		t.Error("a new logger is not on verbosity 0")
	}
	logger.SetVerbosity(2)
	if !logger.V(2) || logger.V(3) {
		t.Error("the verbosity is not 2")
	}
}

func TestWrapLogger(t *testing.T) {
	inner := logrus.New()
	logger := WrapLogger(inner, "wrapped")
	if logger.StandardLogger() != inner || logger.GetName() != "wrapped" {
		t.Errorf("wrapped %v as %q", logger.StandardLogger(), logger.GetName())
	}
	if NewLogger("x").GetLevel() != logging.InfoLevel {
		t.Error("a new logger is not on level info")
	}
}
