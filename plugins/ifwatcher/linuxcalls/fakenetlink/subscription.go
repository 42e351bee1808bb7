// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fakenetlink

import (
	"errors"
	"fmt"
	"sync"

	"github.com/vishvananda/netlink"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
)

// faults to come, each for a number of calls.
type faults struct {
	refuse, fail, interrupt, lose int
	refuseErr, failErr            error
}

// RefuseSubscribe makes the next n calls of Subscribe fail.
func (k *Kernel) RefuseSubscribe(n int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults.refuse, k.faults.refuseErr = n, err
}

// FailDumps makes the next n dumps fail.
func (k *Kernel) FailDumps(n int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults.fail, k.faults.failErr = n, err
}

// InterruptDumps makes the next n dumps return ErrDumpInterrupted with the data.
func (k *Kernel) InterruptDumps(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults.interrupt = n
}

// LoseMarks makes the next n marks vanish.
func (k *Kernel) LoseMarks(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults.lose = n
}

// OnDump calls f at the start of each dump, where it may change things or block.
func (k *Kernel) OnDump(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.onDump = f
}

// Break ends every Subscription with the error given, as ErrOverflow does; what has
// not been received is lost.
func (k *Kernel) Break(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for s := range k.subs {
		s.end(err)
	}
}

// Open returns the number of Subscriptions that have not been closed.
func (k *Kernel) Open() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.subs)
}

// Opened returns the number of Subscriptions that there have been.
func (k *Kernel) Opened() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.opened
}

// Dumps returns the number of dumps begun, of links and of addresses.
func (k *Kernel) Dumps() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dumps
}

func (k *Kernel) beginDump() error {
	k.mu.Lock()
	k.dumps++
	var err error
	switch {
	case k.faults.fail > 0:
		k.faults.fail--
		err = k.faults.failErr
	case k.faults.interrupt > 0:
		k.faults.interrupt--
		err = linuxcalls.ErrDumpInterrupted
	}
	f := k.onDump
	k.mu.Unlock()
	if f != nil {
		f()
	}
	return err
}

func failed(err error) bool { return err != nil && !errors.Is(err, linuxcalls.ErrDumpInterrupted) }

// Subscribe implements linuxcalls.NetlinkAPI.
func (k *Kernel) Subscribe(receiveBuffer int) (linuxcalls.Subscription, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.faults.refuse > 0 {
		k.faults.refuse--
		return nil, fmt.Errorf("netlink subscribe: %w", k.faults.refuseErr)
	}
	s := &subscription{kernel: k}
	s.cond.L = &s.mu
	if k.subs == nil {
		k.subs = map[*subscription]struct{}{}
	}
	k.subs[s] = struct{}{}
	k.opened++
	return s, nil
}

// LinkSubscribe is not supported.
func (k *Kernel) LinkSubscribe(chan<- netlink.LinkUpdate, <-chan struct{}) error {
	return errors.ErrUnsupported
}

// AddrSubscribe is not supported.
func (k *Kernel) AddrSubscribe(chan<- netlink.AddrUpdate, <-chan struct{}) error {
	return errors.ErrUnsupported
}

type subscription struct {
	kernel *Kernel

	mu    sync.Mutex
	cond  sync.Cond
	queue []linuxcalls.Batch
	err   error
}

func (s *subscription) put(b linuxcalls.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.queue = append(s.queue, b)
		s.cond.Broadcast()
	}
}

func (s *subscription) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err, s.queue = err, nil
		s.cond.Broadcast()
	}
}

// Receive implements linuxcalls.Subscription.
func (s *subscription) Receive() (linuxcalls.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 && s.err == nil {
		s.cond.Wait()
	}
	if s.err != nil {
		return linuxcalls.Batch{}, s.err
	}
	b := s.queue[0]
	s.queue = s.queue[1:]
	return b, nil
}

// Mark implements linuxcalls.Subscription.
func (s *subscription) Mark(id uint32) error {
	// The lock orders the mark behind every change that has been made.
	s.kernel.mu.Lock()
	defer s.kernel.mu.Unlock()
	if s.kernel.faults.lose > 0 {
		s.kernel.faults.lose--
		return nil
	}
	s.put(linuxcalls.Batch{Mark: id})
	return nil
}

// Dropped implements linuxcalls.Subscription: one for each overflow.
func (s *subscription) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.err, linuxcalls.ErrOverflow) {
		return 1
	}
	return 0
}

// Close implements linuxcalls.Subscription.
func (s *subscription) Close() error {
	s.end(linuxcalls.ErrClosed)
	s.kernel.mu.Lock()
	defer s.kernel.mu.Unlock()
	delete(s.kernel.subs, s)
	return nil
}
