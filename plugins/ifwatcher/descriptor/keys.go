// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net/url"
	"strings"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// NamespaceKeyPrefix is the prefix of the keys for interfaces of other network
// namespaces than the default one.
const NamespaceKeyPrefix = "linux/interface/netns/"

// InNamespace returns the key for an interface of another network namespace, given
// the one that it would have in the default namespace: it has the form
// linux/interface/netns/NAMESPACE/host-name/NAME. A key of another kind, and one
// for the default namespace, whose name is empty, is returned as it is.
func InNamespace(namespace, key string) string {
	below, ok := strings.CutPrefix(key, ifmodel.InterfaceHostNameKeyPrefix)
	if !ok || namespace == "" {
		return key
	}
	return NamespaceKeyPrefix + url.PathEscape(namespace) + "/host-name/" + below
}

// keyString returns the key of the scheduler.
func keyString(k tracker.Key) string {
	switch {
	case k.Addr != "":
		return ifmodel.InterfaceHostNameWithAddrKey(k.Host, k.Addr)
	case k.VRF != "":
		return ifmodel.InterfaceHostNameWithVrfKey(k.Host, k.VRF)
	}
	return ifmodel.InterfaceHostNameKey(k.Host)
}

func keyValue(namespace string, k tracker.Key) kvs.KVWithMetadata {
	return kvs.KVWithMetadata{Key: InNamespace(namespace, keyString(k)), Value: &emptypb.Empty{}, Origin: kvs.FromSB}
}

func keyValues(namespace string, keys []tracker.Key) []kvs.KVWithMetadata {
	values := make([]kvs.KVWithMetadata, 0, len(keys))
	for _, k := range keys {
		values = append(values, keyValue(namespace, k))
	}
	return values
}

// notification returns the changes as the scheduler takes them: no value means
// that the key is gone.
func notification(namespace string, changes []tracker.Change) []kvs.KVWithMetadata {
	notif := make([]kvs.KVWithMetadata, 0, len(changes))
	for _, c := range changes {
		kv := keyValue(namespace, c.Key)
		if c.Withdraw {
			kv.Value = nil
		}
		notif = append(notif, kv)
	}
	return notif
}
