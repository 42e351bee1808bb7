// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Errors that can be asked for with errors.Is.
var (
	// ErrOverflow: the kernel had to drop messages because the receive buffer of
	// a Subscription was full (ENOBUFS).
	ErrOverflow = errors.New("netlink receive buffer overflow")
	// ErrClosed: the Subscription was closed.
	ErrClosed = errors.New("netlink subscription closed")
	// ErrMalformed: a message from the kernel could not be parsed.
	ErrMalformed = errors.New("malformed netlink message")
	// ErrDumpInterrupted: the kernel's tables changed during a dump
	// (NLM_F_DUMP_INTR). What the dump returned is valid, but may lack something.
	ErrDumpInterrupted error = nl.ErrDumpInterrupted
)

// NetlinkAPI is what the watcher needs of the kernel.
type NetlinkAPI interface {
	NetlinkAPIRead

	// Subscribe opens a Subscription to all changes of links and addresses from
	// now on. The receive buffer is given in bytes, as for SO_RCVBUF in socket(7)
	// (the kernel books about 1.2 kB of it for a link message); zero leaves the
	// system default. Without CAP_NET_ADMIN it is limited to net.core.rmem_max.
	Subscribe(receiveBuffer int) (Subscription, error)

	// LinkSubscribe sends changes of links to ch until done is closed. The
	// channel is closed when the subscription ends, also because of an error.
	LinkSubscribe(ch chan<- netlink.LinkUpdate, done <-chan struct{}) error
	// AddrSubscribe is LinkSubscribe for addresses.
	AddrSubscribe(ch chan<- netlink.AddrUpdate, done <-chan struct{}) error
}

// NetlinkAPIRead reads without changing or subscribing to anything.
type NetlinkAPIRead interface {
	// DumpLinks returns all links. With ErrDumpInterrupted it returns what it got.
	DumpLinks() ([]tracker.Link, error)
	// DumpAddresses returns all IPv4 and IPv6 addresses of all links. With
	// ErrDumpInterrupted it returns what it got.
	DumpAddresses() ([]tracker.Address, error)

	// GetLinkByName returns netlink.LinkNotFoundError if there is no such link.
	GetLinkByName(ifName string) (netlink.Link, error)
	// GetLinkByIndex returns netlink.LinkNotFoundError if there is no such link.
	GetLinkByIndex(ifIdx int) (netlink.Link, error)
	// GetLinkList returns all links.
	GetLinkList() ([]netlink.Link, error)
	// GetAddressList returns the addresses of one link, or of all if ifName is empty.
	GetAddressList(ifName string) ([]netlink.Addr, error)
	// IsInterfaceUp tells whether the administrator has set the link up (IFF_UP).
	IsInterfaceUp(ifName string) (bool, error)
	// InterfaceExists tells whether there is a link of this name.
	InterfaceExists(ifName string) (bool, error)
}

// Subscription is a stream of changes in the order in which the kernel made them.
type Subscription interface {
	// Receive waits for at least one event or mark and returns all there are. An
	// error ends the Subscription: events have been or may have been lost, and a
	// new Subscription and a dump are needed.
	Receive() (Batch, error)
	// Mark puts a mark into the stream, behind everything that the kernel has
	// sent so far. The id must not be zero.
	Mark(id uint32) error
	// Dropped returns the number of messages that the kernel has dropped because
	// the receive buffer was full, as in the column Drops of /proc/net/netlink; zero
	// if the kernel does not tell. It must not be called after Close.
	Dropped() uint64
	// Close ends the Subscription and a Receive that waits, with ErrClosed. It may
	// be called more than once.
	Close() error
}

// Batch is what Receive returns.
type Batch struct {
	Events []tracker.Event
	Mark   uint32 // id of a mark that stands behind the events, 0 if none
}
