// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net"

	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

// settings are what a value wants of a link. The zero value wants nothing.
type settings struct {
	up  bool   // false: the administrative state is left alone
	mtu int    // 0: left alone
	mac string // in canonical form; empty: left alone
}

// settingsOf leaves the state of an interface alone that is not enabled: to
// set it down would withdraw the interface that the value depends on.
func settingsOf(v *ifmodel.Interface) settings {
	s := settings{up: v.GetEnabled(), mtu: int(v.GetMtu())}
	if !v.GetLinkOnly() {
		s.mac = canonicalMAC(v.GetPhysAddress())
	}
	return s
}

// change is what has to be done to a link. Zero fields mean nothing.
type change struct {
	up  bool
	mtu int
	mac string
}

// plan computes how to give a link the settings, and what must be known to put
// it back, from what is known of earlier changes. What is no longer wanted is
// put back to what was found, unless somebody else has changed it since.
func plan(link linuxcalls.Link, want settings, known ownership.Found) (change, ownership.Found) {
	var do change
	found := known

	switch {
	case want.mtu != 0 && link.MTU != want.mtu:
		if known.SetMTU == 0 || link.MTU != known.SetMTU {
			found.MTU = link.MTU
		}
		found.SetMTU, do.mtu = want.mtu, want.mtu
	case want.mtu == 0:
		if known.SetMTU != 0 && link.MTU == known.SetMTU && link.MTU != known.MTU {
			do.mtu = known.MTU
		}
		found.MTU, found.SetMTU = 0, 0
	}

	mac := link.MAC.String()
	switch {
	case want.mac != "" && mac != want.mac:
		if known.SetMAC == "" || mac != known.SetMAC {
			found.MAC = mac
		}
		found.SetMAC, do.mac = want.mac, want.mac
	case want.mac == "":
		if known.SetMAC != "" && mac == known.SetMAC && mac != known.MAC {
			do.mac = known.MAC
		}
		found.MAC, found.SetMAC = "", ""
	}

	// A link is never set down again. Values wait for one that is up, so one that
	// was found down has been set down just then by somebody else, and may have
	// been set up again since.
	do.up = want.up && !link.Up
	return do, found
}

// perform does a change. The address comes before the state, since some
// drivers refuse to change that of a link that is up.
func perform(kernel linuxcalls.NetlinkAPI, index int, do change) error {
	if do.mac != "" {
		mac, err := net.ParseMAC(do.mac)
		if err != nil {
			return err
		}
		if err := kernel.SetLinkMAC(index, mac); err != nil {
			return err
		}
	}
	if do.mtu != 0 {
		if err := kernel.SetLinkMTU(index, do.mtu); err != nil {
			return err
		}
	}
	if do.up {
		return kernel.SetLinkUp(index, true)
	}
	return nil
}

// canonicalMAC returns a text that is no address as it is.
func canonicalMAC(text string) string {
	if mac, err := net.ParseMAC(text); err == nil {
		return mac.String()
	}
	return text
}
