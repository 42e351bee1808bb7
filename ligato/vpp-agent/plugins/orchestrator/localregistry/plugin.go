// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package localregistry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/infra"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/internal/yamljson"
	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// defaultPath is the file, relative to the working directory.
const defaultPath = "initial-config.yaml"

// Config is the content of initfileregistry.conf.
type Config struct {
	// DisableInitialConfiguration has the file ignored.
	DisableInitialConfiguration bool `json:"disable-initial-configuration"`
	// InitialConfigurationFilePath is the file, relative to the working
	// directory. Empty means "initial-config.yaml".
	InitialConfigurationFilePath string `json:"initial-configuration-file-path"`
}

// InitFileRegistry is the source of the initial configuration.
type InitFileRegistry struct {
	infra.PluginDeps

	// state is behind a pointer since plugins are copied.
	state *state
}

type state struct {
	mu     sync.Mutex
	loaded bool
	err    error
	// values are by key.
	values   map[string]proto.Message
	watching *watching
}

// Option changes how the plugin is made.
type Option func(*InitFileRegistry)

// NewInitFileRegistryPlugin makes the source, named "initfileregistry".
func NewInitFileRegistryPlugin(opts ...Option) *InitFileRegistry {
	r := &InitFileRegistry{state: &state{}}
	r.PluginName = "initfileregistry"
	for _, opt := range opts {
		opt(r)
	}
	r.Setup()
	return r
}

// Init reads the file, unless that was done before. It fails if the file cannot
// be used.
func (r *InitFileRegistry) Init() error {
	if err := r.load(); err != nil {
		return fmt.Errorf("cannot preload initial NB configuration from file due to: %w", err)
	}
	return nil
}

// Empty reports whether there is no initial configuration.
func (r *InitFileRegistry) Empty() bool {
	if err := r.load(); err != nil {
		r.Log.Errorf("initial configuration: %v", err)
	}
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	return len(r.state.values) == 0
}

// Close ends the watch.
func (r *InitFileRegistry) Close() error {
	r.state.mu.Lock()
	w := r.state.watching
	r.state.mu.Unlock()
	if w == nil {
		return nil
	}
	return w.Close()
}

// load reads the file on first use, which may be before Init.
func (r *InitFileRegistry) load() error {
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	if !r.state.loaded {
		r.state.loaded = true
		r.state.values, r.state.err = r.read()
	}
	return r.state.err
}

func (r *InitFileRegistry) read() (map[string]proto.Message, error) {
	config := Config{InitialConfigurationFilePath: defaultPath}
	if _, err := r.Cfg.LoadValue(&config); err != nil {
		return nil, fmt.Errorf("load configuration of %s: %w", r, err)
	}
	if config.InitialConfigurationFilePath == "" {
		config.InitialConfigurationFilePath = defaultPath
	}
	if config.DisableInitialConfiguration {
		return nil, nil
	}
	data, err := os.ReadFile(config.InitialConfigurationFilePath)
	if errors.Is(err, fs.ErrNotExist) {
		r.Log.Infof("no initial configuration: there is no file %s", config.InitialConfigurationFilePath)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	values, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config.InitialConfigurationFilePath, err)
	}
	r.Log.Infof("initial configuration: %d values in %s", len(values), config.InitialConfigurationFilePath)
	return values, nil
}

// parse reads a configuration of all models, as values by key.
func parse(yaml []byte) (map[string]proto.Message, error) {
	json, err := yamljson.Convert(yaml)
	if err != nil {
		return nil, err
	}
	var infos []*models.ModelInfo
	for _, model := range models.RegisteredModels() {
		if model.Spec().Class == "config" {
			infos = append(infos, &models.ModelInfo{
				ModelDetail:       model.ModelDetail(),
				MessageDescriptor: model.NewInstance().ProtoReflect().Descriptor(),
			})
		}
	}
	config, err := client.NewDynamicConfig(infos)
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(json, config); err != nil {
		return nil, err
	}
	instances, err := client.DynamicConfigExport(config)
	if err != nil {
		return nil, err
	}
	values := make(map[string]proto.Message, len(instances))
	for _, instance := range instances {
		model, err := models.GetModelFor(instance)
		if err != nil {
			return nil, err
		}
		key, err := models.GetKey(instance)
		switch {
		case err != nil:
			return nil, err
		case !model.IsKeyValid(key):
			return nil, fmt.Errorf("a value of %s has no name", model.Name())
		case values[key] != nil:
			return nil, fmt.Errorf("%s %q is there twice", model.Name(), model.StripKeyPrefix(key))
		}
		values[key] = instance
	}
	return values, nil
}
