// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"fmt"
	"slices"
	"strings"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	linux_namespace "go.ligato.io/vpp-agent/v3/proto/ligato/linux/namespace"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// ofState puts the state of a value that exists into words. It is empty if
// nothing is wrong.
func (a *Agent) ofState(state string, s wire.ValueStatus) (problem, advice string) {
	switch state {
	case wire.Invalid:
		problem = "the value is not valid"
		if len(s.Details) > 0 {
			problem += " (" + strings.Join(s.Details, ", ") + ")"
		}
		if _, ok := wire.ShownHostKey(s.Key); ok {
			return withError(problem, s.Error), "delete " + s.Key + ", which only shows what the host has"
		}
		if strings.HasPrefix(s.Key, "config/") && !a.applies(s.Key) {
			return withError(problem, s.Error), "delete " + s.Key + ", or correct the key: 'agentctl model ls' shows how keys begin"
		}
		return withError(problem, s.Error), "correct the value of " + s.Key
	case wire.Failed:
		return withError(operation(s)+" failed", s.Error), remedy(s, "then have it tried again: agentctl config resync --retry")
	case wire.Retrying:
		return withError(operation(s)+" failed and is tried again", s.Error), remedy(s, "the agent tries again by itself")
	case wire.Unimplemented:
		return "no plugin of this agent applies values of this kind", "delete " + s.Key + ", or use an agent with a plugin for it"
	case wire.Missing:
		return "it has been applied, but is not there any more", "have it applied again: agentctl config resync"
	}
	return "", ""
}

func operation(s wire.ValueStatus) string {
	if s.LastOperation == "" || s.LastOperation == "UNDEFINED" {
		return "applying it"
	}
	return strings.ToLower(s.LastOperation)
}

func withError(problem, text string) string {
	if text == "" {
		return problem
	}
	return problem + ": " + text
}

// remedy is the advice for an operation that failed.
func remedy(s wire.ValueStatus, next string) string {
	cause := "remove the cause of the error of " + s.Key
	lower := strings.ToLower(s.Error)
	if strings.Contains(lower, "cap_net_admin") || strings.Contains(lower, "operation not permitted") || strings.Contains(lower, "permission denied") {
		cause = "run the agent as root or with CAP_NET_ADMIN"
	}
	return cause + "; " + next
}

// absent explains a key that does not exist and that nobody would make.
// neededBy is the value that needs it, empty if there is none.
func (x *explainer) absent(key, neededBy string) (problem, advice string) {
	if iface, ok := interfaceOf(key); ok {
		config := linux_interfaces.InterfaceKey(iface)
		if _, exists := x.Graph.Node(config); !exists {
			return fmt.Sprintf("no interface %s is configured", iface), "configure the interface: agentctl kvdb put " + config + " …"
		}
		return x.interfaceLacks(iface, config, key)
	}
	if label, ok := strings.CutPrefix(key, linux_namespace.MicroserviceKeyPrefix); ok {
		return fmt.Sprintf("the microservice %s is not running", label), "start the microservice " + label
	}
	if strings.HasPrefix(key, "config/") {
		if !x.applies(key) {
			return "no plugin of this agent applies values with such a key", "correct the key: 'agentctl model ls' shows how keys begin"
		}
		return "it is not configured", "configure it: agentctl kvdb put " + key + " …"
	}
	if neededBy == "" {
		return "the agent has no such value", ""
	}
	return "nothing that is configured makes it", "look for what should make " + key + ": agentctl values"
}

// applies reports whether the agent would apply a value with the key.
func (a *Agent) applies(key string) bool {
	return len(a.KeyPrefixes) == 0 || slices.ContainsFunc(a.KeyPrefixes, func(prefix string) bool {
		return prefix != "" && strings.HasPrefix(key, prefix)
	})
}

// interfaceOf returns the interface that a key is, or would be, derived from.
// The key may be a prefix with a star.
func interfaceOf(key string) (name string, ok bool) {
	key = strings.TrimSuffix(key, "*")
	if name, _, isState := linux_interfaces.ParseInterfaceStateKey(key); isState {
		return name, true
	}
	if rest, ok := strings.CutPrefix(key, linux_l3.LinkLocalRouteKeyPrefix); ok {
		name, _, _ = strings.Cut(rest, "/")
		return name, name != ""
	}
	// The parsers of these want the whole key, but here it can end after any
	// part.
	rest, ok := strings.CutPrefix(key, "linux/interface/")
	if !ok || strings.HasPrefix(rest, "host-name/") {
		return "", false
	}
	for _, part := range []string{"/address", "/vrf"} {
		if at := strings.Index(rest, part); at > 0 {
			return rest[:at], true
		}
	}
	return "", false
}

// interfaceLacks explains why a configured interface does not make the key.
func (x *explainer) interfaceLacks(iface, config, key string) (problem, advice string) {
	if _, up, isState := linux_interfaces.ParseInterfaceStateKey(key); isState {
		state := "not enabled"
		if !up {
			state = "enabled"
		}
		return fmt.Sprintf("the interface %s is configured as %s", iface, state),
			fmt.Sprintf("set \"enabled\": %t in %s", up, config)
	}
	switch {
	case strings.Contains(key, "/address"):
		return fmt.Sprintf("the interface %s has no such address in its configuration", iface), "add the address to ip_addresses in " + config
	case strings.Contains(key, "/vrf"):
		return fmt.Sprintf("the interface %s is not configured to be in that VRF", iface), "set vrf_master_interface in " + config
	}
	return fmt.Sprintf("the interface %s does not provide it", iface), "look at " + config
}

// hostProblem explains why a key of a host interface does not exist.
func (x *explainer) hostProblem(key wire.HostKey, neededBy string) (problem, advice string) {
	i, _ := x.Host.Find(key.FullName())
	correct := ""
	if neededBy != "" {
		base, field := x.Graph.Base(neededBy), "the name"
		if strings.HasPrefix(base, linux_interfaces.ModelInterface.KeyPrefix()) {
			field = "host_if_name"
		}
		correct = ", or correct " + field + " in " + base
	}
	switch i.State {
	case hostif.Announced:
		return belowProblem(i, key)
	case "", hostif.Absent:
		if !x.Host.Complete {
			break
		}
		problem = fmt.Sprintf("the host has no interface %s", key.FullName())
		if len(x.hostNames) > 0 {
			problem += "; it has " + nearest(x.hostNames, key.FullName())
		}
		return problem, fmt.Sprintf("create %s and bring it up%s", shell(key.FullName()), correct)
	case hostif.Unknown:
	default:
		return hostReason(i, key)
	}
	return fmt.Sprintf("the host has no interface %s, or it is not up", key.FullName()),
		fmt.Sprintf("see '%s'; create it, bring it up%s", ip(key, "link show %s"), correct)
}

// hostReason explains an interface that is there and not announced. The
// states are those of the watcher.
func hostReason(i hostif.Interface, key wire.HostKey) (problem, advice string) {
	reason := i.Reason
	if reason == "" {
		reason = i.State
	}
	problem = fmt.Sprintf("the host has the interface %s, but it is not announced: %s", i.Name, reason)
	switch {
	case i.State == "down" && !strings.Contains(reason, "oper"):
		return problem, "bring it up: " + ip(key, "link set %s up")
	case i.State == "down":
		return problem, fmt.Sprintf("give %s a carrier (cable, peer, the process at the other end), or set enabled-when in ifwatcher.conf", shell(i.Name))
	case i.State == "excluded":
		return problem, "change the lists of interfaces in ifwatcher.conf, and restart the agent"
	case i.State == hostif.Waiting:
		return problem, "wait: the agent lets a new interface settle first (notification-delay in ifwatcher.conf)"
	case i.State == "name taken":
		return problem, fmt.Sprintf("wait until only one interface is called %s", shell(i.Name))
	}
	return problem, fmt.Sprintf("see '%s'", ip(key, "link show %s"))
}

// belowProblem explains a key below that of an interface that is announced.
func belowProblem(i hostif.Interface, key wire.HostKey) (problem, advice string) {
	switch {
	case key.Address == "*":
		return fmt.Sprintf("the host's interface %s has no address", i.Name), "give it an address: " + ip(key, "address add … dev %s")
	case key.Address != "":
		has := "none"
		if len(i.Addresses) > 0 {
			has = list(i.Addresses)
		}
		return fmt.Sprintf("the host's interface %s has no address %s; it has %s", i.Name, key.Address, has),
			"add it: " + ip(key, "address add "+key.Address+" dev %s")
	case key.VRF != "":
		return fmt.Sprintf("the host's interface %s is not in the VRF %s", i.Name, key.VRF),
			"put it there: " + ip(key, "link set %s master ") + shell(key.VRF)
	}
	return fmt.Sprintf("the host's interface %s is there; the agent has not told those who wait for it yet", i.Name),
		"wait a moment, then ask again"
}

// ip returns a command of iproute2 for an interface, which can be pasted.
func ip(key wire.HostKey, command string) string {
	command = fmt.Sprintf(command, shell(key.Name))
	if key.Namespace != "" {
		return "ip -n " + shell(key.Namespace) + " " + command
	}
	return "ip " + command
}

// nearest names the ones of many that share most of their beginning with
// another name.
func nearest(names []string, to string) string {
	shared := func(name string) int {
		n := 0
		for n < len(name) && n < len(to) && name[n] == to[n] {
			n++
		}
		return n
	}
	best := make([]string, 0, most+1)
	for _, name := range names {
		if len(best) == most && shared(name) <= shared(best[most-1]) {
			continue
		}
		at := slices.IndexFunc(best, func(other string) bool { return shared(other) < shared(name) })
		if at < 0 {
			at = len(best)
		}
		best = slices.Insert(best, at, name)[:min(len(best)+1, most)]
	}
	return withMore(best, len(names))
}

// most bounds the names in a line.
const most = 8

// list names some of many.
func list(items []string) string { return withMore(items[:min(len(items), most)], len(items)) }

func withMore(named []string, total int) string {
	text := strings.Join(named, ", ")
	if more := total - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shell quotes a name so that a command with it can be pasted.
func shell(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || slices.Contains([]rune("._-:@%+=,/*"), r)
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 && !strings.Contains(name, "*") {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
