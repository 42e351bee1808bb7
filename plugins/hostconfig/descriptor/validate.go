// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"unicode"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	nsmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/namespace"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

const (
	// maxHostName is IFNAMSIZ of linux/if.h without the ending zero.
	maxHostName = 15
	// minMTU is the least that IPv4 works with (RFC 791), ETH_MIN_MTU of the
	// kernel; maxMTU is the limit of the model.
	minMTU, maxMTU = 68, 9216
	// minMTU6 is the least that IPv6 works with (RFC 8200). Below it the kernel
	// has no IPv6 on the link, and drops the addresses that are there.
	minMTU6 = 1280
)

// invalid makes an error that names the field.
func invalid(field, format string, args ...any) error {
	return kvs.NewInvalidValueError(fmt.Errorf(format, args...), field)
}

func notImplemented(field, format string, args ...any) error {
	return invalid(field, "%w: %s", ErrNotImplemented, fmt.Sprintf(format, args...))
}

func validateInterface(v *ifmodel.Interface) error {
	if v.GetName() == "" {
		return invalid("name", "must not be empty")
	}
	switch v.GetType() {
	case ifmodel.Interface_EXISTING:
	case ifmodel.Interface_UNDEFINED:
		return invalid("type", "must be set; this agent handles EXISTING")
	default:
		return notImplemented("type", "interfaces of type %v; this agent handles EXISTING", v.GetType())
	}
	if v.GetLink() != nil {
		return invalid("link", "an interface of type EXISTING has no settings of another type")
	}
	if v.GetNamespace().GetType() != nsmodel.NetNamespace_UNDEFINED || v.GetNamespace().GetReference() != "" {
		return notImplemented("namespace", "interfaces of other network namespaces")
	}
	if v.GetVrfMasterInterface() != "" {
		return notImplemented("vrf_master_interface", "interfaces in a VRF")
	}
	field := "host_if_name"
	if v.GetHostIfName() == "" {
		field = "name" // which then names the host interface
	}
	if err := checkHostName(hostName(v)); err != nil {
		return invalid(field, "%w", err)
	}
	if mtu := v.GetMtu(); mtu != 0 && (mtu < minMTU || mtu > maxMTU) {
		return invalid("mtu", "%d is not in the range %d to %d", mtu, minMTU, maxMTU)
	}
	if v.GetPhysAddress() != "" {
		if _, err := parseMAC("phys_address", v.GetPhysAddress()); err != nil {
			return err
		}
	}
	return validateAddresses(v)
}

func validateAddresses(v *ifmodel.Interface) error {
	seen := map[netip.Prefix]bool{}
	for _, text := range v.GetIpAddresses() {
		prefix, err := parseAddress("ip_addresses", text)
		if err != nil {
			return err
		}
		id := prefix
		if prefix.Addr().Is6() { // of which a link has each once, whatever the length
			id = netip.PrefixFrom(prefix.Addr(), prefix.Addr().BitLen())
			if mtu := v.GetMtu(); mtu != 0 && mtu < minMTU6 {
				return invalid("mtu", "%d is less than the %d that IPv6 needs for %v", mtu, minMTU6, prefix)
			}
		}
		if seen[id] {
			return invalid("ip_addresses", "%q is given twice", text)
		}
		seen[id] = true
	}
	return nil
}

// checkHostName follows dev_valid_name of the kernel, to which the space of
// Latin-1 is one too, and names end with a zero.
func checkHostName(name string) error {
	switch {
	case len(name) > maxHostName:
		return fmt.Errorf("%q has %d bytes; the name of a host interface has at most %d", name, len(name), maxHostName)
	case name == "." || name == "..":
		return fmt.Errorf("%q cannot be the name of a host interface", name)
	}
	for _, c := range []byte(name) {
		const noBreakSpace = 0xa0
		if c == 0 || c == '/' || c == ':' || c == noBreakSpace || c < unicode.MaxASCII && unicode.IsSpace(rune(c)) {
			return fmt.Errorf("%q cannot be the name of a host interface: it has %q in it", name, c)
		}
	}
	return nil
}

func validateRoute(v *l3model.Route) error {
	if v.GetOutgoingInterface() == "" {
		return invalid("outgoing_interface", "must not be empty")
	}
	dst, err := parseNetwork("dst_network", v.GetDstNetwork())
	if err != nil {
		return err
	}
	if dst.Addr().IsMulticast() {
		return invalid("dst_network", "%v is multicast", dst)
	}
	if _, known := l3model.Route_Scope_name[int32(v.GetScope())]; !known {
		return invalid("scope", "%d is unknown", v.GetScope())
	}
	if v.GetGwAddr() == "" {
		return nil
	}
	gw, err := parseIP("gw_addr", v.GetGwAddr())
	if err != nil {
		return err
	}
	if gw.Is4() != dst.Addr().Is4() {
		return invalid("gw_addr", "%v is not of the address family of %v", gw, dst)
	}
	if v.GetScope() == l3model.Route_LINK || v.GetScope() == l3model.Route_HOST {
		return invalid("scope", "%v is not possible with a gateway", v.GetScope())
	}
	return nil
}

func validateARP(v *l3model.ARPEntry) error {
	if v.GetInterface() == "" {
		return invalid("interface", "must not be empty")
	}
	if _, err := parseIP("ip_address", v.GetIpAddress()); err != nil {
		return err
	}
	_, err := parseMAC("hw_address", v.GetHwAddress())
	return err
}

// parseAddress reads the address of an interface with its prefix length.
func parseAddress(field, text string) (netip.Prefix, error) {
	prefix, err := parseNetwork(field, text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return prefix, checkUnicast(field, prefix.Addr())
}

// parseNetwork reads an address with a prefix length.
func parseNetwork(field, text string) (netip.Prefix, error) {
	if err := checkText(field, text); err != nil {
		return netip.Prefix{}, err
	}
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil && !strings.Contains(text, "/"):
		return netip.Prefix{}, invalid(field, "%q has no prefix length", text)
	case err != nil:
		return netip.Prefix{}, invalid(field, "%q is not an address with a prefix length", text)
	case prefix.Addr().Is4In6():
		return netip.Prefix{}, invalid(field, "%q is an IPv4 address in IPv6 form", text)
	}
	return prefix, nil
}

// parseIP reads an address without prefix length.
func parseIP(field, text string) (netip.Addr, error) {
	if err := checkText(field, text); err != nil {
		return netip.Addr{}, err
	}
	ip, err := netip.ParseAddr(text)
	switch {
	case err != nil || ip.Zone() != "":
		return netip.Addr{}, invalid(field, "%q is not an IP address", text)
	case ip.Is4In6():
		return netip.Addr{}, invalid(field, "%q is an IPv4 address in IPv6 form", text)
	}
	return ip, checkUnicast(field, ip)
}

func checkText(field, text string) error {
	if text == "" {
		return invalid(field, "must not be empty")
	}
	if strings.HasPrefix(text, netalloc.AllocRefPrefix) {
		return notImplemented(field, "references to allocated addresses, as %q", text)
	}
	return nil
}

func checkUnicast(field string, ip netip.Addr) error {
	if ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return invalid(field, "%v is not the address of a host", ip)
	}
	return nil
}

// parseMAC reads an Ethernet address of a single station.
func parseMAC(field, text string) (net.HardwareAddr, error) {
	if text == "" {
		return nil, invalid(field, "must not be empty")
	}
	mac, err := net.ParseMAC(text)
	if err == nil {
		err = checkMAC(mac)
	}
	if err != nil {
		return nil, invalid(field, "%q is not a MAC address: %w", text, err)
	}
	return mac, nil
}

func checkMAC(mac net.HardwareAddr) error {
	const multicast = 1
	switch {
	case len(mac) != 6:
		return fmt.Errorf("it has %d bytes instead of 6", len(mac))
	case mac[0]&multicast != 0:
		return errors.New("it is one of a group")
	case mac.String() == "00:00:00:00:00:00":
		return errors.New("it is zero")
	}
	return nil
}
