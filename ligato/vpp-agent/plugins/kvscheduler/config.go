// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"fmt"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/history"
)

// Defaults of the configuration.
const (
	defaultHistoryAgeLimit   = 24 * 60 // minutes
	defaultHistoryInitPeriod = 60      // minutes
	defaultHistoryCountLimit = 20_000
	defaultHistorySizeLimit  = 128 // MiB
)

// Config is read from kvscheduler.conf.
type Config struct {
	// RecordTransactionHistory keeps finished transactions and the versions of
	// values. Without it there is nothing in the history, the timelines and
	// the graph snapshots. Default true.
	RecordTransactionHistory bool `json:"record-transaction-history"`

	// TransactionHistoryAgeLimit is how long that is kept, in minutes, 0 for
	// without limit. Default 1440.
	TransactionHistoryAgeLimit uint32 `json:"transaction-history-age-limit"`

	// PermanentlyRecordedInitPeriod is the time after the start, in minutes,
	// whose records do not age. Default 60.
	PermanentlyRecordedInitPeriod uint32 `json:"permanently-recorded-init-period"`

	// TransactionHistoryCountLimit is how many transactions, and how many
	// former versions of values, are kept at most, 0 for without limit.
	// Default 20000.
	TransactionHistoryCountLimit uint32 `json:"transaction-history-count-limit"`

	// TransactionHistorySizeLimit is the memory, in MiB, that transactions,
	// and again former versions of values, may take by a rough estimate, 0 for
	// without limit. Default 128.
	TransactionHistorySizeLimit uint32 `json:"transaction-history-size-limit"`

	// EnableTxnSimulation plans every transaction before it is executed.
	// Default false.
	EnableTxnSimulation bool `json:"enable-txn-simulation"`

	// PrintTxnSummary writes every transaction to the log at debug level.
	// Default true; without debug level it costs nothing.
	PrintTxnSummary bool `json:"print-txn-summary"`
}

func defaultConfig() *Config {
	return &Config{
		RecordTransactionHistory:      true,
		TransactionHistoryAgeLimit:    defaultHistoryAgeLimit,
		PermanentlyRecordedInitPeriod: defaultHistoryInitPeriod,
		TransactionHistoryCountLimit:  defaultHistoryCountLimit,
		TransactionHistorySizeLimit:   defaultHistorySizeLimit,
		PrintTxnSummary:               true,
	}
}

func (s *Scheduler) loadConfig() (*Config, error) {
	cfg := defaultConfig()
	if _, err := s.Cfg.LoadValue(cfg); err != nil {
		return nil, fmt.Errorf("%s: configuration: %w", s, err)
	}
	return cfg, nil
}

func (c *Config) historyLimits() history.Limits {
	return history.Limits{
		Age:        time.Duration(c.TransactionHistoryAgeLimit) * time.Minute,
		InitPeriod: time.Duration(c.PermanentlyRecordedInitPeriod) * time.Minute,
		Count:      int(c.TransactionHistoryCountLimit),
		Bytes:      int(c.TransactionHistorySizeLimit) << 20,
	}
}
