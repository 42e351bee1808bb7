// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"go.ligato.io/cn-infra/v2/internal/flags"
)

// pluginConfig finds and reads the file of one plugin.
type pluginConfig struct {
	plugin string
	flag   string
	flags  *flags.Set

	mu sync.Mutex
	// path is the file once it was found.
	path string
	// told has the flag values about which a message has been logged.
	told map[string]bool
}

func (p *pluginConfig) LoadValue(data any) (found bool, err error) {
	path := p.GetConfigName()
	if path == "" {
		return false, nil
	}
	if err := load(path, data); err != nil {
		return false, err
	}
	return true, nil
}

func (p *pluginConfig) GetConfigName() string {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.path == "" {
		p.path = p.find()
	}
	return p.path
}

// find looks for the file. A file name given explicitly is tried as it is
// before the config folder. With the default name, a config folder given
// explicitly is tried first: whoever names a folder does not mean a file of
// that name that happens to be in the working directory.
func (p *pluginConfig) find() string {
	name, given, defined := p.flags.Value(p.flag)
	if !defined {
		return ""
	}
	if name == "" || strings.EqualFold(name, disabled) {
		if p.tell(name) {
			infof("%s: configuration is disabled by -%s or %s", p.plugin, p.flag, flags.EnvName(p.flag))
		}
		return ""
	}

	candidates := []string{name}
	dir, dirGiven, err := configDir(p.flags)
	if err != nil {
		warnf("%s: %v", p.plugin, err)
	}
	if dir != "" {
		candidates = append(candidates, filepath.Join(dir, name))
		if dirGiven && !given {
			candidates[0], candidates[1] = candidates[1], candidates[0]
		}
	}
	for _, path := range candidates {
		// Whatever is there but cannot be read is an error for the reader.
		if _, err := os.Stat(path); err == nil || !os.IsNotExist(err) {
			infof("%s: configuration is read from %s", p.plugin, path)
			return path
		}
	}
	if given && p.tell(name) {
		warnf("%s: configuration file given with -%s or %s does not exist: tried %s",
			p.plugin, p.flag, flags.EnvName(p.flag), strings.Join(candidates, " and "))
	}
	return ""
}

// tell reports true once per value.
func (p *pluginConfig) tell(value string) bool {
	if p.told[value] {
		return false
	}
	if p.told == nil {
		p.told = make(map[string]bool)
	}
	p.told[value] = true
	return true
}
