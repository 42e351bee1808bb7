// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linux_interfaces

import (
	"strings"

	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

// InvalidKeyPart replaces an empty part of a key that must not be empty.
const InvalidKeyPart = "<invalid>"

// Keys of the interfaces that the host has, whoever made them. They are
// announced from below, with an empty value.
const (
	// InterfaceHostNameKeyPrefix begins the keys of the host's interfaces.
	InterfaceHostNameKeyPrefix = "linux/interface/host-name/"

	hostNameAddress = "/address/"
	hostNameVrf     = "/vrf-host-name/"
)

// Keys of the values that a configured interface derives.
const (
	// InterfaceStateKeyPrefix begins the keys of interface states.
	InterfaceStateKeyPrefix = "linux/interface/state/"

	stateUp   = "UP"
	stateDown = "DOWN"

	interfaceKeyPrefix = "linux/interface/"
	partState          = "state"
	partHostName       = "host-name"
	partAddress        = "address"
	partVrf            = "vrf"
)

// InterfaceHostNameKey returns the key that exists while the host has an
// enabled interface of the given name.
func InterfaceHostNameKey(hostName string) string {
	return InterfaceHostNameKeyPrefix + orInvalid(hostName)
}

// InterfaceHostNameWithAddrKey returns the key that exists while an enabled
// interface of the host has the address, given with its prefix length. With an
// empty address it is the prefix of all addresses of the interface.
func InterfaceHostNameWithAddrKey(hostName, address string) string {
	return InterfaceHostNameKey(hostName) + hostNameAddress + address
}

// InterfaceHostNameWithVrfKey returns the key that exists while an enabled
// interface of the host is enslaved to the given VRF device.
func InterfaceHostNameWithVrfKey(hostName, vrf string) string {
	return InterfaceHostNameKey(hostName) + hostNameVrf + orInvalid(vrf)
}

// InterfaceStateKey returns the key of the value that tells whether a
// configured interface is to be up.
func InterfaceStateKey(ifName string, ifIsUp bool) string {
	state := stateDown
	if ifIsUp {
		state = stateUp
	}
	return InterfaceStateKeyPrefix + orInvalid(ifName) + "/" + state
}

// ParseInterfaceStateKey takes apart a key made by [InterfaceStateKey]. Any
// state but UP counts as down.
func ParseInterfaceStateKey(key string) (ifName string, ifIsUp, isStateKey bool) {
	rest, ok := strings.CutPrefix(key, InterfaceStateKeyPrefix)
	if !ok {
		return "", false, false
	}
	parts := strings.Split(rest, "/")
	if len(parts) != 2 {
		return "", false, false
	}
	return parts[0], parts[1] == stateUp, true
}

// InterfaceAddressPrefix begins the keys of the addresses of a configured
// interface.
func InterfaceAddressPrefix(iface string) string {
	return interfaceKeyPrefix + orInvalid(iface) + "/" + partAddress + "/"
}

// InterfaceAddressKey returns the key of the value for one address of a
// configured interface. A reference to an allocated address makes the source
// ALLOC_REF.
func InterfaceAddressKey(iface, address string, source netalloc.IPAddressSource) string {
	if strings.HasPrefix(address, netalloc.AllocRefPrefix) {
		source = netalloc.IPAddressSource_ALLOC_REF
	}
	return InterfaceAddressPrefix(iface) + strings.ToLower(source.String()) + "/" + orInvalid(address)
}

// ParseInterfaceAddressKey takes apart a key made by [InterfaceAddressKey].
// The name of the interface may contain slashes. If the key is one of an
// address, but its source is unknown or a part is missing, then invalidKey is
// set and the parts that were understood are returned.
func ParseInterfaceAddressKey(key string) (
	iface, address string, source netalloc.IPAddressSource, invalidKey, isAddrKey bool,
) {
	iface, rest, ok := cutInterfaceKey(key, partAddress, partVrf)
	if !ok {
		return "", "", netalloc.IPAddressSource_UNDEFINED_SOURCE, false, false
	}
	invalidKey = iface == InvalidKeyPart
	if len(rest) == 0 {
		return iface, "", netalloc.IPAddressSource_UNDEFINED_SOURCE, true, true
	}
	number, known := netalloc.IPAddressSource_value[strings.ToUpper(rest[0])]
	if !known {
		return iface, "", netalloc.IPAddressSource_UNDEFINED_SOURCE, true, true
	}
	source = netalloc.IPAddressSource(number)
	address = strings.Join(rest[1:], "/")
	if address == "" || address == InvalidKeyPart {
		invalidKey = true
	}
	return iface, address, source, invalidKey, true
}

// InterfaceVrfKey returns the key of the value that puts a configured
// interface into a VRF.
func InterfaceVrfKey(iface, vrf string) string {
	return interfaceKeyPrefix + orInvalid(iface) + "/" + partVrf + "/" + orInvalid(vrf)
}

// ParseInterfaceVrfKey takes apart a key made by [InterfaceVrfKey]. The name of
// the interface may contain slashes. If the key is one of a VRF, but a part is
// missing, then that part is [InvalidKeyPart] and invalidKey is set.
func ParseInterfaceVrfKey(key string) (iface, vrf string, invalidKey, isVrfKey bool) {
	iface, rest, ok := cutInterfaceKey(key, partVrf, partAddress)
	if !ok {
		return "", "", false, false
	}
	vrf = InvalidKeyPart
	if len(rest) > 0 {
		vrf = orInvalid(rest[0])
	}
	return iface, vrf, iface == InvalidKeyPart || vrf == InvalidKeyPart, true
}

// cutInterfaceKey splits the key of a derived value into the name of the
// interface and what follows the given part. Keys that have the other part as
// well are ambiguous and belong to neither.
func cutInterfaceKey(key, part, other string) (iface string, rest []string, ok bool) {
	parts := strings.Split(key, "/")
	if len(parts) < 4 || parts[0] != "linux" || parts[1] != "interface" ||
		parts[2] == partState || parts[2] == partHostName {
		return "", nil, false
	}
	at := -1
	for i, p := range parts[2:] {
		switch {
		case p == other:
			return "", nil, false
		case p == part && at < 0 && i > 0:
			at = i + 2
		}
	}
	if at < 0 {
		return "", nil, false
	}
	return orInvalid(strings.Join(parts[2:at], "/")), parts[at+1:], true
}

func orInvalid(part string) string {
	if part == "" {
		return InvalidKeyPart
	}
	return part
}
