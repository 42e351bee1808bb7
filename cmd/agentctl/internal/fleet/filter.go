// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
)

// Filter chooses interfaces by their names or addresses.
type Filter []pattern

type pattern struct {
	name    string // as for path.Match
	network netip.Prefix
	exact   bool // the network is an address with its length
}

// ParseFilter returns a filter that any of the words can let pass: the pattern of a
// name as in a shell, an address, an address with its prefix length, or a network,
// which stands for all addresses in it.
func ParseFilter(words []string) (Filter, error) {
	var f Filter
	for _, word := range words {
		p := pattern{name: word}
		if addr, err := netip.ParseAddr(word); err == nil {
			addr = addr.WithZone("").Unmap()
			p.network = netip.PrefixFrom(addr, addr.BitLen())
		} else if network, err := netip.ParsePrefix(word); err == nil {
			p.network, p.exact = network, network != network.Masked()
		}
		if _, err := path.Match(word, ""); err != nil || word == "" {
			return nil, fmt.Errorf("%q is neither the name of an interface, with * and ? as in a shell, nor an address or a network", word)
		}
		f = append(f, p)
	}
	return f, nil
}

// Choose returns the agents that have an interface that passes, with only those
// interfaces. Without words everything passes.
func (f Filter) Choose(agents []Agent) []Agent {
	if len(f) == 0 {
		return agents
	}
	chosen := []Agent{}
	for _, a := range agents {
		a.Interfaces = slices.DeleteFunc(slices.Clone(a.Interfaces), func(i hostif.Interface) bool { return !f.passes(i) })
		if len(a.Interfaces) > 0 {
			chosen = append(chosen, a)
		}
	}
	return chosen
}

func (f Filter) passes(i hostif.Interface) bool {
	return slices.ContainsFunc(f, func(p pattern) bool {
		return p.matchesName(i) || p.network.IsValid() && slices.ContainsFunc(i.Addresses, p.matchesAddress)
	})
}

// matchesName takes the name with and without the network namespace before it, and
// alternative names.
func (p pattern) matchesName(i hostif.Interface) bool {
	names := append([]string{i.Name, i.Name[strings.LastIndexByte(i.Name, '/')+1:]}, i.AltNames...)
	return slices.ContainsFunc(names, func(name string) bool {
		ok, err := path.Match(p.name, name)
		return ok && err == nil
	})
}

func (p pattern) matchesAddress(text string) bool {
	address, err := netip.ParsePrefix(text)
	if err != nil {
		return false
	}
	if p.exact {
		return address == p.network
	}
	return p.network.Contains(address.Addr())
}
