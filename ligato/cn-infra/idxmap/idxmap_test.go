// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package idxmap_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

func event(name string) idxmap.NamedMappingGenericEvent {
	return idxmap.NamedMappingGenericEvent{
		NamedMappingEvent: idxmap.NamedMappingEvent{Name: name, RegistryTitle: "title"},
	}
}

func TestToChan(t *testing.T) {
	var out bytes.Buffer
	log := logrus.NewLogger("test")
	log.SetOutput(&out)
	ch := make(chan idxmap.NamedMappingGenericEvent, 1)
	send := idxmap.ToChan(ch, time.Millisecond, log, "ignored")

	send(event("a"))
	if out.Len() > 0 {
		t.Errorf("logged %q for an event that was sent", &out)
	}
	send(event("b"))
	if !strings.Contains(out.String(), "level=warning") || !strings.Contains(out.String(), "title") {
		t.Errorf("logged %q for an event that was dropped", &out)
	}
	if got := <-ch; got != event("a") {
		t.Errorf("received %v", got)
	}
	send(event("c"))
	if got := <-ch; got != event("c") {
		t.Errorf("received %v", got)
	}
}

func TestToChanWaits(t *testing.T) {
	ch := make(chan idxmap.NamedMappingGenericEvent)
	send := idxmap.ToChan(ch, time.Minute)
	done := make(chan struct{})
	go func() {
		defer close(done)
		send(event("a"))
	}()
	if got := <-ch; got != event("a") {
		t.Errorf("received %v", got)
	}
	<-done
}
