// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvproto

import (
	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

type watcher struct {
	bytes      keyval.BytesWatcher
	serializer keyval.Serializer
}

// Watch calls the function for each change under the keys from now on. A key
// sent to closeChan ends the watching of that key, closing the channel ends all
// of it.
func (w *watcher) Watch(resp func(datasync.ProtoWatchResp), closeChan chan string, keys ...string) error {
	return w.bytes.Watch(func(r keyval.BytesWatchResp) {
		resp(NewWatchResp(w.serializer, r))
	}, closeChan, keys...)
}
