// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package portflag is the flag with which the port of a server can be set on
// the command line or in the environment, for the servers below rpc. It does
// not know what the port is used for.
package portflag

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/flags"
)

// Name returns the flag with the port of the named plugin.
func Name(plugin string) string {
	return strings.ToLower(plugin) + "-port"
}

// Define returns the option that gives the configuration of the named plugin
// its port flag. The default value is for the usage text only.
func Define(plugin, defaultValue string) config.Option {
	name := Name(plugin)
	return config.WithExtraFlags(func(set *config.FlagSet) {
		if set.Lookup(name) == nil {
			set.String(name, defaultValue, fmt.Sprintf(
				"Port of the %q server; can also be set via '%s' env variable.", plugin, flags.EnvName(name)))
		}
	})
}

// Get returns the port of the named plugin that was given on the command line
// or in the environment; false if none was. Anything but a number from 1 to
// 65535 is an error that is best only reported: container platforms set
// HTTP_PORT and GRPC_PORT to addresses such as "tcp://10.0.0.1:80" in every
// container beside a service named http or grpc.
func Get(plugin string) (port int, given bool, err error) {
	name := Name(plugin)
	value, given, _ := flags.Process.Value(name)
	if !given || value == "" {
		return 0, false, nil
	}
	port, err = strconv.Atoi(value)
	if err != nil || port < 1 || port > 65535 {
		return 0, false, fmt.Errorf("-%s or %s is %q, not a port number from 1 to 65535",
			name, flags.EnvName(name), value)
	}
	return port, true, nil
}

// Replace returns endpoint with another port.
func Replace(endpoint string, port int) (string, error) {
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(port)), nil
}

// Check refuses an endpoint that is not host:port. An empty host stands for all
// addresses, port 0 for any free port.
func Check(endpoint string) error {
	_, port, err := net.SplitHostPort(endpoint)
	if err != nil {
		return fmt.Errorf("%q is not host:port: %w", endpoint, err)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q has no port number from 0 to 65535", endpoint)
	}
	return nil
}

// Of returns the port of endpoint, 0 if it has none.
func Of(endpoint string) int {
	_, service, err := net.SplitHostPort(endpoint)
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(service)
	if err != nil || port < 0 || port > 65535 {
		return 0
	}
	return port
}
