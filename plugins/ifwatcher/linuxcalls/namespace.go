// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import "github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"

// Watcher is the part of NetlinkAPI that following a namespace takes.
type Watcher interface {
	Subscribe(receiveBuffer int) (Subscription, error)
	DumpLinks() ([]tracker.Link, error)
	DumpAddresses() ([]tracker.Address, error)
}

// NamespaceHandler is a Watcher of another network namespace.
type NamespaceHandler struct {
	enter   func(func() error) error
	handler NetLinkHandler
}

var _ Watcher = (*NamespaceHandler)(nil)

// NewNamespaceHandler returns a handler that makes its calls through enter, which
// is to call what it is given inside the namespace, see netns.Namespace.
func NewNamespaceHandler(enter func(f func() error) error) *NamespaceHandler {
	return &NamespaceHandler{enter: enter}
}

// Subscribe implements Watcher. The Subscription keeps the namespace alive.
func (h *NamespaceHandler) Subscribe(receiveBuffer int) (s Subscription, err error) {
	err = h.enter(func() (err error) {
		s, err = h.handler.Subscribe(receiveBuffer)
		return err
	})
	return s, err
}

// DumpLinks implements Watcher.
func (h *NamespaceHandler) DumpLinks() (links []tracker.Link, err error) {
	err = h.enter(func() (err error) {
		links, err = h.handler.DumpLinks()
		return err
	})
	return links, err
}

// DumpAddresses implements Watcher.
func (h *NamespaceHandler) DumpAddresses() (addrs []tracker.Address, err error) {
	err = h.enter(func() (err error) {
		addrs, err = h.handler.DumpAddresses()
		return err
	})
	return addrs, err
}
