// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package strictconf reads the YAML configuration file of a plugin and
// refuses what it does not know. cn-infra's own loader lets an unknown key
// pass, so that a typing error runs on silently with the default; this one
// does not decide where a file is, which stays cn-infra's business.
package strictconf

import (
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

// Load reads file over the defaults that cfg already holds. An empty name
// means that there is no file, and leaves cfg as it is. Keys are those of the
// json tags; an unknown, duplicate or ill-typed one is an error that names
// file and key.
func Load(file string, cfg any) error {
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if err := yaml.UnmarshalStrict(data, cfg); err != nil {
		return fmt.Errorf("configuration %s: %w", file, err)
	}
	return nil
}
