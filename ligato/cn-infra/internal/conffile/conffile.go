// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conffile names the configuration file in what is wrong with its
// content, where the loader of the file could not know that it is wrong.
package conffile

import (
	"fmt"

	"go.ligato.io/cn-infra/v2/config"
)

// Error adds the name of the plugin's file, if there is one, to the error. It is
// nil for nil.
func Error(cfg config.PluginConfig, err error) error {
	if err == nil || cfg == nil || cfg.GetConfigName() == "" {
		return err
	}
	return fmt.Errorf("config file %s: %w", cfg.GetConfigName(), err)
}
