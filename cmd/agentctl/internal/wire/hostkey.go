// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"net/url"
	"strings"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

// NamespaceKeyPrefix begins the keys of interfaces in other network namespaces
// than the agent's own, as linux/interface/netns/NAMESPACE/host-name/NAME.
const NamespaceKeyPrefix = "linux/interface/netns/"

// HostKey is the scheduler's key of a host interface in its parts.
type HostKey struct {
	Namespace string // empty for the agent's own
	Name      string
	Address   string // with prefix length; empty if the key is not of an address
	VRF       string // empty if the key is not of a VRF
}

// The model by which an agent shows the interfaces of its host as values. Nobody
// configures them.
const (
	HostInterfaceModel     = "ifwatcher.host-interface"
	HostInterfaceKeyPrefix = "config/ifwatcher/v1/host-interface/"
)

// ShownHostKey returns the key of the interface that a value of that model shows.
func ShownHostKey(key string) (HostKey, bool) {
	shown, ok := strings.CutPrefix(key, HostInterfaceKeyPrefix)
	if !ok || shown == "" {
		return HostKey{}, false
	}
	if namespace, name, ok := strings.Cut(shown, "/"); ok {
		return HostKey{Namespace: unescape(namespace), Name: unescape(name)}, true
	}
	return HostKey{Name: unescape(shown)}, true
}

// FullName returns the name, after that of the namespace and a slash if it is
// not in the agent's own. Neither can hold a slash.
func (k HostKey) FullName() string {
	if k.Namespace == "" {
		return k.Name
	}
	return k.Namespace + "/" + k.Name
}

// Interface returns the key of the interface itself.
func (k HostKey) Interface() string {
	if k.Namespace == "" {
		return linux_interfaces.InterfaceHostNameKey(k.Name)
	}
	return NamespaceKeyPrefix + url.PathEscape(k.Namespace) + hostNamePart + k.Name
}

const hostNamePart = "/host-name/"

// ParseHostKey splits a key of a host interface. A prefix of such keys is split
// as far as it goes.
func ParseHostKey(key string) (HostKey, bool) {
	var k HostKey
	rest, ok := strings.CutPrefix(key, linux_interfaces.InterfaceHostNameKeyPrefix)
	if !ok {
		if rest, ok = strings.CutPrefix(key, NamespaceKeyPrefix); !ok {
			return HostKey{}, false
		}
		escaped, below, ok := strings.Cut(rest, hostNamePart)
		namespace, err := url.PathUnescape(escaped)
		if !ok || err != nil || namespace == "" {
			return HostKey{}, false
		}
		k.Namespace, rest = namespace, below
	}
	if rest == "" {
		return HostKey{}, false
	}
	// A name cannot hold a slash: dev_valid_name() in net/core/dev.c.
	name, below, _ := strings.Cut(rest, "/")
	k.Name = name
	if address, ok := strings.CutPrefix(below, "address/"); ok {
		k.Address = address
	} else if vrf, ok := strings.CutPrefix(below, "vrf-host-name/"); ok {
		k.VRF = vrf
	}
	return k, true
}
