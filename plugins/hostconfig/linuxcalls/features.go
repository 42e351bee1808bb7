// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import "fmt"

// detectFeatures tells from the release of the kernel, and from what its
// addresses carry, what it remembers. An address with IFA_PROTO, as the kernel
// itself sets on loopback and link-local ones, is proof also where a
// distribution took the feature back to an older release.
func detectFeatures(release string, addrs []Address) Features {
	f := Features{
		AddressProtocol:   releaseAtLeast(release, 5, 18),
		NeighbourProtocol: releaseAtLeast(release, 5, 2),
	}
	for _, a := range addrs {
		if a.Protocol != 0 {
			f.AddressProtocol = true
		}
	}
	return f
}

// releaseAtLeast compares the numbers that a release as of uname(2) begins
// with. One that does not parse is taken for an old kernel.
func releaseAtLeast(release string, major, minor int) bool {
	var gotMajor, gotMinor int
	if n, _ := fmt.Sscanf(release, "%d.%d", &gotMajor, &gotMinor); n != 2 {
		return false
	}
	return gotMajor > major || gotMajor == major && gotMinor >= minor
}
