// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"errors"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"
)

// WatchRegistration is the registration at several sources.
type WatchRegistration struct {
	Registrations []datasync.WatchRegistration
}

// Register adds a key prefix to those watched at each source. Errors are only
// logged.
func (wr *WatchRegistration) Register(resyncName, keyPrefix string) error {
	for _, reg := range wr.Registrations {
		if err := reg.Register(resyncName, keyPrefix); err != nil {
			logging.DefaultLogger.Warnf("register key prefix %q at a source: %v", keyPrefix, err)
		}
	}
	return nil
}

// Unregister removes a key prefix from those watched at each source. Errors are
// only logged.
func (wr *WatchRegistration) Unregister(keyPrefix string) error {
	for _, reg := range wr.Registrations {
		if err := reg.Unregister(keyPrefix); err != nil {
			logging.DefaultLogger.Warnf("unregister key prefix %q at a source: %v", keyPrefix, err)
		}
	}
	return nil
}

// Close ends the registration at each source.
func (wr *WatchRegistration) Close() error {
	var errs []error
	for _, reg := range wr.Registrations {
		errs = append(errs, reg.Close())
	}
	return errors.Join(errs...)
}

// namedRegistration is the registration at one source, which knows the watch by
// another name.
type namedRegistration struct {
	datasync.WatchRegistration
	source string
}

func (r *namedRegistration) Register(resyncName, keyPrefix string) error {
	return r.WatchRegistration.Register(r.source+"/"+resyncName, keyPrefix)
}

// watchEnd ends the processing of a watch together with its registrations.
type watchEnd struct{ watch *watch }

func (e watchEnd) Register(_, keyPrefix string) error {
	e.watch.addPrefix(keyPrefix)
	return nil
}

func (e watchEnd) Unregister(keyPrefix string) error {
	e.watch.removePrefix(keyPrefix)
	return nil
}

func (e watchEnd) Close() error { return e.watch.stop() }
