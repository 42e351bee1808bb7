// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package config finds and reads the configuration files of plugins.
//
// Every plugin has a flag, an environment variable and a default for the name
// of its file, which is looked for in the working directory and in the folder
// given with -config-dir. The flags are recorded by [ForPlugin] and appear on
// the command line only when an agent with that plugin defines them.
//
// A file that does not exist is no error: the plugin runs on its defaults, and
// transports stay off. The file name "disabled" says so on purpose. Files are
// YAML 1.1 and are laid over the defaults that the caller has put into its
// struct.
package config
