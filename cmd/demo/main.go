// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Command demo plays the agent's main job on a host of its own, a network
// namespace, and prints each step as it happens: configuration waits for an
// interface, is applied when it appears, and taken back when it goes. It needs
// no root where users may make user namespaces.
//
//	demo path/to/ifwatcher-agent
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

const (
	ifaceKey = "config/linux/interfaces/v2/interface/uplink"
	routeKey = "config/linux/l3/v2/route/10.99.0.0/24/uplink"
	hostName = "uplink0"
	restURL  = lab.REST("http://127.0.0.1:9191")
	patience = 30 * time.Second
)

func main() {
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: demo path/to/ifwatcher-agent") }
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if !lab.Inside() {
		status, err := lab.Enter()
		if err != nil {
			fmt.Fprintf(os.Stderr, "demo: %v\n", err)
			if errors.Is(err, lab.ErrNoNamespace) {
				fmt.Fprintln(os.Stderr, "demo: allow user namespaces for this user, or run it as root")
			}
			os.Exit(1)
		}
		os.Exit(status)
	}
	if err := play(flag.Arg(0)); err != nil {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}

type demo struct {
	ctx   context.Context
	store *lab.Store
	step  int
}

func play(agent string) error {
	agent, err := filepath.Abs(agent)
	if err != nil {
		return err
	}
	if err := lab.Prepare(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ifwatcher-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	d := &demo{ctx: ctx}

	d.say("start the agent, with an etcd of its own, in a network namespace without interfaces")
	p, err := lab.Start(dir, []string{"IFWATCHER_STATE_DIR=" + dir}, nil, agent)
	if err != nil {
		return err
	}
	defer p.Kill()
	if !lab.Until(patience, func() bool { return restURL.Ready(ctx) && strings.Contains(summaryOf(p.Output()), "\n  data ") }) {
		return fmt.Errorf("the agent does not get ready; it printed:\n%s", p.Output())
	}
	printIndented(summaryOf(p.Output()))

	if d.store, err = lab.OpenStore("127.0.0.1:2379", "vpp1"); err != nil {
		return err
	}
	defer d.store.Close()
	if err := d.story(); err != nil {
		return fmt.Errorf("%w; the agent printed:\n%s", err, p.Output())
	}
	d.say("end the agent")
	return p.Stop(patience)
}

func (d *demo) story() error {
	d.say("put configuration into etcd: an address on the interface %s, and a route through it", hostName)
	if err := d.put(ifaceKey, `{"name":"uplink","type":"EXISTING","enabled":true,"host_if_name":"`+hostName+`","ip_addresses":["10.11.1.1/24"]}`); err != nil {
		return err
	}
	if err := d.put(routeKey, `{"outgoing_interface":"uplink","dst_network":"10.99.0.0/24","gw_addr":"10.11.1.254"}`); err != nil {
		return err
	}
	if err := d.expect("PENDING"); err != nil {
		return err
	}

	d.say("create the interface and bring it up")
	if err := errors.Join(lab.AddVeth(hostName, "peer0"), lab.Up("peer0", hostName)); err != nil {
		return err
	}
	if err := d.expectApplied(hostName); err != nil {
		return err
	}

	d.say("delete the interface")
	if err := lab.Delete(hostName); err != nil {
		return err
	}
	if err := d.expect("PENDING"); err != nil {
		return err
	}

	d.say("create it again")
	if err := errors.Join(lab.AddVeth(hostName, "peer0"), lab.Up("peer0", hostName)); err != nil {
		return err
	}
	if err := d.expectApplied(hostName); err != nil {
		return err
	}

	d.say("rename it away, while it is up")
	if err := lab.Rename(hostName, "other0"); err != nil {
		return err
	}
	if err := d.expect("PENDING"); err != nil {
		return err
	}
	return d.show("other0")
}

func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Printf("\n%d. %s\n", d.step, fmt.Sprintf(format, args...))
}

func (d *demo) put(key, value string) error {
	fmt.Printf("   etcd put %s\n            %s\n", key, value)
	return d.store.Put(d.ctx, key, value)
}

// expect waits for both values to be in the state and prints them.
func (d *demo) expect(state string) error {
	for _, key := range []string{ifaceKey, routeKey} {
		var got lab.BaseStatus
		reached := lab.Until(patience, func() bool {
			var err error
			got, err = restURL.ValueStatus(d.ctx, key)
			return err == nil && got.Value.State == state
		})
		fmt.Printf("   %-10s %s\n", got.Value.State, key)
		for _, missing := range d.waitsFor(key) {
			fmt.Printf("              waits for %s\n", missing)
		}
		if got.Value.Error != "" {
			fmt.Printf("              error: %s\n", got.Value.Error)
		}
		if !reached {
			return fmt.Errorf("%s is %q, not %s", key, got.Value.State, state)
		}
	}
	return nil
}

// expectApplied waits until the configuration is in the kernel and shows it.
func (d *demo) expectApplied(name string) error {
	if err := d.expect("CONFIGURED"); err != nil {
		return err
	}
	if !lab.HasAddress(name, "10.11.1.1/24") || !lab.HasRoute("10.99.0.0/24") {
		return errors.New("CONFIGURED, but the kernel does not have the address and the route")
	}
	return d.show(name)
}

// waitsFor returns the keys that a value depends on and that do not exist.
func (d *demo) waitsFor(key string) []string {
	var nodes []struct {
		Key     string
		Targets []struct {
			Relation, Label, ExpectedKey string
			MatchingKeys                 []string
		}
	}
	if err := restURL.Get(d.ctx, "/scheduler/graph-snapshot", &nodes); err != nil {
		return nil
	}
	var keys []string
	for _, n := range nodes {
		if n.Key != key {
			continue
		}
		for _, t := range n.Targets {
			if t.Relation == "depends-on" && len(t.MatchingKeys) == 0 {
				keys = append(keys, t.ExpectedKey)
			}
		}
	}
	return keys
}

// show prints what the kernel has, by the ip command where there is one.
func (d *demo) show(name string) error {
	if !hasIP() {
		fmt.Printf("   kernel: addresses of %s: %v; route to 10.99.0.0/24: %v\n", name, lab.Addresses(name), lab.HasRoute("10.99.0.0/24"))
		return nil
	}
	for _, args := range [][]string{{"-brief", "addr", "show", "dev", name}, {"route"}} {
		out, err := exec.CommandContext(d.ctx, "ip", args...).CombinedOutput()
		fmt.Printf("   $ ip %s\n", strings.Join(args, " "))
		printIndented(string(out))
		if err != nil {
			return fmt.Errorf("ip %s: %w", strings.Join(args, " "), err)
		}
	}
	return nil
}

func hasIP() bool {
	_, err := exec.LookPath("ip")
	return err == nil
}

func printIndented(text string) {
	for line := range strings.Lines(text) {
		fmt.Print("   ", line)
	}
}

// summaryOf picks the agent's summary out of its output: the line that names
// it and the indented ones below.
func summaryOf(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "ifwatcher-agent ") || (b.Len() > 0 && strings.HasPrefix(line, "  ")) {
			b.WriteString(line)
		}
	}
	return b.String()
}
