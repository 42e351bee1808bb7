// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package servicelabel

import (
	"cmp"
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/pflag"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/flags"
)

// MicroserviceLabelEnvVar is the environment variable with the label.
const MicroserviceLabelEnvVar = "MICROSERVICE_LABEL"

const (
	labelFlag    = "microservice-label"
	labelDefault = "vpp1"
	labelUsage   = "microservice label; can also be set via '" + MicroserviceLabelEnvVar + "' env variable."
)

// agentPrefix is the root of the keys of all agents. It is a variable so that
// it can be replaced when linking (-X).
var agentPrefix = "/vnf-agent/"

// A label becomes one segment of a key.
var validLabel = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func init() {
	flags.Always(func(set *pflag.FlagSet) {
		set.String(labelFlag, labelDefault, labelUsage)
	})
}

// ReaderAPI gives the label and the prefixes of keys that follow from it. All
// prefixes end with a slash.
type ReaderAPI interface {
	// GetAgentLabel returns the label of this agent.
	GetAgentLabel() string
	// GetAgentPrefix returns "/vnf-agent/<label>/" with the label of this
	// agent.
	GetAgentPrefix() string
	// GetDifferentAgentPrefix returns "/vnf-agent/<label>/" with the given
	// label.
	GetDifferentAgentPrefix(microserviceLabel string) string
	// GetAllAgentsPrefix returns "/vnf-agent/".
	GetAllAgentsPrefix() string
}

// GetAllAgentsPrefix returns the prefix of the keys of all agents.
func GetAllAgentsPrefix() string {
	return agentPrefix
}

// GetDifferentAgentPrefix returns the prefix of the keys of the agent with the
// given label.
func GetDifferentAgentPrefix(microserviceLabel string) string {
	return agentPrefix + microserviceLabel + "/"
}

// DefaultPlugin takes its label from the flag.
var DefaultPlugin = *NewPlugin()

// Plugin implements [ReaderAPI]. The label is known after Init.
type Plugin struct {
	infra.PluginName
	// MicroserviceLabel is the label. When empty, Init sets it.
	MicroserviceLabel string
}

var (
	_ infra.Plugin = (*Plugin)(nil)
	_ ReaderAPI    = (*Plugin)(nil)
)

// Option customises [NewPlugin].
type Option func(*Plugin)

// UseLabel sets the label, whatever flag and environment say.
func UseLabel(label string) Option {
	return func(p *Plugin) {
		p.MicroserviceLabel = label
	}
}

// NewPlugin returns a plugin named "service-label".
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{PluginName: "service-label"}
	for _, opt := range opts {
		opt(p)
	}
	return p
}

// Init determines the label. A label that could not be one segment of a key is
// an error.
func (p *Plugin) Init() error {
	if p.MicroserviceLabel == "" {
		p.MicroserviceLabel = configuredLabel()
	}
	if !validLabel.MatchString(p.MicroserviceLabel) {
		return fmt.Errorf("microservice label %q must consist of letters, digits, dots, underscores and hyphens",
			p.MicroserviceLabel)
	}
	return nil
}

// configuredLabel asks the environment itself where no agent has parsed flags.
func configuredLabel() string {
	label, _, _ := flags.Process.Value(labelFlag)
	if !flags.Process.Parsed() {
		label = os.Getenv(MicroserviceLabelEnvVar)
	}
	return cmp.Or(label, labelDefault)
}

// Close does nothing.
func (p *Plugin) Close() error {
	return nil
}

// GetAgentLabel returns the label of this agent.
func (p *Plugin) GetAgentLabel() string {
	return p.MicroserviceLabel
}

// GetAgentPrefix returns the prefix of the keys of this agent.
func (p *Plugin) GetAgentPrefix() string {
	return GetDifferentAgentPrefix(p.MicroserviceLabel)
}

// GetDifferentAgentPrefix returns the prefix of the keys of the agent with the
// given label.
func (p *Plugin) GetDifferentAgentPrefix(microserviceLabel string) string {
	return GetDifferentAgentPrefix(microserviceLabel)
}

// GetAllAgentsPrefix returns the prefix of the keys of all agents.
func (p *Plugin) GetAllAgentsPrefix() string {
	return GetAllAgentsPrefix()
}
