// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// NetLinkHandler is the NetlinkAPI of the kernel. It has no state.
type NetLinkHandler struct{}

var _ NetlinkAPI = (*NetLinkHandler)(nil)

// NewNetLinkHandler returns a NetLinkHandler.
func NewNetLinkHandler() *NetLinkHandler { return &NetLinkHandler{} }

// Subscribe implements NetlinkAPI.
func (h *NetLinkHandler) Subscribe(receiveBuffer int) (Subscription, error) {
	s, err := subscribe(receiveBuffer)
	if err != nil {
		return nil, fmt.Errorf("netlink subscribe: %w", err)
	}
	return s, nil
}

// DumpLinks implements NetlinkAPIRead with one RTM_GETLINK.
func (h *NetLinkHandler) DumpLinks() ([]tracker.Link, error) {
	var links []tracker.Link
	err := dump(unix.RTM_GETLINK, unix.RTM_NEWLINK, nl.NewIfInfomsg(unix.AF_UNSPEC), func(b []byte) error {
		l, ok, err := parseLink(b)
		if ok {
			links = append(links, l)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("dump of links: %w", err)
	}
	return links, err
}

// DumpAddresses implements NetlinkAPIRead with one RTM_GETADDR.
func (h *NetLinkHandler) DumpAddresses() ([]tracker.Address, error) {
	var addrs []tracker.Address
	err := dump(unix.RTM_GETADDR, unix.RTM_NEWADDR, nl.NewIfAddrmsg(unix.AF_UNSPEC), func(b []byte) error {
		a, ok, err := parseAddress(b)
		if ok {
			addrs = append(addrs, a)
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("dump of addresses: %w", err)
	}
	return addrs, err
}

// dump sends a request on a socket of its own and hands each answer to parse. The
// kernel waits for the reader of a dump, so that socket cannot overflow.
func dump(request int, answer uint16, header nl.NetlinkRequestData, parse func([]byte) error) error {
	req := nl.NewNetlinkRequest(request, unix.NLM_F_DUMP)
	req.AddData(header)
	var failed error
	err := req.ExecuteIter(unix.NETLINK_ROUTE, answer, func(b []byte) bool {
		failed = parse(b)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// LinkSubscribe implements NetlinkAPI.
func (h *NetLinkHandler) LinkSubscribe(ch chan<- netlink.LinkUpdate, done <-chan struct{}) error {
	if err := netlink.LinkSubscribe(ch, done); err != nil {
		return fmt.Errorf("netlink.LinkSubscribe: %w", err)
	}
	return nil
}

// AddrSubscribe implements NetlinkAPI.
func (h *NetLinkHandler) AddrSubscribe(ch chan<- netlink.AddrUpdate, done <-chan struct{}) error {
	if err := netlink.AddrSubscribe(ch, done); err != nil {
		return fmt.Errorf("netlink.AddrSubscribe: %w", err)
	}
	return nil
}

// GetLinkByName implements NetlinkAPIRead.
func (h *NetLinkHandler) GetLinkByName(ifName string) (netlink.Link, error) {
	link, err := netlink.LinkByName(ifName)
	if err != nil {
		return nil, fmt.Errorf("netlink.LinkByName %q: %w", ifName, err)
	}
	return link, nil
}

// GetLinkByIndex implements NetlinkAPIRead.
func (h *NetLinkHandler) GetLinkByIndex(ifIdx int) (netlink.Link, error) {
	link, err := netlink.LinkByIndex(ifIdx)
	if err != nil {
		return nil, fmt.Errorf("netlink.LinkByIndex %d: %w", ifIdx, err)
	}
	return link, nil
}

// GetLinkList implements NetlinkAPIRead.
func (h *NetLinkHandler) GetLinkList() ([]netlink.Link, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return links, fmt.Errorf("netlink.LinkList: %w", err)
	}
	return links, nil
}

// GetAddressList implements NetlinkAPIRead.
func (h *NetLinkHandler) GetAddressList(ifName string) ([]netlink.Addr, error) {
	var link netlink.Link
	if ifName != "" {
		var err error
		if link, err = h.GetLinkByName(ifName); err != nil {
			return nil, err
		}
	}
	addrs, err := netlink.AddrList(link, netlink.FAMILY_ALL)
	if err != nil {
		return addrs, fmt.Errorf("netlink.AddrList %q: %w", ifName, err)
	}
	return addrs, nil
}

// IsInterfaceUp implements NetlinkAPIRead.
func (h *NetLinkHandler) IsInterfaceUp(ifName string) (bool, error) {
	link, err := h.GetLinkByName(ifName)
	if err != nil {
		return false, err
	}
	return link.Attrs().Flags&net.FlagUp != 0, nil
}

// InterfaceExists implements NetlinkAPIRead.
func (h *NetLinkHandler) InterfaceExists(ifName string) (bool, error) {
	_, err := h.GetLinkByName(ifName)
	var notFound netlink.LinkNotFoundError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &notFound):
		return false, nil
	}
	return false, err
}
