// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"errors"
	"sync"
	"time"
)

var (
	errNotAccepted = errors.New("the source did not take the request in time")
	errNoAck       = errors.New("the source did not acknowledge in time")
	errClosed      = errors.New("the source is closed")
)

// registration is a source.
type registration struct {
	name   string
	plugin *Plugin
	events chan StatusEvent
	quit   chan struct{} // closed at the end

	endOnce sync.Once
	sending sync.Mutex // held while events may be sent to
}

func newRegistration(p *Plugin, name string) *registration {
	return &registration{name: name, plugin: p, events: make(chan StatusEvent), quit: make(chan struct{})}
}

// StatusChan returns the channel of requests.
func (r *registration) StatusChan() <-chan StatusEvent { return r.events }

// String returns the name of the source.
func (r *registration) String() string { return r.name }

// Close removes the source and closes its channel.
func (r *registration) Close() error {
	r.plugin.unregister(r)
	return nil
}

func (r *registration) end() {
	r.endOnce.Do(func() {
		close(r.quit)
		r.sending.Lock()
		defer r.sending.Unlock()
		close(r.events)
	})
}

// resync asks the source and waits for its answer.
func (r *registration) resync() error {
	ev := &statusEvent{answer: make(chan error, 1)}
	if err := r.send(ev); err != nil {
		return err
	}
	timer := time.NewTimer(SingleResyncAckTimeout)
	defer timer.Stop()
	select {
	case err := <-ev.answer:
		return err
	case <-timer.C:
		return errNoAck
	case <-r.quit:
		return errClosed
	}
}

func (r *registration) send(ev StatusEvent) error {
	r.sending.Lock()
	defer r.sending.Unlock()
	select {
	case <-r.quit:
		return errClosed
	default:
	}
	timer := time.NewTimer(SingleResyncAcceptTimeout)
	defer timer.Stop()
	select {
	case r.events <- ev:
		return nil
	case <-timer.C:
		return errNotAccepted
	case <-r.quit:
		return errClosed
	}
}

// statusEvent is a request to one source. The first answer counts.
type statusEvent struct {
	answer chan error
}

// ResyncStatus returns Started.
func (e *statusEvent) ResyncStatus() Status { return Started }

// Ack tells that the listing was delivered.
func (e *statusEvent) Ack() { e.Nack(nil) }

// Nack tells why it was not.
func (e *statusEvent) Nack(err error) {
	select {
	case e.answer <- err:
	default:
	}
}
