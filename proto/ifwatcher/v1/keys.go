// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcherv1

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Keys of what an agent publishes, relative to the prefix of the agent in the
// store.
const (
	// AgentKey has an Agent.
	AgentKey = "status/ifwatcher/v1/agent"
	// HostInterfaceKeyPrefix has a HostInterface for each InstanceName.
	HostInterfaceKeyPrefix = "status/ifwatcher/v1/host-interface/"
)

// HostInterfaceKey returns the key of an interface, given its name and its
// network namespace as the kernel has them.
func HostInterfaceKey(namespace, name string) string {
	return HostInterfaceKeyPrefix + InstanceName(namespace, name)
}

// InstanceName returns a name for an interface that is unique among those of all
// network namespaces of a host: the name of the interface and before it, if it is
// not in the agent's own namespace, that of the namespace and a slash. Both are
// escaped, the namespace also its slashes.
func InstanceName(namespace, name string) string {
	if namespace == "" {
		return EscapeName(name)
	}
	return strings.ReplaceAll(EscapeName(namespace), "/", "%2F") + "/" + EscapeName(name)
}

// EscapeName returns a name that the kernel has as text: "%" and every byte that
// is not part of a printable character of UTF-8 is written as "%XX". No two names
// give the same text, and most names are their own.
func EscapeName(name string) string {
	plain := func(r rune, size int) bool {
		return r != '%' && unicode.IsPrint(r) && (r != utf8.RuneError || size > 1)
	}
	var text strings.Builder
	for at := 0; at < len(name); {
		r, size := utf8.DecodeRuneInString(name[at:])
		if plain(r, size) {
			text.WriteString(name[at : at+size])
		} else {
			for _, b := range []byte(name[at : at+size]) {
				fmt.Fprintf(&text, "%%%02X", b)
			}
		}
		at += size
	}
	return text.String()
}
