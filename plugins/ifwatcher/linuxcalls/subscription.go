// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// readSize is more than any notification needs: the kernel builds them in
	// one page (NLMSG_GOODSIZE) unless the attributes are larger.
	readSize = 64 << 10
	// maxBatch bounds one Receive, so that its caller gets to work in a storm.
	maxBatch = 4096
)

// subscription is a Subscription on one NETLINK_ROUTE socket.
type subscription struct {
	file *os.File // owns the descriptor; its Close ends a Receive that waits
	conn syscall.RawConn
	buf  []byte

	closed atomic.Bool
}

// subscribe opens the socket. There is one for all groups, since sockets have no
// order among each other.
func subscribe(receiveBuffer int) (_ *subscription, err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if receiveBuffer > 0 {
		// Forced beyond net.core.rmem_max where the process may do so.
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer)
		if errors.Is(err, unix.EPERM) {
			err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
		}
		if err != nil {
			return nil, os.NewSyscallError("setsockopt SO_RCVBUF", err)
		}
	}
	groups := uint32(1<<(unix.RTNLGRP_LINK-1) | 1<<(unix.RTNLGRP_IPV4_IFADDR-1) | 1<<(unix.RTNLGRP_IPV6_IFADDR-1))
	if err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	s := &subscription{file: os.NewFile(uintptr(fd), "netlink"), buf: make([]byte, readSize)}
	if s.conn, err = s.file.SyscallConn(); err != nil {
		s.file.Close()
		return nil, err
	}
	return s, nil
}

// Receive reads until the socket is empty.
func (s *subscription) Receive() (batch Batch, err error) {
	for len(batch.Events) == 0 && batch.Mark == 0 {
		if e := s.conn.Read(func(fd uintptr) bool {
			err = s.drain(int(fd), &batch)
			return !errors.Is(err, unix.EAGAIN) || len(batch.Events) > 0
		}); e != nil {
			if s.closed.Load() {
				return Batch{}, ErrClosed
			}
			return Batch{}, fmt.Errorf("netlink receive: %w", e)
		}
		if err != nil && !errors.Is(err, unix.EAGAIN) {
			return Batch{}, err
		}
	}
	return batch, nil
}

// drain reads datagrams until a mark, an error, or EAGAIN, which it returns bare.
func (s *subscription) drain(fd int, batch *Batch) error {
	for len(batch.Events) < maxBatch {
		n, from, err := unix.Recvfrom(fd, s.buf, unix.MSG_TRUNC) // n is the true length
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return err
		case errors.Is(err, unix.ENOBUFS):
			return ErrOverflow
		case err != nil:
			return fmt.Errorf("netlink receive: %w", os.NewSyscallError("recvfrom", err))
		case n > len(s.buf):
			return fmt.Errorf("%w: datagram of %d bytes", ErrMalformed, n)
		}
		if sender, ok := from.(*unix.SockaddrNetlink); !ok || sender.Pid != 0 {
			continue // not from the kernel
		}
		marked, err := parseDatagram(s.buf[:n], batch)
		if err != nil || marked {
			return err
		}
	}
	return nil
}

// parseDatagram adds the events of a datagram to the batch and tells whether a
// mark was there. The kernel answers a mark in a datagram of its own.
func parseDatagram(b []byte, batch *Batch) (marked bool, err error) {
	for len(b) > 0 {
		var m message
		if m, b, err = nextMessage(b); err != nil {
			return false, err
		}
		if m.kind == unix.NLMSG_ERROR && m.seq != 0 {
			batch.Mark = m.seq
			marked = true
			continue
		}
		e, ok, err := parseEvent(m)
		if err != nil {
			return false, err
		}
		if ok {
			batch.Events = append(batch.Events, e)
		}
	}
	return marked, nil
}

// Mark asks the kernel to acknowledge a message that does nothing (NLMSG_NOOP). The
// answer comes through the same queue as the notifications, after all that were
// sent before; if the queue is full it is an overflow like any other.
func (s *subscription) Mark(id uint32) error {
	if id == 0 {
		return errors.New("netlink mark: id is zero")
	}
	var b [unix.NLMSG_HDRLEN]byte
	binary.NativeEndian.PutUint32(b[0:], unix.NLMSG_HDRLEN)
	binary.NativeEndian.PutUint16(b[4:], unix.NLMSG_NOOP)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	binary.NativeEndian.PutUint32(b[8:], id)
	var err error
	e := s.conn.Write(func(fd uintptr) bool {
		err = unix.Sendto(int(fd), b[:], 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
		return !errors.Is(err, unix.EAGAIN)
	})
	if e != nil && s.closed.Load() {
		return ErrClosed
	}
	if e != nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("netlink mark: %w", err)
	}
	return nil
}

// memInfoDrops is SK_MEMINFO_DROPS, the place of the counter in what SO_MEMINFO
// gives (include/uapi/linux/sock_diag.h).
const memInfoDrops = 8

// Dropped implements Subscription. The counter is that of /proc/net/netlink, but
// asked of the socket itself, which works in whatever namespace it is.
func (s *subscription) Dropped() uint64 {
	var info [memInfoDrops + 1]uint32
	size := uint32(unsafe.Sizeof(info))
	var errno unix.Errno
	err := s.conn.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil || errno != 0 || size < uint32(unsafe.Sizeof(info)) {
		return 0
	}
	return uint64(info[memInfoDrops])
}

// Close implements Subscription.
func (s *subscription) Close() error {
	s.closed.Store(true)
	if err := s.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("netlink close: %w", err)
	}
	return nil
}

var _ Subscription = (*subscription)(nil)
