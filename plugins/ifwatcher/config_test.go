// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// confFile is a config.PluginConfig that names a file.
type confFile string

func (f confFile) GetConfigName() string       { return string(f) }
func (f confFile) LoadValue(any) (bool, error) { panic("not strict enough") }

func writeConf(t *testing.T, content string) confFile {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ifwatcher.conf")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return confFile(file)
}

func TestLoadConfig(t *testing.T) {
	def := DefaultConfig()
	with := func(change func(*Config)) Config {
		c := def
		change(&c)
		return c
	}
	for _, tc := range []struct {
		name, content string
		want          Config
		wantErr       []string // parts of the error
	}{
		{name: "empty", content: "# nothing\n", want: def},
		{name: "all", content: `
disabled: true
enabled-when: admin-up
notification-delay: 0s
withdrawal-delay: 10ms
include: [eth*, "wan"]
exclude:
  - veth*
altnames: true
namespaces: [blue, /proc/1/ns/net, all-named]
receive-buffer-size: 0
audit-interval: 1h
`, want: Config{
			Disabled: true, EnabledWhen: tracker.WhenAdminUp, WithdrawalDelay: 10 * time.Millisecond,
			Include: []string{"eth*", "wan"}, Exclude: []string{"veth*"}, AltNames: true, Namespaces: []string{"blue", "/proc/1/ns/net", "all-named"}, AuditInterval: time.Hour,
		}},
		{name: "null keeps the default", content: "notification-delay:\naudit-interval: null\n", want: def},
		{name: "one", content: "audit-interval: 0s\n", want: with(func(c *Config) { c.AuditInterval = 0 })},
		{name: "unknown key", content: "notification-dealy: 1s\n", wantErr: []string{"ifwatcher.conf", "notification-dealy"}},
		{name: "no unit", content: "notification-delay: 500\n", wantErr: []string{"ifwatcher.conf", "notification-delay", "500", "duration"}},
		{name: "no duration", content: "audit-interval: often\n", wantErr: []string{"ifwatcher.conf", "audit-interval", `"often"`}},
		{name: "negative", content: "withdrawal-delay: -1s\n", wantErr: []string{"ifwatcher.conf", "withdrawal-delay", "-1s"}},
		{name: "criterion", content: "enabled-when: up\n", wantErr: []string{"ifwatcher.conf", "enabled-when", `"up"`, "admin-up"}},
		{name: "pattern", content: "exclude: ['[a']\n", wantErr: []string{"ifwatcher.conf", "exclude", "[a"}},
		{name: "namespace", content: "namespaces: [a/b]\n", wantErr: []string{"ifwatcher.conf", "namespaces", `"a/b"`}},
		{name: "namespace twice", content: "namespaces: [a, b, a]\n", wantErr: []string{"ifwatcher.conf", "namespaces", `"a"`, "twice"}},
		{name: "buffer", content: "receive-buffer-size: -1\n", wantErr: []string{"ifwatcher.conf", "receive-buffer-size", "-1"}},
		{name: "type", content: "receive-buffer-size: large\n", wantErr: []string{"ifwatcher.conf", "receive-buffer-size"}},
		{name: "list", content: "include: eth0\n", wantErr: []string{"ifwatcher.conf", "include"}},
		{name: "no YAML", content: "include: [\n", wantErr: []string{"ifwatcher.conf"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := loadConfig(writeConf(t, tc.content))
			if tc.wantErr == nil {
				if err != nil || !reflect.DeepEqual(got, tc.want) {
					t.Errorf("%+v, error %v, expected %+v", got, err, tc.want)
				}
				return
			}
			for _, part := range tc.wantErr {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v does not have %q", err, part)
				}
			}
		})
	}
	if got, err := loadConfig(confFile("")); err != nil || !reflect.DeepEqual(got, def) {
		t.Errorf("without file: %+v, error %v", got, err)
	}
}

// The file that is shipped says what holds without it.
func TestSampleIsDefault(t *testing.T) {
	got, err := loadConfig(confFile("ifwatcher.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Include)+len(got.Exclude)+len(got.Namespaces) != 0 {
		t.Errorf("lists %q %q %q", got.Include, got.Exclude, got.Namespaces)
	}
	got.Include, got.Exclude, got.Namespaces = nil, nil, nil
	if want := DefaultConfig(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, defaults %+v", got, want)
	}
	data, err := os.ReadFile("ifwatcher.conf")
	if err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[fileConfig]()
	for i := range fields.NumField() {
		if key := fields.Field(i).Tag.Get("json"); !strings.Contains(string(data), "\n"+key+":") {
			t.Errorf("key %s is not in the sample", key)
		}
	}
}
