// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

func TestConfigurationFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "etcd.conf")
	text := `
endpoints: [ "a:1", "b:2" ]
username: me
password: secret
dial-timeout: 2s
operation-timeout: 4s
insecure-transport: true
insecure-skip-tls-verify: true
cert-file: c
key-file: k
ca-file: a
auto-compact: 2h
resync-after-reconnect: true
allow-delayed-start: true
reconnect-interval: 3000000000
session-ttl: 7
expand-env-variables: true
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var got Config
	if err := config.ParseConfigFromYamlFile(path, &got); err != nil {
		t.Fatal(err)
	}
	want := Config{
		Endpoints: []string{"a:1", "b:2"}, Username: "me", Password: "secret",
		DialTimeout: 2 * time.Second, OpTimeout: 4 * time.Second,
		InsecureTransport: true, InsecureSkipTLSVerify: true, Certfile: "c", Keyfile: "k", CAfile: "a",
		AutoCompact: 2 * time.Hour, ReconnectResync: true, AllowDelayedStart: true,
		ReconnectInterval: 3 * time.Second, SessionTTL: 7, ExpandEnvVars: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEndpoints(t *testing.T) {
	for name, tt := range map[string]struct {
		file     []string
		env, old string
		want     string
	}{
		"default":            {want: "127.0.0.1:2379"},
		"environment":        {env: "a:1, b:2", old: "c:3", want: "a:1,b:2"},
		"old environment":    {old: "c:3", want: "c:3"},
		"file wins over env": {file: []string{"d:4"}, env: "a:1", want: "d:4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ETCD_ENDPOINTS", tt.env)
			t.Setenv("ETCDV3_ENDPOINTS", tt.old)
			cfg, err := ConfigToClient(&Config{Endpoints: tt.file})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(cfg.Endpoints, ","); got != tt.want {
				t.Errorf("endpoints %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	cfg, err := ConfigToClient(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DialTimeout != time.Second || cfg.OpTimeout != 3*time.Second || cfg.SessionTTL != 5 || cfg.TLS != nil || cfg.ExpandEnvVars {
		t.Errorf("defaults %+v", cfg)
	}
	t.Setenv("ETCD_EXPAND_ENV_VARS", "1")
	if cfg, err = ConfigToClient(&Config{}); err != nil || !cfg.ExpandEnvVars {
		t.Errorf("ETCD_EXPAND_ENV_VARS ignored: %v", err)
	}
}

func TestInvalidConfiguration(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for field, cfg := range map[string]Config{
		"endpoints":               {Endpoints: []string{"a:1", " "}},
		"dial-timeout":            {DialTimeout: -1},
		"dial-timeout: 2ns":       {DialTimeout: 2},
		"reconnect-interval: 5ns": {ReconnectInterval: 5},
		"operation-timeout":       {OpTimeout: -1},
		"session-ttl":             {SessionTTL: -1},
		"username":                {Username: "me"},
		"password":                {Password: "secret"},
		"key-file":                {Certfile: "c.pem"},
		"cert-file":               {Keyfile: "k.pem"},
		"ca-file":                 {CAfile: "/does/not/exist"},
		empty:                     {CAfile: empty},
	} {
		if _, err := ConfigToClient(&cfg); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: error %v does not name it", field, err)
		}
	}
	if _, err := ConfigToClient(&Config{CAfile: "/does/not/exist", InsecureTransport: true}); err != nil {
		t.Errorf("insecure-transport does not ignore TLS settings: %v", err)
	}
}

// certificate writes a self-signed certificate for the name.
func certificate(t *testing.T, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "EC PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestTLS(t *testing.T) {
	cert, key := certificate(t, "127.0.0.1")
	otherCert, _ := certificate(t, "127.0.0.1")
	wrongName, wrongKey := certificate(t, "elsewhere")
	serve := func(cert, key string) string {
		return etcdtest.Start(t, func(cfg *embed.Config) {
			cfg.ClientTLSInfo = transport.TLSInfo{CertFile: cert, KeyFile: key}
		}).Endpoint()
	}
	good, bad := serve(cert, key), serve(wrongName, wrongKey)

	for name, tt := range map[string]struct {
		cfg    Config
		reason string
	}{
		"trusted":           {Config{Endpoints: []string{good}, CAfile: cert}, ""},
		"not verified":      {Config{Endpoints: []string{bad}, CAfile: otherCert, InsecureSkipTLSVerify: true}, ""},
		"unknown authority": {Config{Endpoints: []string{good}, CAfile: otherCert}, "x509: certificate signed by unknown authority"},
		"wrong name":        {Config{Endpoints: []string{bad}, CAfile: wrongName}, "x509: cannot validate certificate for 127.0.0.1"},
		"with a password":   {Config{Endpoints: []string{good}, CAfile: otherCert, Username: "u", Password: "p"}, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.cfg.DialTimeout = 5 * time.Second
			client, err := ConfigToClient(&tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if client.TLS.MinVersion < tls.VersionTLS12 {
				t.Error("TLS before 1.2 is accepted")
			}
			if tt.cfg.Username != "" {
				client.DialTimeout = 3 * time.Second // it is used up before the reason is asked for
			}
			c, err := NewEtcdConnectionWithBytes(*client, testLogger(t))
			if err == nil {
				c.Close()
			}
			switch {
			case tt.reason == "" && err != nil:
				t.Error(err)
			case tt.reason != "" && (err == nil || !strings.Contains(err.Error(), tt.reason)):
				t.Errorf("error %v, want %q", err, tt.reason)
			}
		})
	}
}
