// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// maxDumps bounds how often a dump is repeated that the kernel flagged as
// interrupted by a change (NLM_F_DUMP_INTR).
const maxDumps = 10

// attrTypeMask is NLA_TYPE_MASK of linux/netlink.h: the type of an attribute
// without its flags.
const attrTypeMask = ^uint16(unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)

// Handler talks to the kernel over netlink.
type Handler struct {
	socket *nl.SocketHandle
	// dumps is for lists. It has no reasons in words: in an error at the end of a
	// list the library would take them for something else, and panic.
	dumps    *nl.SocketHandle
	features Features
}

var _ NetlinkAPI = (*Handler)(nil)

// NewHandler opens sockets in the network namespace of the calling thread and looks
// what the kernel can do. It needs no privilege.
func NewHandler() (*Handler, error) {
	h := &Handler{}
	if err := h.setUp(); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Handler) setUp() (err error) {
	if h.socket, err = openSocket(); err != nil {
		return err
	}
	if h.dumps, err = openSocket(); err != nil {
		return err
	}
	// Both options are refinements that an old kernel may refuse: a reason in words
	// with an error (4.12), and lists filtered by the kernel (4.20).
	_ = h.socket.Socket.SetExtAck(true)
	_ = unix.SetsockoptInt(h.dumps.Socket.GetFd(), unix.SOL_NETLINK, unix.NETLINK_GET_STRICT_CHK, 1)
	return h.detect()
}

func openSocket() (*nl.SocketHandle, error) {
	socket, err := nl.GetNetlinkSocketAt(netns.None(), netns.None(), unix.NETLINK_ROUTE)
	if err != nil {
		return nil, newOpError("open netlink socket", "", err)
	}
	err = socket.SetSendTimeout(&nl.SocketTimeoutTv)
	if err == nil {
		err = socket.SetReceiveTimeout(&nl.SocketTimeoutTv)
	}
	if err != nil {
		socket.Close()
		return nil, newOpError("set timeouts of netlink socket", "", err)
	}
	return &nl.SocketHandle{Socket: socket}, nil
}

func (h *Handler) detect() error {
	addrs, err := h.AddressList(0)
	if err != nil {
		return err
	}
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return newOpError("uname", "", err)
	}
	h.features = detectFeatures(unix.ByteSliceToString(uts.Release[:]), addrs)
	return nil
}

// Close closes the sockets.
func (h *Handler) Close() {
	for _, socket := range []*nl.SocketHandle{h.socket, h.dumps} {
		if socket != nil {
			socket.Close()
		}
	}
}

// Features implements NetlinkAPIRead.
func (h *Handler) Features() Features { return h.features }

// CheckPrivilege implements NetlinkAPIRead. The kernel checks the privilege
// before it looks at a request, so one that can do nothing tells.
func (h *Handler) CheckPrivilege() error {
	req := h.request(unix.RTM_DELADDR, unix.NLM_F_ACK)
	req.AddData(&nl.IfAddrmsg{IfAddrmsg: unix.IfAddrmsg{Family: unix.AF_INET}})
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	if IsPermission(err) {
		return newOpError("check privilege", "", err)
	}
	return nil
}

func (h *Handler) request(msgType, flags int) *nl.NetlinkRequest {
	socket := h.socket
	if flags&unix.NLM_F_DUMP == unix.NLM_F_DUMP {
		socket = h.dumps
	}
	req := nl.NewNetlinkRequest(msgType, flags)
	req.Sockets = map[int]*nl.SocketHandle{unix.NETLINK_ROUTE: socket}
	return req
}

// change sends a request and waits until the kernel has done it.
func (h *Handler) change(msgType, flags int, data ...nl.NetlinkRequestData) error {
	req := h.request(msgType, flags|unix.NLM_F_ACK)
	for _, d := range data {
		req.AddData(d)
	}
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}

// dump repeats an interrupted dump, since an incomplete list would make
// objects look deleted.
func (h *Handler) dump(msgType int, resType uint16, data ...nl.NetlinkRequestData) ([][]byte, error) {
	for range maxDumps {
		req := h.request(msgType, unix.NLM_F_DUMP)
		for _, d := range data {
			req.AddData(d)
		}
		msgs, err := req.Execute(unix.NETLINK_ROUTE, resType)
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			return msgs, err
		}
	}
	return nil, fmt.Errorf("interrupted by changes %d times: %w", maxDumps, syscall.EINTR)
}

// attributes calls f for each attribute after a header of the given length. A
// last one without padding is accepted.
func attributes(msg []byte, header int, f func(attrType uint16, value []byte)) error {
	if len(msg) < header {
		return fmt.Errorf("message of %d bytes is shorter than its header of %d", len(msg), header)
	}
	native := nl.NativeEndian()
	for rest := msg[header:]; len(rest) >= unix.SizeofRtAttr; {
		size := int(native.Uint16(rest))
		if size < unix.SizeofRtAttr || size > len(rest) {
			return fmt.Errorf("attribute of %d bytes where %d are left", size, len(rest))
		}
		f(native.Uint16(rest[2:])&attrTypeMask, rest[unix.SizeofRtAttr:size])
		rest = rest[min(len(rest), align(size)):]
	}
	return nil
}

// align rounds up as RTA_ALIGN of linux/rtnetlink.h.
func align(size int) int { return (size + unix.RTA_ALIGNTO - 1) &^ (unix.RTA_ALIGNTO - 1) }

func uint32Of(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return nl.NativeEndian().Uint32(value)
}

func uint8Of(value []byte) uint8 {
	if len(value) < 1 {
		return 0
	}
	return value[0]
}

// addrOf returns an invalid address for a value of another length than that of
// an IPv4 or IPv6 address.
func addrOf(value []byte) netip.Addr {
	addr, _ := netip.AddrFromSlice(value)
	return addr
}

func familyOf(addr netip.Addr) uint8 {
	if addr.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// index32 keeps an index out of the range of the kernel from wrapping into it.
func index32(index int) uint32 {
	if index < 0 || index > math.MaxInt32 {
		return math.MaxInt32
	}
	return uint32(index)
}
