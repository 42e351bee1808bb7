// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
)

// TestStorm: pairs of interfaces created, set up, flipped and deleted as fast as one
// thread can, and as many addresses on one of them, while configuration depends on
// some. The agent lives, the scheduler ends with what the kernel has and with the
// configuration that goes with it, and nothing is left behind. IFWATCHER_SOAK
// repeats it for as long as it says.
func TestStorm(t *testing.T) {
	for _, tc := range []struct {
		name          string
		receiveBuffer int
	}{
		{"LargeBuffer", descriptor.DefaultReceiveBuffer},
		{"TinyBuffer", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !netnstest.Enter(t) {
				return
			}
			// Duplicate address detection takes a second for each address.
			if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0); err != nil {
				t.Logf("addresses will be slow: %v", err)
			}
			s := newStorm(t, tc.receiveBuffer)
			s.round() // to have what is allocated once
			before := measure(t)
			end := time.Now().Add(netnstest.Soak())
			for rounds := 1; rounds == 1 || time.Now().Before(end); rounds++ {
				s.round()
			}
			after := measure(t)
			for end := time.Now().Add(time.Minute); after.exceeds(before) && time.Now().Before(end); after = measure(t) {
				time.Sleep(100 * time.Millisecond) // a dump may be in progress
			}
			t.Logf("before: %+v, after: %+v", before, after)
			if after.exceeds(before) {
				t.Error("something is left behind")
			}
			stats := s.plugin.watcher.Stats()
			t.Logf("%+v", stats)
			if tiny := tc.receiveBuffer == 1; tiny == (stats.Overflows == 0) && (tiny || s.canForceBuffer()) {
				t.Errorf("%d overflows", stats.Overflows)
			}
			s.close()
			if n := openFiles(t); n > s.files {
				t.Errorf("%d files open, %d at the start", n, s.files)
			}
			if err := goleak.Find(); err != nil {
				t.Error(err)
			}
		})
	}
}

type storm struct {
	*testing.T
	scheduler *kvscheduler.Scheduler
	plugin    *Plugin
	kernel    *netlink.Handle
	files     int // open at the start
}

// quietConfig turns off what is for people to read.
type quietConfig struct{ noConfig }

func (quietConfig) LoadValue(conf any) (bool, error) {
	return true, json.Unmarshal([]byte(`{"record-transaction-history": false, "print-txn-summary": false}`), conf)
}

// dependant is the descriptor of values that wait for the key in their own.
func dependant() *kvs.KVDescriptor {
	return &kvs.KVDescriptor{
		Name:        "dependant",
		KeySelector: func(key string) bool { return strings.HasPrefix(key, "needs/") },
		Create:      func(string, proto.Message) (kvs.Metadata, error) { return nil, nil },
		Delete:      func(string, proto.Message, kvs.Metadata) error { return nil },
		Dependencies: func(key string, _ proto.Message) []kvs.Dependency {
			return []kvs.Dependency{{Label: "it", Key: strings.TrimPrefix(key, "needs/")}}
		},
	}
}

func newStorm(t *testing.T, receiveBuffer int) *storm {
	openFiles(t) // the runtime opens files of its own for the first one
	s := &storm{T: t, files: openFiles(t)}
	s.scheduler = kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) {
		d.SetName("storm-scheduler")
		d.HTTPHandlers, d.Cfg = nil, quietConfig{}
	}))
	s.must(s.scheduler.Init())
	s.must(s.scheduler.RegisterKVDescriptor(dependant()))
	conf := DefaultConfig()
	conf.NotificationDelay, conf.ReceiveBufferSize = 10*time.Millisecond, receiveBuffer
	s.plugin = NewPlugin(UseConf(conf), UseDeps(func(d *Deps) {
		d.KVScheduler, d.StatusCheck, d.HTTPHandlers, d.Prometheus = s.scheduler, nil, nil, nil
		d.NetlinkHandler = linuxcalls.NewNetLinkHandler()
	}))
	s.must(s.plugin.Init())
	ctx := context.Background()
	_, err := s.scheduler.StartNBTransaction().Commit(kvs.WithResync(ctx, kvs.FullResync, true))
	s.must(err)
	txn := s.scheduler.StartNBTransaction()
	for _, key := range s.needed() {
		txn.SetValue("needs/"+key, &emptypb.Empty{})
	}
	_, err = txn.Commit(ctx)
	s.must(err)
	s.kernel, err = netlink.NewHandle(unix.NETLINK_ROUTE)
	s.must(err)
	return s
}

func (s *storm) close() {
	s.kernel.Close()
	s.must(s.plugin.Close())
	s.must(s.scheduler.Close())
}

// canForceBuffer tells whether the watcher gets the receive buffer that it asks for.
// Without root it is limited to the sysctl net.core.rmem_max, and may overflow.
func (s *storm) canForceBuffer() bool {
	s.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	s.must(err)
	defer unix.Close(fd)
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, descriptor.DefaultReceiveBuffer) == nil
}

func (s *storm) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// needed returns the keys that configuration depends on.
func (s *storm) needed() (keys []string) {
	for i := 0; i < stormSize; i += 20 {
		keys = append(keys, ifmodel.InterfaceHostNameKey(fmt.Sprintf("a%d", i)),
			ifmodel.InterfaceHostNameWithAddrKey("a0", stormAddr(i)))
	}
	return keys
}

func stormAddr(i int) string { return fmt.Sprintf("10.1.%d.%d/32", i/200, 1+i%200) }

// group is that of all first ends of the pairs.
const group = 77

// round is one storm, with a check whenever there is quiet.
func (s *storm) round() {
	s.Helper()
	began := time.Now()
	for i := range stormSize {
		a := netlink.NewLinkAttrs()
		a.Name, a.Group = fmt.Sprintf("a%d", i), group
		v := netlink.NewVeth(a)
		v.PeerName = fmt.Sprintf("b%d", i)
		s.must(s.kernel.LinkAdd(v))
	}
	created := time.Since(began)
	for range 3 { // a whole group at once is faster than anything else
		s.setGroup(unix.IFF_UP)
		s.setGroup(0)
	}
	s.setGroup(unix.IFF_UP)
	a0, err := s.kernel.LinkByName("a0")
	s.must(err)
	for i := range stormSize {
		a, err := netlink.ParseAddr(stormAddr(i))
		s.must(err)
		s.must(s.kernel.AddrAdd(a0, a))
	}
	began = time.Now()
	s.converges("creation, flips and addresses", stormSize)
	s.Logf("%d pairs created in %s, all converged %s after the last change", stormSize, created, time.Since(began))

	for i := range stormSize {
		if i%2 == 0 {
			a, err := netlink.ParseAddr(stormAddr(i))
			s.must(err)
			s.must(s.kernel.AddrDel(a0, a))
		}
	}
	for i := range 20 { // one at a time is slow, in every kernel
		l, err := s.kernel.LinkByName(fmt.Sprintf("a%d", stormSize-1-i))
		s.must(err)
		s.must(s.kernel.LinkDel(l))
	}
	s.converges("deletion of some", 0)
	req := nl.NewNetlinkRequest(unix.RTM_DELLINK, unix.NLM_F_ACK)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(group)))
	_, err = req.Execute(unix.NETLINK_ROUTE, 0)
	s.must(err)
	began = time.Now()
	s.converges("deletion of all", 0)
	s.Logf("converged %s after the deletion of all", time.Since(began))
	if keys := s.keys(); len(keys) != 0 {
		s.Errorf("left: %q", keys)
	}
}

func (s *storm) setGroup(flags uint32) {
	s.Helper()
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Flags, msg.Change = flags, unix.IFF_UP
	req.AddData(msg)
	req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(group)))
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	s.must(err)
}

// converges waits until the scheduler has what the kernel has, and the
// configuration is what goes with that.
func (s *storm) converges(after string, interfaces int) {
	s.Helper()
	var got, want []string
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got = s.keys()
		want, err = s.truth()
		if err == nil && len(got) >= interfaces && slices.Equal(got, want) && s.configured(got) {
			return
		}
	}
	s.Fatalf("after %s the scheduler has %d keys, the kernel %d, %v; state: %+v, %v", after, len(got), len(want), err,
		s.plugin.watcher.Stats(), s.plugin.watcher.OutOfSync())
}

func (s *storm) keys() (keys []string) {
	s.Helper()
	values, err := s.scheduler.DumpValuesByDescriptor(descriptor.InterfaceWatcherName, kvs.CachedView)
	s.must(err)
	for _, kv := range values {
		keys = append(keys, kv.Key)
	}
	slices.Sort(keys)
	return keys
}

// truth asks the kernel, by another way than the watcher, for the keys there are. It
// may fail where the watcher repeats: when something changes during a dump.
func (s *storm) truth() (keys []string, err error) {
	links, err := s.kernel.LinkList()
	if err != nil {
		return nil, err
	}
	addrs, err := s.kernel.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, err
	}
	shown := map[int]string{}
	for _, l := range links {
		if a := l.Attrs(); a.OperState != netlink.OperDown && a.OperState != netlink.OperNotPresent {
			shown[a.Index] = a.Name
			keys = append(keys, ifmodel.InterfaceHostNameKey(a.Name))
		}
	}
	for _, a := range addrs {
		if name, ok := shown[a.LinkIndex]; ok && a.Flags&(unix.IFA_F_TENTATIVE|unix.IFA_F_DADFAILED) == 0 {
			keys = append(keys, ifmodel.InterfaceHostNameWithAddrKey(name, a.IPNet.String()))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// configured tells whether exactly that configuration is applied which can be.
func (s *storm) configured(keys []string) bool {
	for _, key := range s.needed() {
		_, is := slices.BinarySearch(keys, key)
		want := map[bool]string{true: "CONFIGURED", false: "PENDING"}[is]
		if s.scheduler.GetValueStatus("needs/"+key).GetValue().GetState().String() != want {
			return false
		}
	}
	return true
}

type resources struct {
	heap              uint64
	goroutines, files int
}

// exceeds tells whether r is more than what there was before.
func (r resources) exceeds(before resources) bool {
	return r.heap > before.heap+before.heap/2+4<<20 || r.goroutines > before.goroutines || r.files > before.files
}

func measure(t *testing.T) resources {
	debug.FreeOSMemory() // collects all
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return resources{heap: m.HeapAlloc, goroutines: runtime.NumGoroutine(), files: openFiles(t)}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
