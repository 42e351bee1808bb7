// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

const (
	// printerBacklog is how many transactions may wait to be printed.
	printerBacklog = 100
	// printedOps is how many values and operations of one are printed.
	printedOps = 200
)

// printer writes transactions to the log, not in the time of the worker: what
// does not fit its backlog is left out.
type printer struct {
	log     logging.Logger
	records chan *api.RecordedTxn
}

func newPrinter(log logging.Logger) *printer {
	return &printer{log: log, records: make(chan *api.RecordedTxn, printerBacklog)}
}

// enabled reports whether anybody would see what is printed.
func (p *printer) enabled() bool {
	return p.log.GetLevel() >= logging.DebugLevel
}

func (c *core) printing() bool {
	return c.cfg.PrintTxnSummary && c.printer.enabled()
}

func (p *printer) add(rec *api.RecordedTxn) {
	select {
	case p.records <- rec:
	default:
		p.log.Debugf("transaction #%d is not printed: too many at a time", rec.SeqNum)
	}
}

func (c *core) print() {
	defer c.wg.Done()
	for {
		select {
		case <-c.queue.Done():
			return
		case rec := <-c.printer.records:
			shown, left := truncated(rec)
			c.log.Debugf("transaction #%d:\n%s", rec.SeqNum, shown.StringWithOpts(false, false, 4))
			if left > 0 {
				c.log.Debugf("transaction #%d: %d more values and operations", rec.SeqNum, left)
			}
		}
	}
}

func truncated(rec *api.RecordedTxn) (shown *api.RecordedTxn, left int) {
	cut := func(n int) int {
		left += max(0, n-printedOps)
		return min(n, printedOps)
	}
	short := *rec
	short.Values = rec.Values[:cut(len(rec.Values))]
	short.Planned = rec.Planned[:cut(len(rec.Planned))]
	short.Executed = rec.Executed[:cut(len(rec.Executed))]
	return &short, left
}
