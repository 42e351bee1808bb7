// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
)

// settings are the options that all commands have. A flag counts more than a
// variable, a variable more than the configuration file.
type settings struct {
	configFile, configDir string
	host                  string
	httpPort, grpcPort    int
	httpBasicAuth         string
	etcdEndpoints         []string
	serviceLabel          string
	insecureTLS           bool
	timeout               time.Duration
	debug                 bool
	logLevel              string

	apiVersion string
	file       fileConfig
}

// fileConfig is what can only be in the configuration file.
type fileConfig struct {
	HTTPTLS *tlsFiles
	GRPCTLS *tlsFiles
	KVDBTLS *tlsFiles
}

type tlsFiles struct {
	Disabled   bool   `json:"disabled"`
	CertFile   string `json:"cert-file"`
	KeyFile    string `json:"key-file"`
	CAFile     string `json:"ca-file"`
	SkipVerify bool   `json:"skip-verify"`
}

// variables are the environment variables of flags.
var variables = map[string]string{
	"host":            "AGENT_HOST",
	"etcd-endpoints":  "ETCD_ENDPOINTS",
	"service-label":   "MICROSERVICE_LABEL",
	"http-basic-auth": "AGENTCTL_HTTP_BASIC_AUTH",
	"config-dir":      "CONFIG_DIR",
}

func (s *settings) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.configFile, "config", "", "path of the configuration file")
	flags.StringVar(&s.configDir, "config-dir", "", "folder of the configuration file, default from CONFIG_DIR")
	flags.BoolVarP(&s.debug, "debug", "D", false, "show every request on standard error")
	flags.StringSliceVarP(&s.etcdEndpoints, "etcd-endpoints", "e", []string{"127.0.0.1:2379"}, "endpoints of etcd, default from ETCD_ENDPOINTS")
	flags.IntVar(&s.grpcPort, "grpc-port", 9111, "port of the agent's gRPC server")
	flags.IntVar(&s.httpPort, "http-port", 9191, "port of the agent's REST server")
	flags.StringVarP(&s.host, "host", "H", "127.0.0.1", "name or address of the agent's host, default from AGENT_HOST")
	flags.StringVar(&s.httpBasicAuth, "http-basic-auth", "", "\"user:password\" for the REST server, better given in AGENTCTL_HTTP_BASIC_AUTH")
	flags.BoolVar(&s.insecureTLS, "insecure-tls", false, "use TLS without checking the certificates of servers")
	flags.StringVarP(&s.logLevel, "log-level", "l", "", "what is logged on standard error (debug, info, warn, error, fatal)")
	flags.StringVar(&s.serviceLabel, "service-label", "", "label of the agent in the store, default from MICROSERVICE_LABEL")
	flags.DurationVar(&s.timeout, "timeout", 2*time.Minute, "how long to wait for an answer")
}

// complete takes from variables and the configuration file what the flags do
// not say, and checks the result.
func (s *settings) complete(flags *pflag.FlagSet, getenv func(string) string) error {
	for name, variable := range variables {
		if value := getenv(variable); value != "" && !flags.Changed(name) {
			if err := flags.Set(name, value); err != nil {
				return fmt.Errorf("environment variable %s: %w", variable, err)
			}
		}
	}
	if err := s.readFile(flags, getenv); err != nil {
		return err
	}
	s.apiVersion = getenv("LIGATO_API_VERSION")
	switch s.logLevel {
	case "", "debug", "info", "warn", "error", "fatal":
	default:
		return fmt.Errorf("--log-level: %q is none of debug, info, warn, error, fatal", s.logLevel)
	}
	if s.timeout <= 0 {
		return fmt.Errorf("--timeout: %v is not a time to wait", s.timeout)
	}
	for name, port := range map[string]int{"http-port": s.httpPort, "grpc-port": s.grpcPort} {
		if port < 1 || port > 65535 {
			return fmt.Errorf("--%s: %d is no port", name, port)
		}
	}
	return nil
}

// readFile reads the configuration file. Keys that are names of flags set
// them; one that is neither is a mistake in a file that was named, and
// somebody else's in one that was only found.
func (s *settings) readFile(flags *pflag.FlagSet, getenv func(string) string) error {
	path, text, err := s.findFile(getenv)
	if err != nil || path == "" {
		return err
	}
	var values map[string]json.RawMessage
	if err := yaml.Unmarshal(text, &values); err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	ofTLS := map[string]**tlsFiles{"http-tls": &s.file.HTTPTLS, "grpc-tls": &s.file.GRPCTLS, "kvdb-tls": &s.file.KVDBTLS}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if into, ok := ofTLS[name]; ok {
			if err := readTLS(values[name], into); err != nil {
				return fmt.Errorf("configuration file %s: %s: %w", path, name, err)
			}
			continue
		}
		if flags.Lookup(name) == nil {
			if s.configFile != "" {
				return fmt.Errorf("configuration file %s: unknown key %q", path, name)
			}
			continue
		}
		if flags.Changed(name) {
			continue
		}
		var value any
		if err := json.Unmarshal(values[name], &value); err != nil {
			return fmt.Errorf("configuration file %s: %s: %w", path, name, err)
		}
		if err := flags.Set(name, flagText(value)); err != nil {
			return fmt.Errorf("configuration file %s: %s: %w", path, name, err)
		}
	}
	return nil
}

// readTLS reads how to use TLS. A key that is not known is a mistake in any file:
// what it was meant to say could be to check, or whom to trust.
func readTLS(raw json.RawMessage, into **tlsFiles) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		err = fmt.Errorf("%s cannot be a %s", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		err = fmt.Errorf("it cannot be a %s", wrong.Value)
	default:
		err = errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return fmt.Errorf("%w; there are disabled, cert-file, key-file, ca-file and skip-verify", err)
}

func flagText(value any) string {
	if list, ok := value.([]any); ok {
		texts := make([]string, len(list))
		for i, item := range list {
			texts[i] = fmt.Sprint(item)
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(value)
}

func (s *settings) findFile(getenv func(string) string) (path string, text []byte, err error) {
	if s.configFile != "" {
		text, err := os.ReadFile(s.configFile)
		if err != nil {
			return "", nil, fmt.Errorf("configuration file: %w", err)
		}
		return s.configFile, text, nil
	}
	dirs := []string{s.configDir, "."}
	if home := getenv("HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, ".agentctl"))
	}
	for _, dir := range dirs {
		for _, name := range []string{"config.yaml", "config.yml", "config.json", "config"} {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); dir == "" || err != nil || info.IsDir() {
				continue
			}
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrPermission) {
				continue
			}
			return path, text, err
		}
	}
	return "", nil, nil
}

func (s *settings) agentConfig(env Environment) (agentapi.Config, error) {
	c := agentapi.Config{
		Host: s.host, HTTPPort: s.httpPort, GRPCPort: s.grpcPort,
		BasicAuth: s.httpBasicAuth, APIVersion: s.apiVersion,
	}
	var err error
	if c.HTTPTLS, err = s.tlsConfig(s.file.HTTPTLS); err != nil {
		return c, fmt.Errorf("http-tls: %w", err)
	}
	if c.GRPCTLS, err = s.tlsConfig(s.file.GRPCTLS); err != nil {
		return c, fmt.Errorf("grpc-tls: %w", err)
	}
	if s.debug || s.logLevel == "debug" {
		c.Log = slog.New(slog.NewTextHandler(env.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return c, nil
}

// tlsConfig returns nil if TLS is not asked for.
func (s *settings) tlsConfig(files *tlsFiles) (*tls.Config, error) {
	if files == nil && !s.insecureTLS || files != nil && files.Disabled {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.insecureTLS}
	if files == nil {
		return config, nil
	}
	config.InsecureSkipVerify = s.insecureTLS || files.SkipVerify
	if files.CAFile != "" {
		pem, err := os.ReadFile(files.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", files.CAFile)
		}
	}
	if files.CertFile != "" || files.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(files.CertFile, files.KeyFile)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
