// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

const (
	// attrInetConf is IFLA_INET_CONF of linux/if_link.h, in IFLA_AF_SPEC of
	// AF_INET: the settings net.ipv4.conf.<link>.* as an array when read, as
	// attributes when set.
	attrInetConf = 1
	// confPromoteSecondaries is IPV4_DEVCONF_PROMOTE_SECONDARIES of
	// linux/ip.h. Numbers start at 1.
	confPromoteSecondaries = 20
)

// withPromoteSecondaries runs f while the link promotes a secondary address
// when its primary is deleted. Otherwise the kernel deletes the secondaries
// too, and those may belong to somebody else.
func (h *Handler) withPromoteSecondaries(index int, f func() error) error {
	on, err := h.promotesSecondaries(index)
	if err != nil {
		return err
	}
	if on {
		return f()
	}
	if err := h.setPromoteSecondaries(index, true); err != nil {
		return err
	}
	return errors.Join(f(), h.setPromoteSecondaries(index, false))
}

func (h *Handler) promotesSecondaries(index int) (bool, error) {
	const op = "read promote_secondaries"
	msg, err := h.linkMessage(index)
	if err != nil {
		return false, newOpError(op, "of "+linkObject(index), err)
	}
	on := false
	err = attributes(msg, unix.SizeofIfInfomsg, func(attrType uint16, value []byte) {
		if attrType != unix.IFLA_AF_SPEC {
			return
		}
		_ = attributes(value, 0, func(family uint16, value []byte) {
			if family != unix.AF_INET {
				return
			}
			_ = attributes(value, 0, func(attrType uint16, conf []byte) {
				const at = 4 * (confPromoteSecondaries - 1)
				if attrType == attrInetConf && len(conf) >= at+4 {
					on = uint32Of(conf[at:]) != 0
				}
			})
		})
	})
	return on, newOpError(op, "of "+linkObject(index), err)
}

func (h *Handler) setPromoteSecondaries(index int, on bool) error {
	var value uint32
	if on {
		value = 1
	}
	spec := nl.NewRtAttr(unix.IFLA_AF_SPEC, nil)
	spec.AddRtAttr(unix.AF_INET, nil).
		AddRtAttr(attrInetConf, nil).
		AddRtAttr(confPromoteSecondaries, nl.Uint32Attr(value))
	return newOpError("set promote_secondaries", "of "+linkObject(index),
		h.change(unix.RTM_SETLINK, 0, ifInfo(index), spec))
}
