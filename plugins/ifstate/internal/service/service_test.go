// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package service

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// remote is the service of a host, and a client that knows nothing but its address.
type remote struct {
	pb.HostInterfacesClient
	t    *testing.T
	stop chan struct{}
}

func serve(t *testing.T, h *Host) *remote {
	t.Helper()
	t.Cleanup(Goroutines(t))
	r := &remote{t: t, stop: make(chan struct{})}
	server := grpc.NewServer()
	pb.RegisterHostInterfacesServer(server, New(h.State, r.stop))
	listener := bufconn.Listen(1 << 16)
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		wg.Wait()
	})
	// A static window bounds what is between a slow client and the service; it would
	// grow with the time that a busy machine takes for an answer.
	conn, err := grpc.NewClient("passthrough:agent", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStaticStreamWindowSize(1<<16),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	r.HostInterfacesClient = pb.NewHostInterfacesClient(conn)
	return r
}

// watch is a stream that is read one group of responses at a time.
type watch struct {
	grpc.ServerStreamingClient[pb.WatchResponse]
	t     *testing.T
	token string
	split bool // there was a group of more than one
}

func (r *remote) watch(token string) *watch {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), Patience)
	r.t.Cleanup(cancel)
	stream, err := r.Watch(ctx, &pb.WatchRequest{ResumeToken: token})
	if err != nil {
		r.t.Fatal(err)
	}
	return &watch{ServerStreamingClient: stream, t: r.t}
}

func (w *watch) next() (full bool, changes []*pb.Change) {
	w.t.Helper()
	for first := true; ; first = false {
		resp, err := w.Recv()
		if err != nil {
			w.t.Fatal(err)
		}
		if first {
			full = resp.GetFull()
		} else if resp.GetFull() {
			w.t.Error("full in a later part")
		}
		changes = append(changes, resp.GetChanges()...)
		if !resp.GetMore() {
			w.token = resp.GetResumeToken()
			return full, changes
		}
		w.split = true
		if resp.GetResumeToken() != "" {
			w.t.Error("a token before the end")
		}
	}
}

// expect reads one group, written as in "changed eth0: MTU changed from 1500".
func (w *watch) expect(wantFull bool, want ...string) {
	w.t.Helper()
	full, changes := w.next()
	if got := describe(changes); full != wantFull || !slices.Equal(got, want) {
		w.t.Fatalf("full %t: %q, expected full %t: %q", full, got, wantFull, want)
	}
	if w.token == "" {
		w.t.Error("no token")
	}
}

func describe(changes []*pb.Change) (lines []string) {
	for _, c := range changes {
		var causes []string
		for _, cause := range c.GetCauses() {
			causes = append(causes, cause.GetText())
			if cause.GetKind() == pb.Cause_KIND_UNSPECIFIED {
				causes = append(causes, "UNSPECIFIED")
			}
		}
		kind := strings.ToLower(strings.TrimPrefix(c.GetType().String(), "TYPE_"))
		lines = append(lines, fmt.Sprintf("%s %s: %s", kind, c.GetInterface().GetName(), strings.Join(causes, ", ")))
	}
	return lines
}

func (w *watch) expectEnd(code codes.Code, word string) {
	w.t.Helper()
	for {
		_, err := w.Recv()
		if err == nil {
			continue
		}
		if s, _ := status.FromError(err); s.Code() != code || !strings.Contains(s.Message(), word) {
			w.t.Errorf("%v, expected %s", err, code)
		}
		return
	}
}

func TestList(t *testing.T) {
	h := NewHost(t, 10)
	r := serve(t, h)
	if _, err := r.List(t.Context(), &pb.ListRequest{}); status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "kernel") {
		t.Errorf("before anything is known: %v", err)
	}
	h.Boot()
	if resp, err := r.List(t.Context(), &pb.ListRequest{}); err != nil || len(resp.GetInterfaces()) != 0 || resp.GetNextPageToken() != "" {
		t.Errorf("%v, %v", resp, err)
	}
	var want []string
	for i := range 2500 {
		name := fmt.Sprintf("n%04d", i)
		h.Set(Interface(i+1, name))
		want = append(want, name)
	}
	h.Set(Interface(1, "x", In("a/b")))
	want = append(want, "x")
	for _, size := range []int32{0, 999, 5000, 1} {
		var got []string
		req := &pb.ListRequest{PageSize: size}
		for pages := 1; ; pages++ {
			resp, err := r.List(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range resp.GetInterfaces() {
				got = append(got, i.GetName())
			}
			limit := int(size)
			if size == 0 || size > maxInterfaces {
				limit = maxInterfaces
			}
			if n := len(resp.GetInterfaces()); n > limit {
				t.Fatalf("%d interfaces in a page of %d", n, size)
			}
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" || (size == 1 && pages == 5) {
				break
			}
		}
		if size == 1 {
			want = want[:5]
		}
		if !slices.Equal(got, want) {
			t.Errorf("page size %d: %d interfaces", size, len(got))
		}
	}
}

// What the page ended with may be gone when the next is asked for.
func TestListWhileChanging(t *testing.T) {
	h := NewHost(t, 10).Boot()
	h.Set(Interface(1, "a"), Interface(2, "b"), Interface(3, "c"))
	r := serve(t, h)
	first, err := r.List(t.Context(), &pb.ListRequest{PageSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	h.Remove("", 2)
	second, err := r.List(t.Context(), &pb.ListRequest{PageToken: first.GetNextPageToken()})
	if err != nil || len(second.GetInterfaces()) != 1 || second.GetInterfaces()[0].GetName() != "c" {
		t.Errorf("%v, %v", second, err)
	}
}

func TestBadRequests(t *testing.T) {
	r := serve(t, NewHost(t, 10).Boot())
	for _, token := range []string{"?", "AAAA", "CAE", strings.Repeat("x", 1000)} {
		_, err := r.List(t.Context(), &pb.ListRequest{PageToken: token})
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "page_token") {
			t.Errorf("%q: %v", token, err)
		}
	}
	if _, err := r.List(t.Context(), &pb.ListRequest{PageSize: -1}); status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "page_size") {
		t.Error(err)
	}
	for _, token := range []string{"?", "-", "abc", "abc-", "-1", "abc-!", "abc--1"} {
		r.watch(token).expectEnd(codes.InvalidArgument, "resume_token")
	}
}

func TestWatch(t *testing.T) {
	h := NewHost(t, 100)
	r := serve(t, h)
	early := r.watch("") // waits
	h.Set(Interface(2, "eth0"), Interface(3, "e\xff", Down))
	h.Boot()
	early.expect(true, "appeared eth0: appeared, announced", "appeared e%FF: appeared")
	w := r.watch("")
	w.expect(true, "appeared eth0: appeared, announced", "appeared e%FF: appeared")
	change := func(set *tracker.Interface, want string) {
		t.Helper()
		h.Set(set)
		w.expect(false, want)
		early.expect(false, want)
	}
	change(Interface(3, "eth1", Down), "changed eth1: renamed from e%FF")
	change(Interface(3, "eth1"), "changed eth1: operational state changed from down, running changed from false, announced")
	change(Interface(3, "eth1", func(i *tracker.Interface) {
		i.Addresses, i.AltNames = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}, []string{"\x01"}
		i.Master, i.MasterName = 4, "br\x02"
	}), "changed eth1: master set, address added 192.0.2.1/24, alternative name added %01")
	change(Interface(3, "eth1", MTU(9000), func(i *tracker.Interface) {
		i.AdminUp, i.MAC, i.State = false, "02:00:00:00:00:01", tracker.Withdrawing
	}),
		"changed eth1: set down, master changed from br%02, MTU changed from 1500, MAC address set, address removed 192.0.2.1/24, alternative name removed %01, state changed from announced")
	change(Interface(5, "new", In("blue")), "appeared new: appeared, announced")
	h.Remove("", 2)
	w.expect(false, "disappeared eth0: disappeared, withdrawn")
}

// A client that comes again gets what it has missed, and the whole if that is not
// known any more.
func TestResume(t *testing.T) {
	h := NewHost(t, 4)
	h.Set(Interface(2, "eth0"), Interface(3, "eth1"))
	r := serve(t, h.Boot())
	w := r.watch("")
	w.expect(true, "appeared eth0: appeared, announced", "appeared eth1: appeared, announced")
	token := w.token
	w = r.watch(token)
	w.expect(false) // nothing missed, and told so
	h.Set(Interface(2, "wan", MTU(1400)))
	h.Set(Interface(2, "wan"))
	h.Remove("", 3)
	h.Set(Interface(4, "eth1", Down))
	w = r.watch(token)
	w.expect(false, "disappeared eth1: disappeared, withdrawn", "changed wan: renamed from eth0", "appeared eth1: appeared")
	last := w.token
	h.Set(Interface(4, "eth1"))
	w.expect(false, "changed eth1: operational state changed from down, running changed from false, announced")
	r.watch(last).expect(false, "changed eth1: operational state changed from down, running changed from false, announced")
	everything := []string{"appeared wan: appeared, announced", "appeared eth1: appeared, announced"}
	r.watch(token).expect(true, everything...)
	run, _, _ := strings.Cut(token, "-")
	r.watch("ANOTHERRUN"+strings.TrimPrefix(token, run)).expect(true, everything...)
	r.watch(run+"-zzzzzzzz").expect(true, everything...) // ahead of the server
}

// A client that does not read holds up nobody, and has the latest state when it
// reads again.
func TestSlowClient(t *testing.T) {
	h := NewHost(t, 64)
	const interfaces, rounds = 50, 400
	set := func(round int) {
		for i := range interfaces {
			h.Set(Interface(i+1, fmt.Sprintf("n%d-%d", i, round), MTU(round), func(x *tracker.Interface) {
				x.AltNames = []string{strings.Repeat("x", 500)} // to fill what is between
			}))
		}
	}
	r := serve(t, h.Boot())
	slow, quick := r.watch(""), r.watch("")
	slow.expect(true)
	quick.expect(true)
	for round := range rounds {
		set(round)
	}
	for _, w := range []*watch{quick, slow} {
		mtu, responses, fulls := map[uint64]uint32{}, 0, 0
		for done := false; !done; {
			full, changes := w.next()
			responses++
			if full {
				clear(mtu)
				fulls++
			}
			for _, c := range changes {
				mtu[c.GetInterface().GetId()] = c.GetInterface().GetMtu()
			}
			done = len(mtu) == interfaces
			for _, m := range mtu {
				done = done && m == rounds-1
			}
		}
		if w == slow && (fulls == 0 || responses >= rounds*interfaces) {
			t.Errorf("%d responses, %d of them full", responses, fulls)
		}
	}
}

// A response has no more than clients take.
func TestManyInterfaces(t *testing.T) {
	h := NewHost(t, 10)
	var all []*tracker.Interface
	for i := range 2500 {
		all = append(all, Interface(i+1, fmt.Sprint("n", i), func(x *tracker.Interface) { x.AltNames = []string{strings.Repeat("x", 2000)} }))
	}
	h.Set(all...)
	r := serve(t, h.Boot())
	w := r.watch("")
	if full, changes := w.next(); !full || len(changes) != len(all) || !w.split {
		t.Errorf("full %t, %d changes, in parts %t", full, len(changes), w.split)
	}
	n := 0
	for req := (&pb.ListRequest{}); ; {
		resp, err := r.List(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		n += len(resp.GetInterfaces())
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if n != len(all) {
		t.Errorf("%d interfaces", n)
	}
}

func TestEnds(t *testing.T) {
	h := NewHost(t, 10)
	r := serve(t, h)
	waiting := r.watch("")
	h.Boot()
	waiting.expect(true)
	h.Set(Interface(2, "eth0"))
	close(r.stop)
	waiting.expectEnd(codes.Unavailable, "stopping")

	gone := NewHost(t, 10)
	never := serve(t, gone).watch("")
	gone.End(fmt.Errorf("not watched"))
	never.expectEnd(codes.Unavailable, "not watched")

	was := NewHost(t, 10).Boot()
	w := serve(t, was).watch("")
	w.expect(true)
	was.End(fmt.Errorf("not watched"))
	w.expectEnd(codes.Unavailable, "not watched")
}

// There is a kind for every cause.
func TestKinds(t *testing.T) {
	if len(kinds) != len(pb.Cause_Kind_name)-1 {
		t.Errorf("%d kinds, %d in the protocol", len(kinds), len(pb.Cause_Kind_name)-1)
	}
	seen := map[pb.Cause_Kind]feed.Kind{}
	for from, to := range kinds {
		if other, twice := seen[to]; twice {
			t.Errorf("%s and %s are both %s", from, other, to)
		}
		seen[to] = from
	}
}

// Tokens come from anyone.
func FuzzTokens(f *testing.F) {
	h := NewHost(f, 10).Boot()
	h.Set(Interface(1, "a"), Interface(2, "b"))
	s := New(h.State, nil)
	first, err := s.List(f.Context(), &pb.ListRequest{PageSize: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(first.GetNextPageToken())
	f.Add(s.resumeToken(7))
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := s.List(t.Context(), &pb.ListRequest{PageToken: token}); err != nil && status.Code(err) != codes.InvalidArgument {
			t.Error(err)
		}
		revision, ok, err := s.parseResumeToken(token)
		if err != nil && status.Code(err) != codes.InvalidArgument {
			t.Error(err)
		}
		if again, _, _ := s.parseResumeToken(s.resumeToken(revision)); ok && again != revision {
			t.Errorf("%q gives %d, then %d", token, revision, again)
		}
	})
}
