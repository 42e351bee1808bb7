// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcherv1

import (
	"net/url"
	"testing"
	"unicode/utf8"
)

func TestEscapeName(t *testing.T) {
	for name, want := range map[string]string{
		"":                 "",
		"eth0":             "eth0",
		"br-lan.10@x":      "br-lan.10@x",
		"größe":            "größe",
		"\xff\x01a":        "%FF%01a",
		"100%":             "100%25",
		"%FF":              "%25FF",
		"a\u200bb":         "a%E2%80%8Bb", // not to be seen
		"\ufffd":           "\ufffd",      // a character like others if it is in the name
		"a\xc3":            "a%C3",        // the first byte of two
		"del\x7f":          "del%7F",
		"/proc/1/ns/net":   "/proc/1/ns/net",
		"\xf0\x9f\x98\x80": "😀",
	} {
		if got := EscapeName(name); got != want {
			t.Errorf("%q is %q, expected %q", name, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, tc := range []struct{ namespace, name, want string }{
		{"", "eth0", "status/ifwatcher/v1/host-interface/eth0"},
		{"", "\xff", "status/ifwatcher/v1/host-interface/%FF"},
		{"blue", "eth0", "status/ifwatcher/v1/host-interface/blue/eth0"},
		{"/proc/1/ns/net", "eth0", "status/ifwatcher/v1/host-interface/%2Fproc%2F1%2Fns%2Fnet/eth0"},
	} {
		if got := HostInterfaceKey(tc.namespace, tc.name); got != tc.want {
			t.Errorf("%s", got)
		}
	}
}

// What is escaped is text, and nothing is lost.
func FuzzEscapeName(f *testing.F) {
	f.Add("eth0")
	f.Add("%41\xff\xc3\xa9\x00")
	f.Fuzz(func(t *testing.T, name string) {
		text := EscapeName(name)
		if !utf8.ValidString(text) {
			t.Errorf("%q is no text", text)
		}
		if back, err := url.PathUnescape(text); err != nil || back != name {
			t.Errorf("%q gives %q, which gives %q, %v", name, text, back, err)
		}
	})
}
