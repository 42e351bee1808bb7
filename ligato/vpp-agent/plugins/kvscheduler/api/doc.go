// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package api defines the contract between the KVScheduler and those who use
// it: descriptors, which know how to create, change, remove and read one kind
// of value; the north-bound side, which says what is wanted in transactions;
// and readers of statuses, dumps and the history of transactions.
//
// The package contains no scheduling. It does render and encode records of
// transactions, since clients decode and print them too.
package api
