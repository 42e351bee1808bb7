// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"errors"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
)

// Adapter makes one source and sink out of two parts, each of which may be nil.
type Adapter struct {
	Watcher   datasync.KeyValProtoWatcher
	Publisher datasync.KeyProtoValWriter
}

// Watch watches the source, if there is one.
func (a *Adapter) Watch(resyncName string, changeChan chan datasync.ChangeEvent,
	resyncChan chan datasync.ResyncEvent, keyPrefixes ...string) (datasync.WatchRegistration, error) {

	if a.Watcher == nil {
		return nil, errors.New("watch: the adapter has no source")
	}
	return a.Watcher.Watch(resyncName, changeChan, resyncChan, keyPrefixes...)
}

// Put stores the value in the sink, if there is one.
func (a *Adapter) Put(key string, data proto.Message) error {
	if a.Publisher == nil {
		return nil
	}
	return a.Publisher.Put(key, data)
}
