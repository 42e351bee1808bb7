// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Bench measures what the scheduler costs for a growing number of values, in
// its default configuration and through its exported API. It prints the time
// for each value, how the time grows from 1,000 to 100,000 values, and beside
// both what is aimed at:
//
//	go run ./plugins/kvscheduler/internal/bench
//	go run ./plugins/kvscheduler/internal/bench -work resync -sizes 1000,10000 -cpuprofile cpu.out
//
// Every size is measured in several rounds, of which the fastest counts: other
// programs make it only slower. Before each measurement the work is done once
// for nothing, so that all sizes find a process that has got its memory from the
// system: a page of it costs several microseconds, and small sizes would meet
// that once and large ones each time. The growth is the exponent e of the power law
// time = c * N^e that fits best the times of one round, 1 if the time for each
// value stays the same; of the rounds the median is printed.
//
// It asserts nothing and is no test: figures of a busy machine say little.
package main
