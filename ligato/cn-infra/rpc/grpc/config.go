// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/conffile"
	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
)

// defaultEndpoint is where the server listens if it is enabled without an
// address.
const defaultEndpoint = "0.0.0.0:9111"

// Config is the configuration of the server. The zero value listens without
// TLS on 0.0.0.0:9111.
type Config struct {
	// Endpoint is where to listen: host:port, or for the unix networks the
	// path of the socket.
	Endpoint string `json:"endpoint"`
	// Network is tcp, tcp4, tcp6, unix or unixpacket; empty is tcp.
	Network string `json:"network"`

	// Permission is the mode of the socket of the unix networks, as octal
	// digits written as a decimal number: 777 is rwxrwxrwx. 0 or less is 777.
	// In a file it may also be written as a string or with a leading zero.
	Permission int `json:"permission"`
	// ForceSocketRemoval removes a socket that is in the way. Without it, that
	// is an error.
	ForceSocketRemoval bool `json:"force-socket-removal"`

	// MaxMsgSize bounds the size of received messages in bytes; 0 is 4 MiB.
	MaxMsgSize int `json:"max-msg-size"`
	// MaxConcurrentStreams bounds the streams of a connection; 0 is no bound.
	MaxConcurrentStreams uint32 `json:"max-concurrent-streams"`

	// Certfile and Keyfile are the certificate and the key of the server in
	// PEM. With both the server uses TLS.
	Certfile string `json:"cert-file"`
	Keyfile  string `json:"key-file"`
	// CAfiles are files with certificates of authorities in PEM. If there are
	// any, a client must show a certificate of one of them.
	CAfiles []string `json:"ca-files"`
	// InsecureTransport ignores the settings for TLS.
	InsecureTransport bool `json:"insecure-transport"`

	// ExtendedLogging writes the messages of the gRPC library, up to verbosity
	// 2, to the logger grpc-server.
	ExtendedLogging bool `json:"extended-logging"`
	// PrometheusMetrics counts calls in the default metrics of
	// go-grpc-prometheus.
	PrometheusMetrics bool `json:"prometheus-metrics"`
}

// GetPort returns the port of the endpoint, 0 if there is none.
func (cfg *Config) GetPort() int {
	if cfg == nil || cfg.isUnix() {
		return 0
	}
	return portflag.Of(cfg.Endpoint)
}

func (cfg *Config) isUnix() bool {
	return strings.HasPrefix(cfg.Network, "unix")
}

// fix sets what has no value to its default and refuses what would not do
// what it says. Errors name the key in the file.
func (cfg *Config) fix() error {
	switch cfg.Network {
	case "":
		cfg.Network = "tcp"
	case "tcp", "tcp4", "tcp6", "unix", "unixpacket":
	default:
		return fmt.Errorf("network: %q is not one of tcp, tcp4, tcp6, unix, unixpacket", cfg.Network)
	}
	if cfg.isUnix() {
		if cfg.Endpoint == "" {
			return errors.New("endpoint: the path of the socket is missing")
		}
		if _, err := cfg.socketMode(); err != nil {
			return fmt.Errorf("permission: %w", err)
		}
	} else {
		if cfg.Endpoint == "" {
			cfg.Endpoint = defaultEndpoint
		}
		if err := portflag.Check(cfg.Endpoint); err != nil {
			return fmt.Errorf("endpoint: %w", err)
		}
	}
	if cfg.MaxMsgSize < 0 {
		return fmt.Errorf("max-msg-size: %d is negative", cfg.MaxMsgSize)
	}
	if cfg.InsecureTransport {
		return nil
	}
	if (cfg.Certfile == "") != (cfg.Keyfile == "") {
		return errors.New("cert-file and key-file: only one of them is set")
	}
	if len(cfg.CAfiles) > 0 && cfg.Certfile == "" {
		return errors.New("ca-files: needs cert-file and key-file")
	}
	return nil
}

// socketMode returns the mode that the digits of Permission stand for.
func (cfg *Config) socketMode() (fs.FileMode, error) {
	if cfg.Permission <= 0 {
		return 0o777, nil
	}
	mode, err := strconv.ParseUint(strconv.Itoa(cfg.Permission), 8, 32)
	if err != nil || mode > 0o7777 {
		return 0, fmt.Errorf("%d is not a mode of up to four octal digits", cfg.Permission)
	}
	// The bits above the nine of rwx are elsewhere in a fs.FileMode.
	perm := fs.FileMode(mode) & fs.ModePerm
	for bit, flag := range map[uint64]fs.FileMode{
		0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky,
	} {
		if mode&bit != 0 {
			perm |= flag
		}
	}
	return perm, nil
}

// tls returns the settings for TLS, nil for none.
func (cfg *Config) tls() (*tls.Config, error) {
	if cfg.InsecureTransport || cfg.Certfile == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(cfg.Certfile, cfg.Keyfile)
	if err != nil {
		return nil, fmt.Errorf("cert-file %s, key-file %s: %w", cfg.Certfile, cfg.Keyfile, err)
	}
	c := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{cert},
	}
	if len(cfg.CAfiles) == 0 {
		return c, nil
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	c.ClientCAs = x509.NewCertPool()
	for _, file := range cfg.CAfiles {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("ca-files: %w", err)
		}
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca-files: no certificate in %s", file)
		}
	}
	return c, nil
}

// fileConfig is Config with the permission as it may stand in a file.
type fileConfig struct {
	Config
	Permission *octalDigits `json:"permission"`
}

// load lays the configuration file over cfg and reports whether there is one.
func load(from config.PluginConfig, cfg *Config) (found bool, err error) {
	if from == nil {
		return false, nil
	}
	file := fileConfig{Config: *cfg}
	if found, err = from.LoadValue(&file); err != nil || !found {
		return found, err
	}
	permission := cfg.Permission
	*cfg = file.Config
	cfg.Permission = permission
	if file.Permission != nil {
		cfg.Permission = int(*file.Permission)

		// YAML has turned 0777 into 511, which might as well have been written
		// as 511. Only the text tells.
		if text := permissionText(from.GetConfigName()); strings.HasPrefix(text, "0") {
			if cfg.Permission, err = parseOctalDigits(text); err != nil {
				return true, conffile.Error(from, fmt.Errorf("permission: %w", err))
			}
		}
	}
	return true, nil
}

// octalDigits is a mode as a number whose decimal digits are the octal ones.
// In JSON it is a number or a string.
type octalDigits int

// UnmarshalJSON implements json.Unmarshaler.
func (o *octalDigits) UnmarshalJSON(data []byte) error {
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	digits, err := parseOctalDigits(text)
	if err != nil {
		return fmt.Errorf("permission: %w", err)
	}
	*o = octalDigits(digits)
	return nil
}

// parseOctalDigits takes "777", "0777" and "0o777", all for 777.
func parseOctalDigits(text string) (int, error) {
	digits, err := strconv.Atoi(strings.TrimPrefix(text, "0o"))
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return digits, nil
}

// permissionText returns the value of permission as it is written in a file,
// empty if it is not there. The file has been read without an error before.
func permissionText(file string) string {
	if file == "" {
		return ""
	}
	parsed, err := parser.ParseFile(file, 0)
	if err != nil {
		return ""
	}
	path, err := yaml.PathString("$.permission")
	if err != nil {
		return ""
	}
	node, err := path.FilterFile(parsed)
	if err != nil || node == nil || node.GetToken() == nil {
		return ""
	}
	return node.GetToken().Value
}
