// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostif

import (
	"cmp"
	"slices"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Mirror has the interfaces of a host as a stream of changes tells them. The zero
// value has none.
type Mirror struct {
	interfaces map[identity]wire.HostInterface
	fresh      map[identity]wire.HostInterface // of a full state that is not complete
	more       bool
	token      string
}

// identity is what an interface keeps through all changes.
type identity struct {
	namespace string
	index     int32
	id        uint64
}

// Apply follows a response and reports whether the state is whole, which it is not
// while more responses belong to this one.
func (m *Mirror) Apply(response *ifwatcherv1.WatchResponse) (whole bool) {
	if !m.more {
		m.fresh = nil
		if response.GetFull() || m.interfaces == nil {
			m.fresh = map[identity]wire.HostInterface{}
		}
	}
	target := m.interfaces
	if m.fresh != nil {
		target = m.fresh
	}
	for _, change := range response.GetChanges() {
		i := change.GetInterface()
		key := identity{i.GetNamespace(), i.GetIndex(), i.GetId()}
		if change.GetType() == ifwatcherv1.Change_TYPE_DISAPPEARED {
			delete(target, key)
		} else {
			target[key] = wire.HostInterfaceOf(i)
		}
	}
	if m.more = response.GetMore(); m.more {
		return false
	}
	m.interfaces, m.fresh = target, nil
	m.token = response.GetResumeToken()
	return true
}

// Token is what a stream goes on with from here.
func (m *Mirror) Token() string { return m.token }

// Interrupted forgets the part of a state whose rest will not come: the stream has
// ended.
func (m *Mirror) Interrupted() {
	if m.more && m.fresh == nil {
		// Only some of the changes have been taken in.
		m.token = ""
	}
	m.more, m.fresh = false, nil
}

// List returns the interfaces, sorted by namespace, name and index.
func (m *Mirror) List() []wire.HostInterface {
	list := make([]wire.HostInterface, 0, len(m.interfaces))
	for _, i := range m.interfaces {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b wire.HostInterface) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Index, b.Index))
	})
	return list
}
