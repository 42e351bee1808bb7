// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcdtest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy is a way to the server that can be cut and frozen.
type Proxy struct {
	target   string
	listener net.Listener

	mu     sync.Mutex
	state  state
	change chan struct{} // closed when the state changes
	conns  map[net.Conn]bool
	turned int // connections that were closed at once
}

type state int

const (
	open state = iota
	cut
	frozen
)

// NewProxy returns an open way to the address, until the end of the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: target, listener: l, change: make(chan struct{}), conns: make(map[net.Conn]bool)}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.Cut()
		wg.Wait()
	})
	return p
}

// Endpoint returns host and port.
func (p *Proxy) Endpoint() string { return p.listener.Addr().String() }

// Cut closes all connections. New ones are closed at once.
func (p *Proxy) Cut() {
	p.set(cut)
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// TurnedAway returns how many new connections were closed at once.
func (p *Proxy) TurnedAway() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turned
}

// Freeze lets connections stand, but nothing comes through any more.
func (p *Proxy) Freeze() { p.set(frozen) }

// Heal lets everything through again.
func (p *Proxy) Heal() { p.set(open) }

func (p *Proxy) set(s state) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
	close(p.change)
	p.change = make(chan struct{})
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	if p.state == cut {
		p.turned++
		p.mu.Unlock()
		return
	}
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()

	var wg sync.WaitGroup
	wg.Go(func() { p.copy(server, client) })
	wg.Go(func() { p.copy(client, server) })
	wg.Wait()
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

func (p *Proxy) copy(to io.WriteCloser, from io.Reader) {
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || !p.pass() {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// pass waits while the way is frozen.
func (p *Proxy) pass() bool {
	for {
		p.mu.Lock()
		s, change := p.state, p.change
		p.mu.Unlock()
		switch s {
		case open:
			return true
		case cut:
			return false
		}
		<-change
	}
}
