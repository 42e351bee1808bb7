// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import "time"

// Bounds of one resync at one source.
var (
	// SingleResyncAcceptTimeout is the time until the source takes the event.
	SingleResyncAcceptTimeout = 1 * time.Second
	// SingleResyncAckTimeout is the time until it acknowledges.
	SingleResyncAckTimeout = 10 * time.Second
)

// Subscriber is where sources register.
type Subscriber interface {
	// Register adds a source. It panics if the name is in use.
	Register(resyncName string) Registration
}

// Registration is a registered source.
type Registration interface {
	// StatusChan has an event for each resync. It is closed when the plugin or
	// the registration is.
	StatusChan() <-chan StatusEvent
	// String returns the name of the source.
	String() string
}

// Status is what a status event says.
type Status string

// Statuses.
const (
	// Started asks for a listing.
	Started Status = "Started"
	// NotActive is never sent.
	NotActive Status = "NotActive"
)

// StatusEvent is sent to a source.
type StatusEvent interface {
	// ResyncStatus returns what the source is asked for.
	ResyncStatus() Status
	// Ack tells that the source has delivered. It never blocks; a second or
	// late call does nothing. An event that also has a method Nack(error)
	// takes the reason why the source has not.
	Ack()
}
