// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"time"
)

// Defaults of the retry of failed operations.
var (
	// DefaultRetryPeriod is the delay of the first retry.
	DefaultRetryPeriod = time.Second
	// DefaultRetryMaxCount is how many times an operation is retried.
	DefaultRetryMaxCount = 3
	// DefaultRetryBackoff says that every further delay is doubled.
	DefaultRetryBackoff = true
)

// RetryOpt says how failed operations of a transaction are repeated.
type RetryOpt struct {
	Period     time.Duration // delay before the first retry
	MaxCount   int           // 0 means without limit
	ExpBackoff bool          // double the delay before each further retry
}

// Keys of the options in a context. Each has its own type, so that no other
// package can collide with it.
type (
	resyncKey      struct{}
	nonBlockingKey struct{}
	retryKey       struct{}
	revertKey      struct{}
	descriptionKey struct{}
	simulationKey  struct{}
)

type resyncOpt struct {
	resyncType ResyncType
	verbose    bool
}

// WithResync makes a transaction a resync: what it carries is the whole
// wanted configuration, not a change. A DownstreamResync carries nothing and
// re-applies what is wanted already. With verboseSBRefresh what the
// descriptors retrieve is logged.
func WithResync(ctx context.Context, resyncType ResyncType, verboseSBRefresh bool) context.Context {
	return context.WithValue(ctx, resyncKey{}, resyncOpt{resyncType: resyncType, verbose: verboseSBRefresh})
}

// IsResync gives the arguments of WithResync, NotResync and false if unset.
func IsResync(ctx context.Context) (resyncType ResyncType, verboseSBRefresh bool) {
	opt, _ := ctx.Value(resyncKey{}).(resyncOpt)
	return opt.resyncType, opt.verbose
}

// WithoutBlocking makes Commit return as soon as the transaction is queued.
func WithoutBlocking(ctx context.Context) context.Context {
	return context.WithValue(ctx, nonBlockingKey{}, true)
}

// IsNonBlockingTxn tells whether WithoutBlocking is set.
func IsNonBlockingTxn(ctx context.Context) bool {
	return ctx.Value(nonBlockingKey{}) != nil
}

// WithRetry repeats operations that fail and may succeed later: first after
// period, up to maxCount times (0 is without limit), with the delay doubled
// each time if expBackoff. Without this option nothing is repeated.
func WithRetry(ctx context.Context, period time.Duration, maxCount int, expBackoff bool) context.Context {
	return context.WithValue(ctx, retryKey{}, RetryOpt{Period: period, MaxCount: maxCount, ExpBackoff: expBackoff})
}

// WithRetryDefault is WithRetry with the default arguments.
func WithRetryDefault(ctx context.Context) context.Context {
	return WithRetry(ctx, DefaultRetryPeriod, DefaultRetryMaxCount, DefaultRetryBackoff)
}

// WithRetryMaxCount is WithRetry with the default period and backoff.
func WithRetryMaxCount(ctx context.Context, maxCount int) context.Context {
	return WithRetry(ctx, DefaultRetryPeriod, maxCount, DefaultRetryBackoff)
}

// IsWithRetry gives a copy of the arguments of WithRetry, nil and false if
// unset.
func IsWithRetry(ctx context.Context) (retryArgs *RetryOpt, withRetry bool) {
	opt, set := ctx.Value(retryKey{}).(RetryOpt)
	if !set {
		return nil, false
	}
	return &opt, true
}

// WithRevert makes a transaction all or nothing: when an operation fails,
// everything done before is undone. It cannot be combined with resync.
func WithRevert(ctx context.Context) context.Context {
	return context.WithValue(ctx, revertKey{}, true)
}

// IsWithRevert tells whether WithRevert is set.
func IsWithRevert(ctx context.Context) bool {
	return ctx.Value(revertKey{}) != nil
}

// WithDescription gives the transaction a text that its record shows.
func WithDescription(ctx context.Context, description string) context.Context {
	return context.WithValue(ctx, descriptionKey{}, description)
}

// IsWithDescription gives the text of WithDescription.
func IsWithDescription(ctx context.Context) (description string, withDescription bool) {
	description, withDescription = ctx.Value(descriptionKey{}).(string)
	return description, withDescription
}

// WithSimulation plans the transaction before it is executed. The plan is
// recorded beside what was then done.
func WithSimulation(ctx context.Context) context.Context {
	return context.WithValue(ctx, simulationKey{}, true)
}

// IsWithSimulation tells whether WithSimulation is set.
func IsWithSimulation(ctx context.Context) bool {
	return ctx.Value(simulationKey{}) != nil
}
