// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvspb "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher"
)

// stack is an agent without store: scheduler, watcher and hostconfig on the
// real kernel of the test's namespace.
type stack struct {
	t         *testing.T
	stateDir  string
	scheduler *kvscheduler.Scheduler
	plugins   []interface{ Close() error }
	wanted    map[string]proto.Message
}

func newStack(t *testing.T) *stack {
	t.Helper()
	netnstest.Need(t)
	if err := lab.Prepare(); err != nil && os.Getenv(unprivilegedEnv) == "" {
		t.Fatal(err)
	}
	s := &stack{t: t, stateDir: t.TempDir(), wanted: map[string]proto.Message{}}
	t.Cleanup(s.stop)
	return s
}

// start starts the plugins and does what the orchestrator does first: read the
// host, then bring it to what is wanted.
func (s *stack) start() {
	s.t.Helper()
	log := func(name string) logging.PluginLogger {
		l := logging.NewParentLogger(name, logrus.NewLogRegistry())
		l.SetLevel(logging.ErrorLevel)
		return l
	}
	s.scheduler = kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) {
		d.HTTPHandlers, d.Cfg, d.Log = nil, confFile(""), log("kvscheduler")
	}))
	watch := ifwatcher.DefaultConfig()
	watch.NotificationDelay = 0
	watcher := ifwatcher.NewPlugin(ifwatcher.UseConf(watch), ifwatcher.UseDeps(func(d *ifwatcher.Deps) {
		d.KVScheduler, d.StatusCheck, d.Log = s.scheduler, nil, log("ifwatcher")
	}))
	host := NewPlugin(UseConf(Config{StateDir: s.stateDir}), UseDeps(func(d *Deps) {
		d.KVScheduler, d.Log = s.scheduler, log("hostconfig")
	}))
	for _, p := range []interface {
		Init() error
		Close() error
	}{s.scheduler, watcher, host} {
		s.plugins = append(s.plugins, p)
		if err := p.Init(); err != nil {
			s.t.Fatal(err)
		}
	}
	s.resync(kvs.DownstreamResync)
	s.resync(kvs.FullResync)
}

func (s *stack) resync(kind kvs.ResyncType) {
	s.t.Helper()
	txn := s.scheduler.StartNBTransaction()
	if kind == kvs.FullResync {
		for key, v := range s.wanted {
			txn.SetValue(key, v)
		}
	}
	// Values that fail are in their status.
	_, _ = txn.Commit(kvs.WithResync(context.Background(), kind, false))
}

// stop is also what a kill does: nothing is withdrawn.
func (s *stack) stop() {
	for _, p := range slices.Backward(s.plugins) {
		if err := p.Close(); err != nil {
			s.t.Error(err)
		}
	}
	s.plugins = nil
}

// set wants values; remove does not want them any more.
func (s *stack) set(values ...proto.Message) {
	txn := s.scheduler.StartNBTransaction()
	for _, v := range values {
		s.wanted[models.Key(v)] = v
		txn.SetValue(models.Key(v), v)
	}
	_, _ = txn.Commit(context.Background())
}

func (s *stack) remove(values ...proto.Message) {
	txn := s.scheduler.StartNBTransaction()
	for _, v := range values {
		delete(s.wanted, models.Key(v))
		txn.SetValue(models.Key(v), nil)
	}
	_, _ = txn.Commit(context.Background())
}

// state waits until the value and all that is derived from it are in the state.
func (s *stack) state(v proto.Message, want kvspb.ValueState) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%s is %v; it is %v", models.Key(v), want, s.scheduler.GetValueStatus(models.Key(v))), func() bool {
		status := s.scheduler.GetValueStatus(models.Key(v))
		if status.GetValue().GetState() != want {
			return false
		}
		for _, derived := range status.GetDerivedValues() {
			if derived.GetState() != want {
				return false
			}
		}
		return true
	})
}

// failure waits until the value is in the state with an error that has the
// texts in it.
func (s *stack) failure(v proto.Message, want kvspb.ValueState, texts ...string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%s is %v", models.Key(v), want), func() bool {
		return s.scheduler.GetValueStatus(models.Key(v)).GetValue().GetState() == want
	})
	err := s.scheduler.GetValueStatus(models.Key(v)).GetValue().GetError()
	for _, text := range texts {
		if !strings.Contains(err, text) {
			s.t.Errorf("%s: the error %q has no %q in it", models.Key(v), err, text)
		}
	}
}

func (s *stack) details(v proto.Message) []string {
	return s.scheduler.GetValueStatus(models.Key(v)).GetValue().GetDetails()
}

// must ends the test at an error of the lab.
func (s *stack) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// address and route wait until the kernel has, or has not, what is meant.
func (s *stack) address(link, address string, want bool) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%s on %s: %v", address, link, want), func() bool { return lab.HasAddress(link, address) == want })
}

func (s *stack) route(dst string, want bool) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("route to %s: %v", dst, want), func() bool { return lab.HasRoute(dst) == want })
}

// monitor collects the deletions that the kernel announces.
type monitor struct {
	done chan struct{}
	seen map[string]bool
	stop func()
}

func startMonitor(t *testing.T) *monitor {
	t.Helper()
	m := &monitor{done: make(chan struct{}), seen: map[string]bool{}}
	addrs, routes, quit := make(chan netlink.AddrUpdate), make(chan netlink.RouteUpdate), make(chan struct{})
	if err := netlink.AddrSubscribe(addrs, quit); err != nil {
		t.Fatal(err)
	}
	if err := netlink.RouteSubscribe(routes, quit); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(m.done)
		for addrs != nil || routes != nil {
			select {
			case a, ok := <-addrs:
				if !ok {
					addrs = nil
				} else if !a.NewAddr {
					m.seen["address "+a.LinkAddress.String()] = true
				}
			case r, ok := <-routes:
				if !ok {
					routes = nil
				} else if r.Type == unix.RTM_DELROUTE {
					m.seen["route "+r.Dst.String()] = true
				}
			}
		}
	}()
	m.stop = func() { close(quit) }
	return m
}

// deletions ends the monitor.
func (m *monitor) deletions() []string {
	m.stop()
	<-m.done
	return slices.Sorted(maps.Keys(m.seen))
}

// withoutPrivilege runs the test of that name again, in a user namespace that does
// not own the network namespace, and so has no CAP_NET_ADMIN over it.
func withoutPrivilege(t *testing.T) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), unprivilegedEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("no user namespace can be made here: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

// unprivilegedEnv marks the process that withoutPrivilege started.
const unprivilegedEnv = "IFWATCHER_TEST_UNPRIVILEGED"
