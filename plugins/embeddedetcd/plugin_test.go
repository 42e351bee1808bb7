// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package embeddedetcd

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/db/keyval/etcd"
	"go.ligato.io/cn-infra/v2/logging"
	_ "go.ligato.io/cn-infra/v2/logging/logrus" // the registry of loggers
	"go.ligato.io/cn-infra/v2/servicelabel"
	"go.uber.org/goleak"
)

// fakeConfig is a configuration file that exists if it has a name.
type fakeConfig struct {
	name string
	load func(data any) error
}

func (f fakeConfig) GetConfigName() string { return f.name }

func (f fakeConfig) LoadValue(data any) (bool, error) {
	if f.load == nil {
		return false, nil
	}
	return true, f.load(data)
}

// newTestPlugin returns a plugin whose own configuration is conf and whose
// setting for the etcd plugin's file is as given.
func newTestPlugin(t *testing.T, conf string, setting string, found config.PluginConfig) *Plugin {
	t.Helper()
	file := filepath.Join(t.TempDir(), "embedded-etcd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	label := servicelabel.NewPlugin(servicelabel.UseLabel("test"))
	if err := label.Init(); err != nil {
		t.Fatal(err)
	}
	return &Plugin{
		Deps: func() (d Deps) {
			d.PluginName = "embedded-etcd"
			d.Log = logging.ForPlugin("embedded-etcd")
			d.Cfg = fakeConfig{name: file}
			d.ServiceLabel = label
			return d
		}(),
		etcdFile: &fileSetting{flag: "etcd-config", def: "etcd.conf", file: &setting, conf: found},
	}
}

func TestMode(t *testing.T) {
	for _, tc := range []struct {
		name, setting, found string
		want                 Mode
		wantErr              error
	}{
		{name: "nothing said", setting: "etcd.conf", want: Embedded},
		{name: "default file found", setting: "etcd.conf", found: "etcd.conf", want: External},
		{name: "named file found", setting: "/etc/my.conf", found: "/etc/my.conf", want: External},
		{name: "named file missing", setting: "/etc/my.conf", wantErr: ErrConfigNotFound},
		{name: "disabled", setting: "disabled", want: Disabled},
		{name: "disabled in capitals", setting: "DISABLED", want: Disabled},
		{name: "empty", setting: "", want: Disabled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &fileSetting{def: "etcd.conf", file: &tc.setting, conf: fakeConfig{name: tc.found}}
			got, err := s.mode()
			if got != tc.want || !errors.Is(err, tc.wantErr) {
				t.Errorf("mode() = %q, %v; want %q, %v", got, err, tc.want, tc.wantErr)
			}
			if tc.wantErr != nil && !strings.Contains(err.Error(), tc.setting) {
				t.Errorf("the error does not name %q: %v", tc.setting, err)
			}
		})
	}
}

func TestEmbedded(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := filepath.Join(t.TempDir(), "etcd")
	conf := "endpoint: 127.0.0.1:0\ndata-dir: " + dir + "\n"
	for _, want := range []string{"", "kept"} { // the second start finds what the first left
		p := newTestPlugin(t, conf, "etcd.conf", fakeConfig{})
		if err := p.Init(); err != nil {
			t.Fatal(err)
		}
		if p.Mode() != Embedded || p.DataDir() != dir {
			t.Errorf("mode %q, data in %q", p.Mode(), p.DataDir())
		}
		var cfg etcd.Config
		if found, err := p.ClientConfig().LoadValue(&cfg); !found || err != nil {
			t.Fatalf("the client's configuration: %v, %v", found, err)
		}
		if len(cfg.Endpoints) != 1 || cfg.Endpoints[0] != p.Endpoint() || !cfg.AllowDelayedStart {
			t.Errorf("the client's configuration: %+v", cfg)
		}
		client, err := clientv3.New(clientv3.Config{Endpoints: cfg.Endpoints, DialTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		resp, err := client.Get(ctx, "key")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(resp.Kvs) == 1 {
			got = string(resp.Kvs[0].Value)
		}
		if got != want {
			t.Errorf("key is %q, want %q", got, want)
		}
		if _, err := client.Put(ctx, "key", "kept"); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the data is readable by others: %v, %v", info.Mode(), err)
	}
}

func TestEndpointTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := newTestPlugin(t, "endpoint: "+l.Addr().String()+"\ndata-dir: "+t.TempDir()+"\n", "etcd.conf", fakeConfig{})
	err = p.Init()
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("err = %v, want EADDRINUSE with the endpoint", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close after a failed Init: %v", err)
	}
}

// TestDataInUse starts a second server on the data of the first: it would wait
// for ever.
func TestDataInUse(t *testing.T) {
	dir := t.TempDir()
	conf := "endpoint: 127.0.0.1:0\ndata-dir: " + dir + "\n"
	first := newTestPlugin(t, conf, "etcd.conf", fakeConfig{})
	if err := first.Init(); err != nil {
		t.Fatal(err)
	}
	second := newTestPlugin(t, conf, "etcd.conf", fakeConfig{})
	if err := second.Init(); !errors.Is(err, ErrDataInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("err = %v, want ErrDataInUse with the folder", err)
	}
	for _, p := range []*Plugin{second, first} {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := second.Init(); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestBadConfig(t *testing.T) {
	for _, tc := range []struct {
		name, conf string
		want       []string
		wantErr    error
	}{
		{name: "others could reach it", conf: "endpoint: 0.0.0.0:2379\n", want: []string{"endpoint", "0.0.0.0:2379"}, wantErr: ErrNotLoopback},
		{name: "no port", conf: "endpoint: 127.0.0.1\n", want: []string{"endpoint", "127.0.0.1"}},
		{name: "a name", conf: "endpoint: example.org:2379\n", want: []string{"endpoint", "example.org:2379"}},
		{name: "unknown key", conf: "data: /tmp\n", want: []string{"embedded-etcd.conf", "data"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := newTestPlugin(t, tc.conf, "etcd.conf", fakeConfig{}).Init()
			if err == nil {
				t.Fatal("no error")
			}
			if tc.wantErr != nil && !errors.Is(err, tc.wantErr) {
				t.Errorf("err = %v, want %v", err, tc.wantErr)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error has no %q: %v", want, err)
				}
			}
		})
	}
}

func TestExternal(t *testing.T) {
	found := fakeConfig{name: "etcd.conf", load: func(data any) error {
		data.(*etcd.Config).Endpoints = []string{"192.0.2.1:2379"}
		return nil
	}}
	p := newTestPlugin(t, "", "etcd.conf", found)
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	var cfg etcd.Config
	if ok, err := p.ClientConfig().LoadValue(&cfg); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if cfg.Endpoints[0] != "192.0.2.1:2379" || !cfg.AllowDelayedStart || !cfg.ReconnectResync {
		t.Errorf("the client's configuration: %+v", cfg)
	}
	if p.ClientConfig().GetConfigName() != "etcd.conf" || p.Endpoint() != "" {
		t.Errorf("file %q, endpoint %q", p.ClientConfig().GetConfigName(), p.Endpoint())
	}
}

func TestDisabled(t *testing.T) {
	p := newTestPlugin(t, "", "disabled", fakeConfig{})
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if found, err := p.ClientConfig().LoadValue(&etcd.Config{}); found || err != nil {
		t.Errorf("the client's configuration: %v, %v", found, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}
