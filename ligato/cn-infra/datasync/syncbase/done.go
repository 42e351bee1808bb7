// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"errors"

	"go.ligato.io/cn-infra/v2/logging"
)

// DoneChannel puts the outcome of an event into a channel.
type DoneChannel struct {
	DoneChan chan error
}

// NewDoneChannel returns a DoneChannel for the channel, which should be
// buffered since Done does not wait.
func NewDoneChannel(doneChan chan error) *DoneChannel {
	return &DoneChannel{DoneChan: doneChan}
}

// Done sends the outcome if the channel takes it at once. Without a channel an
// error is logged.
func (d *DoneChannel) Done(err error) {
	if d.DoneChan == nil {
		if err != nil {
			logging.Errorf("event failed: %v", err)
		}
		return
	}
	select {
	case d.DoneChan <- err:
	default:
	}
}

// DoneCallback calls a function with the outcome of an event.
type DoneCallback struct {
	Callback func(error)
}

// Done calls the function.
func (d *DoneCallback) Done(err error) {
	if d.Callback != nil {
		d.Callback(err)
	}
}

// AggregateDone starts each event with a channel for its outcome, and sends the
// joined outcome of all of them to done. It returns at once. Each event has to
// send exactly one outcome.
func AggregateDone(events []func(chan error), done chan error) {
	outcomes := make(chan error, len(events))
	go func() {
		for _, event := range events {
			event(outcomes)
		}
		var errs []error
		for range events {
			errs = append(errs, <-outcomes)
		}
		done <- joinErrors(errs)
	}()
}

// joinErrors is errors.Join that leaves a single error as it is.
func joinErrors(errs []error) error {
	var found []error
	for _, err := range errs {
		if err != nil {
			found = append(found, err)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return errors.Join(found...)
}
