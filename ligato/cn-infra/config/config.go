// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"go.ligato.io/cn-infra/v2/internal/flags"
	"go.ligato.io/cn-infra/v2/logging"
)

const (
	// FlagSuffix ends the flag with the file of a plugin.
	FlagSuffix = "-config"
	// EnvSuffix ends the environment variable with the file of a plugin.
	EnvSuffix = "_CONFIG"
	// FileExtension ends the default file name of a plugin.
	FileExtension = ".conf"

	// DirFlag is the flag with the folder of configuration files.
	DirFlag = "config-dir"
	// DirDefault is the default of that folder.
	DirDefault = "."
	// DirUsage describes that flag.
	DirUsage = "Location of the config files; can also be set via 'CONFIG_DIR' env variable."
)

// disabled is the file name that means: no file, on purpose.
const disabled = "disabled"

// FlagSet is the type of the flag sets handed to [WithExtraFlags].
type FlagSet = pflag.FlagSet

// FlagName returns the flag with the file of the plugin.
func FlagName(name string) string {
	return strings.ToLower(name) + FlagSuffix
}

// Filename returns the default file name of the plugin.
func Filename(name string) string {
	return name + FileExtension
}

// EnvVar returns the name of the plugin's environment variable as it is
// composed from the plugin's name. What is read is the variable of the flag,
// which has underscores where the name has hyphens.
func EnvVar(name string) string {
	return strings.ToUpper(name) + EnvSuffix
}

// PluginConfig gives a plugin its configuration.
type PluginConfig interface {
	// LoadValue lays the configuration file over data, a pointer to a struct.
	// It reports false, and leaves data alone, when there is no file. Keys
	// that data has no field for are logged as warnings, once each. An error
	// names the file and the field.
	LoadValue(data any) (found bool, err error)
	// GetConfigName returns the path of the configuration file, empty when
	// there is none.
	GetConfigName() string
}

// Option customises [ForPlugin].
type Option func(*options)

type options struct {
	name, value, usage string
	flags              *FlagSet
}

// WithCustomizedFlag sets, in this order and each of them optional, the name,
// the default value and the usage of the flag with the plugin's file.
func WithCustomizedFlag(s ...string) Option {
	return func(o *options) {
		for i, field := range []*string{&o.name, &o.value, &o.usage} {
			if i < len(s) {
				*field = s[i]
			}
		}
	}
}

// WithExtraFlags lets f define more flags for the plugin. A flag with the name
// of the plugin's file flag takes its place.
func WithExtraFlags(f func(flags *FlagSet)) Option {
	return func(o *options) {
		f(o.flags)
	}
}

// recorded has the flags of the plugins that asked for a configuration.
var recorded = struct {
	sync.Mutex
	sets map[string]*FlagSet
}{sets: make(map[string]*FlagSet)}

// ForPlugin returns the configuration of the plugin with the given name and
// records its flags for [DefineFlagsFor]; the last call for a name counts.
func ForPlugin(name string, opts ...Option) PluginConfig {
	o := &options{
		name:  FlagName(name),
		value: Filename(name),
		flags: pflag.NewFlagSet(name, pflag.ContinueOnError),
	}
	for _, opt := range opts {
		opt(o)
	}
	if o.usage == "" {
		o.usage = fmt.Sprintf("Location of the %q plugin config file; can also be set via '%s' env variable.",
			name, flags.EnvName(o.name))
	}
	if o.flags.Lookup(o.name) == nil {
		o.flags.String(o.name, o.value, o.usage)
	}

	recorded.Lock()
	defer recorded.Unlock()
	recorded.sets[name] = o.flags

	return &pluginConfig{plugin: name, flag: o.name, flags: flags.Process}
}

// DefineFlagsFor adds the flags recorded for the plugin to the command line.
// It may be called again for the same plugin.
func DefineFlagsFor(name string) {
	defineFlagsFor(name, flags.Process)
}

func defineFlagsFor(name string, process *flags.Set) {
	recorded.Lock()
	set := recorded.sets[name]
	recorded.Unlock()

	if set == nil {
		return
	}
	if err := process.Add(set); err != nil {
		warnf("flags of plugin %s: %v", name, err)
	}
}

// DefineDirFlag adds the flag with the folder of configuration files to the
// command line.
func DefineDirFlag() {
	defineDirFlag(flags.Process)
}

func defineDirFlag(process *flags.Set) {
	if _, _, defined := process.Value(DirFlag); defined {
		return
	}
	set := pflag.NewFlagSet(DirFlag, pflag.ContinueOnError)
	set.String(DirFlag, DirDefault, DirUsage)
	if err := process.Add(set); err != nil {
		warnf("%v", err)
	}
}

// Dir returns the folder of configuration files: a value that begins with a
// dot is joined to the working directory, others are as they were given. It is
// empty when the flag is not defined.
func Dir() (dir string, err error) {
	dir, _, err = configDir(flags.Process)
	return dir, err
}

func configDir(set *flags.Set) (dir string, given bool, err error) {
	value, given, _ := set.Value(DirFlag)
	if !strings.HasPrefix(value, ".") {
		return value, given, nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", given, fmt.Errorf("config folder %q: %w", value, err)
	}
	return filepath.Join(wd, value), given, nil
}

// warnf and infof call the logging functions through their variables, which
// are replaced when an implementation of logging is imported.
func warnf(format string, args ...any) { logging.Warnf(format, args...) }
func infof(format string, args ...any) { logging.Infof(format, args...) }
