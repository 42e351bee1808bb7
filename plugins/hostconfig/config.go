// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"

	"go.ligato.io/cn-infra/v2/config"

	"github.com/ifwatcher/ifwatcher/internal/strictconf"
)

// Config is the content of hostconfig.conf.
type Config struct {
	// Disabled makes the plugin do nothing.
	Disabled bool `json:"disabled"`
	// ProtocolNumber marks routes, addresses and neighbours as ours. 0 means
	// 231.
	ProtocolNumber int `json:"protocol-number"`
	// StateDir is the folder of the state file. Empty means a folder with the
	// microservice label for name in the agent's state folder, or memory alone
	// where that cannot be written.
	StateDir string `json:"state-dir"`
}

// defaultProtocolNumber is used by nobody who is known: linux/rtnetlink.h and
// iproute2's rt_protos go up to 192 (RTPROT_EIGRP), FRR's zebra/rt_netlink.h up
// to 198. Of addresses, linux/if_addr.h has the numbers up to 3.
const defaultProtocolNumber = 231

const configFile = "hostconfig.conf"

func loadConfig(source config.PluginConfig) (Config, error) {
	var cfg Config
	file := source.GetConfigName()
	if err := strictconf.Load(file, &cfg); err != nil {
		return cfg, err
	}
	if file == "" {
		file = configFile
	}
	return cfg.complete(file)
}

// complete sets what is left open. It refuses the numbers up to RTPROT_STATIC:
// they mean something to the kernel, or stand for the administrator.
func (c Config) complete(file string) (Config, error) {
	if c.ProtocolNumber == 0 {
		c.ProtocolNumber = defaultProtocolNumber
	}
	if n := c.ProtocolNumber; n <= unix.RTPROT_STATIC || n > math.MaxUint8 {
		return c, fmt.Errorf("%s: protocol-number: %d is not in the range %d to %d", file, n, unix.RTPROT_STATIC+1, math.MaxUint8)
	}
	return c, nil
}
