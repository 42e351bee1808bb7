// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"fmt"
	"slices"
	"strings"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// Find returns the keys that a person means: a key, a key of the store, the
// name of a value, of its model and value ("linux.l3.route/10.0.0.0/8/eth0"),
// or of an interface of the host. The first of these that fits counts; there
// is more than one key only if several values have the same name.
func (a *Agent) Find(text string) ([]string, error) {
	if _, rest, ok := cutStorePrefix(text); ok {
		text = rest
	}
	if name, ok := strings.CutPrefix(text, wire.HostInterfaceModel+"/"); ok {
		text = wire.HostInterfaceKeyPrefix + name
	}
	for _, key := range []string{text, "config/" + text} {
		if host, ok := a.shown(key); ok {
			return []string{host}, nil
		}
	}
	keys := slices.DeleteFunc(a.Graph.Keys(), func(key string) bool {
		_, ok := a.shown(key)
		return ok
	})
	for _, try := range []func() []string{
		func() []string { return a.existing(text) },
		func() []string { return a.existing("config/" + text) },
		func() []string { return byName(keys, a.KeyPrefixes, text) },
		func() []string { return a.byHostName(text) },
		func() []string { return byLastPart(keys, text) },
	} {
		if found := try(); len(found) > 0 {
			return found, nil
		}
	}
	if _, isHost := wire.ParseHostKey(text); isHost || strings.HasPrefix(text, "config/") {
		// A whole key of something that does not exist can be explained too.
		return []string{text}, nil
	}
	if similar := a.similar(keys, text); len(similar) > 0 {
		return nil, fmt.Errorf("no value and no interface is called %q; did you mean %s?", text, list(similar))
	}
	return nil, fmt.Errorf("no value and no interface is called %q; 'agentctl values' shows all", text)
}

// shown returns the key of the interface that a value only shows. One that somebody
// has configured, in vain, is a value of its own.
func (a *Agent) shown(key string) (string, bool) {
	host, ok := wire.ShownHostKey(key)
	if !ok {
		return "", false
	}
	if node, ok := a.Graph.Node(key); ok && isTrouble(node.State()) {
		return "", false
	}
	return host.Interface(), true
}

func cutStorePrefix(text string) (label, key string, ok bool) {
	rest, ok := strings.CutPrefix(text, "/vnf-agent/")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/")
}

func (a *Agent) existing(key string) []string {
	if len(a.Graph.Matching(key)) > 0 && !strings.HasSuffix(key, "*") {
		return []string{key}
	}
	for _, s := range a.Statuses {
		if s.Value.Key == key {
			return []string{key}
		}
	}
	return nil
}

// byName finds values by name, or by model and name.
func byName(keys, prefixes []string, text string) []string {
	var found []string
	for _, key := range keys {
		for _, prefix := range prefixes {
			name, ok := strings.CutPrefix(key, prefix)
			if !ok || prefix == "" || isHostPrefix(prefix) {
				continue
			}
			if name == text || modelName(prefix)+"/"+name == text {
				found = append(found, key)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// isHostPrefix tells the prefix of host interfaces, which are looked for after
// what is configured.
func isHostPrefix(prefix string) bool {
	return prefix == linux_interfaces.InterfaceHostNameKeyPrefix || prefix == wire.NamespaceKeyPrefix
}

// modelName returns the name of the model that has the key prefix
// "<class>/<module>/<version>/<type>/".
func modelName(prefix string) string {
	parts := strings.Split(strings.Trim(prefix, "/"), "/")
	if len(parts) < 4 {
		return ""
	}
	parts = parts[1:]
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		return len(part) > 1 && part[0] == 'v' && part[1] >= '0' && part[1] <= '9'
	}), ".")
}

func (a *Agent) byHostName(name string) []string {
	if _, ok := a.Host.Find(name); !ok {
		return nil
	}
	key := wire.HostKey{Name: name}
	if namespace, name, ok := strings.Cut(name, "/"); ok {
		key = wire.HostKey{Namespace: namespace, Name: name}
	}
	return []string{key.Interface()}
}

// byLastPart finds values of agents that do not say which prefixes they have.
func byLastPart(keys []string, text string) []string {
	var found []string
	for _, key := range keys {
		if strings.HasPrefix(key, "config/") && strings.HasSuffix(key, "/"+text) {
			found = append(found, key)
		}
	}
	return found
}

// similar returns the keys and names of interfaces that contain the text.
func (a *Agent) similar(keys []string, text string) []string {
	var found []string
	for _, name := range a.Host.Names() {
		if strings.Contains(strings.ToLower(name), strings.ToLower(text)) {
			found = append(found, name)
		}
	}
	for _, key := range keys {
		if strings.HasPrefix(key, "config/") && strings.Contains(strings.ToLower(key), strings.ToLower(text)) {
			found = append(found, key)
		}
	}
	return found
}
