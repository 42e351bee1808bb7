// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.ligato.io/cn-infra/v2/internal/flags"
	"go.ligato.io/cn-infra/v2/logging"
)

// messages collects what is logged while a test runs.
type messages struct {
	mu             sync.Mutex
	infos, warning []string
}

func record(t *testing.T) *messages {
	m := &messages{}
	infof, warnf := logging.Infof, logging.Warnf
	t.Cleanup(func() { logging.Infof, logging.Warnf = infof, warnf })
	add := func(to *[]string) func(string, ...any) {
		return func(format string, args ...any) {
			m.mu.Lock()
			defer m.mu.Unlock()
			*to = append(*to, fmt.Sprintf(format, args...))
		}
	}
	logging.Infof, logging.Warnf = add(&m.infos), add(&m.warning)
	return m
}

// start does what an agent with one plugin does, on a flag set of its own.
func start(t *testing.T, plugin string, args []string, opts ...Option) *pluginConfig {
	t.Helper()
	cfg := ForPlugin(plugin, opts...).(*pluginConfig)
	cfg.flags = flags.NewSet()
	defineDirFlag(cfg.flags)
	defineFlagsFor(plugin, cfg.flags)
	if err := cfg.flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ name, flag, file, env string }{
		{"etcd", "etcd-config", "etcd.conf", "ETCD_CONFIG"},
		{"My-Plug", "my-plug-config", "My-Plug.conf", "MY-PLUG_CONFIG"},
	} {
		if got := FlagName(tt.name); got != tt.flag {
			t.Errorf("FlagName(%s) = %s", tt.name, got)
		}
		if got := Filename(tt.name); got != tt.file {
			t.Errorf("Filename(%s) = %s", tt.name, got)
		}
		if got := EnvVar(tt.name); got != tt.env {
			t.Errorf("EnvVar(%s) = %s", tt.name, got)
		}
	}
}

// The files that exist are both called my-plug.conf and other.conf, in the
// working directory and in the folder conf.
func TestFileSearch(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		env    map[string]string
		remove []string
		want   string
	}{
		{name: "default", want: "my-plug.conf"},
		{name: "folder given, both exist", args: []string{"-config-dir", "conf"}, want: "conf/my-plug.conf"},
		{name: "folder in environment, both exist", env: map[string]string{"CONFIG_DIR": "conf"}, want: "conf/my-plug.conf"},
		{name: "folder given, file only here", args: []string{"-config-dir", "conf"}, remove: []string{"conf/my-plug.conf"}, want: "my-plug.conf"},
		{name: "file given, both exist", args: []string{"-config-dir", "conf", "-my-plug-config=other.conf"}, want: "other.conf"},
		{name: "file given, only in folder", args: []string{"-config-dir", "conf", "-my-plug-config=other.conf"}, remove: []string{"other.conf"}, want: "conf/other.conf"},
		{name: "file in environment", env: map[string]string{"MY_PLUG_CONFIG": "other.conf", "CONFIG_DIR": "conf"}, want: "other.conf"},
		{name: "argument before environment", args: []string{"-my-plug-config=other.conf"}, env: map[string]string{"MY_PLUG_CONFIG": "my-plug.conf"}, want: "other.conf"},
		{name: "default file given explicitly", args: []string{"-config-dir", "conf", "-my-plug-config=my-plug.conf"}, want: "my-plug.conf"},
		{name: "no file", remove: []string{"my-plug.conf", "conf/my-plug.conf"}},
		{name: "a folder is there", args: []string{"-my-plug-config=conf"}, want: "conf"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log := record(t)
			t.Chdir(t.TempDir())
			for _, name := range []string{"my-plug.conf", "other.conf", "conf/my-plug.conf", "conf/other.conf"} {
				if !slices.Contains(tt.remove, name) {
					write(t, name, "name: "+name)
				}
			}
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			cfg := start(t, "my-plug", tt.args)
			if got := cfg.GetConfigName(); got != tt.want {
				t.Errorf("config file %q, want %q", got, tt.want)
			}
			if tt.want != "" && !strings.Contains(strings.Join(log.infos, "\n"), tt.want) {
				t.Errorf("the log does not say which file is read: %q", log.infos)
			}
			if len(log.warning) > 0 {
				t.Errorf("warnings %q", log.warning)
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	tests := []struct {
		value    string
		warnings []string // in the one warning
	}{
		{value: "disabled"},
		{value: "DISABLED"},
		{value: ""},
		{value: "nowhere.conf", warnings: []string{"nowhere.conf and ", "conf/nowhere.conf", "PLUG_CONFIG"}},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			log := record(t)
			t.Chdir(t.TempDir())
			write(t, "disabled", "name: x")
			t.Setenv("PLUG_CONFIG", tt.value)
			cfg := start(t, "plug", []string{"-config-dir=/somewhere/conf"})
			data := inner{Name: "preset"}
			for range 3 {
				found, err := cfg.LoadValue(&data)
				if found || err != nil || data.Name != "preset" {
					t.Fatalf("found %t, %v, %+v; want nothing, without an error", found, err, data)
				}
			}
			if tt.warnings == nil {
				if len(log.warning) != 0 || len(log.infos) != 1 {
					t.Errorf("logged %q and %q, want one quiet message", log.infos, log.warning)
				}
				return
			}
			if len(log.warning) != 1 {
				t.Fatalf("warnings %q, want one", log.warning)
			}
			for _, want := range tt.warnings {
				if !strings.Contains(log.warning[0], want) {
					t.Errorf("warning %q lacks %q", log.warning[0], want)
				}
			}
		})
	}
}

func TestFileAppearsLater(t *testing.T) {
	record(t)
	t.Chdir(t.TempDir())
	cfg := start(t, "plug", nil)
	if got := cfg.GetConfigName(); got != "" {
		t.Fatalf("config file %q before there is one", got)
	}
	write(t, "plug.conf", "")
	if got := cfg.GetConfigName(); got != "plug.conf" {
		t.Fatalf("config file %q", got)
	}
	if err := os.Remove("plug.conf"); err != nil {
		t.Fatal(err)
	}
	if got := cfg.GetConfigName(); got != "plug.conf" {
		t.Errorf("config file %q, want the one that was found", got)
	}
}

func TestFlagsNotDefined(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "plug.conf", "")
	cfg := ForPlugin("plug").(*pluginConfig)
	cfg.flags = flags.NewSet()
	if got := cfg.GetConfigName(); got != "" {
		t.Errorf("config file %q without a flag", got)
	}
	if dir, given, err := configDir(cfg.flags); dir != "" || given || err != nil {
		t.Errorf("config folder %q, %t, %v without a flag", dir, given, err)
	}
}

func TestDir(t *testing.T) {
	wd := t.TempDir()
	t.Chdir(wd)
	for _, tt := range []struct{ value, want string }{
		{".", wd},
		{"./conf", filepath.Join(wd, "conf")},
		{"../conf", filepath.Join(filepath.Dir(wd), "conf")},
		{"conf", "conf"},
		{"/etc", "/etc"},
		{"", ""},
	} {
		cfg := start(t, "plug", []string{"-config-dir", tt.value})
		got, given, err := configDir(cfg.flags)
		if err != nil || !given || got != tt.want {
			t.Errorf("folder %q: %q, %t, %v, want %q", tt.value, got, given, err, tt.want)
		}
	}
}

func TestLoadValue(t *testing.T) {
	log := record(t)
	t.Chdir(t.TempDir())
	write(t, "plug.conf", "name: x\nlvl: 1\nlvel: 2\n")
	cfg := start(t, "plug", nil)
	for range 3 {
		data := inner{Level: 3}
		found, err := cfg.LoadValue(&data)
		if !found || err != nil || data != (inner{"x", 3}) {
			t.Fatalf("found %t, %v, %+v", found, err, data)
		}
	}
	// One warning for each key, not for each time that the file is read.
	if len(log.warning) != 2 {
		t.Fatalf("warnings %q, want two", log.warning)
	}
	for i, key := range []string{`"lvel"`, `"lvl"`} {
		if !strings.Contains(log.warning[i], key) || !strings.Contains(log.warning[i], "plug.conf") {
			t.Errorf("warning %q lacks the file or %s", log.warning[i], key)
		}
	}
}

func TestLoadValueRefuses(t *testing.T) {
	record(t)
	for _, tt := range []struct {
		name string
		make func(path string)
		want string
	}{
		{"bad field", func(path string) { write(t, path, "level: high") }, "evel"},
		{"folder", func(path string) { write(t, filepath.Join(path, "x"), "") }, "directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			tt.make("plug.conf")
			found, err := start(t, "plug", nil).LoadValue(&inner{})
			if found || err == nil {
				t.Fatalf("found %t, error %v", found, err)
			}
			if !strings.Contains(err.Error(), "plug.conf") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q lacks the file or %q", err, tt.want)
			}
		})
	}
}

func TestCustomizedFlag(t *testing.T) {
	record(t)
	t.Chdir(t.TempDir())
	write(t, "special.conf", "")
	cfg := start(t, "plug", nil, WithCustomizedFlag("my-flag", "special.conf", "my usage"))
	if got := cfg.GetConfigName(); got != "special.conf" {
		t.Errorf("config file %q", got)
	}
	if usage := cfg.flags.Usage(); !strings.Contains(usage, "my-flag") || !strings.Contains(usage, "my usage") {
		t.Errorf("usage lacks the flag:\n%s", usage)
	}
	if usage := start(t, "my-plug", nil).flags.Usage(); !strings.Contains(usage, "'MY_PLUG_CONFIG'") {
		t.Errorf("usage does not name the variable that is read:\n%s", usage)
	}
	if got := start(t, "plug", nil, WithCustomizedFlag("other-flag")).GetConfigName(); got != "" {
		t.Errorf("config file %q, want none of the default name", got)
	}
}

// A plugin that defines the flag of its file itself gets the parsed value.
func TestExtraFlags(t *testing.T) {
	record(t)
	t.Chdir(t.TempDir())
	write(t, "mine.conf", "")
	t.Setenv("PLUG_PORT", "9")
	var file *string
	var port *int
	cfg := start(t, "plug", []string{"-plug-config=mine.conf"}, WithExtraFlags(func(flags *FlagSet) {
		file = flags.String("plug-config", "own-default.conf", "own usage")
		port = flags.Int("plug-port", 1, "port")
	}))
	if *file != "mine.conf" || *port != 9 {
		t.Errorf("values %q and %d, want those given", *file, *port)
	}
	if got := cfg.GetConfigName(); got != "mine.conf" {
		t.Errorf("config file %q", got)
	}
	if usage := cfg.flags.Usage(); !strings.Contains(usage, "own-default.conf") {
		t.Errorf("usage lacks the plugin's own default:\n%s", usage)
	}
}

func TestForPluginConcurrently(t *testing.T) {
	record(t)
	process := flags.NewSet()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("plug%d", i%4)
			cfg := ForPlugin(name)
			for range 3 {
				defineFlagsFor(name, process)
			}
			cfg.GetConfigName()
		})
	}
	wg.Wait()
	for i := range 4 {
		if _, _, defined := process.Value(FlagName(fmt.Sprintf("plug%d", i))); !defined {
			t.Errorf("flag of plugin %d is missing", i)
		}
	}
}
