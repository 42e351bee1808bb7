// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package safeclose

import (
	"errors"
	"io"
	"slices"
	"testing"
)

var errFirst, errSecond = errors.New("first"), errors.New("second")

type closer struct {
	closed int
	err    error
}

func (c *closer) Close() error {
	c.closed++
	return c.err
}

type quiet struct {
	closed int
}

func (c *quiet) Close() {
	c.closed++
}

type byValue struct {
	closed *int
}

func (c byValue) Close() error {
	*c.closed++
	return nil
}

type panicking struct{}

func (panicking) Close() error {
	panic("gone")
}

func TestClose(t *testing.T) {
	c, q, n := &closer{}, &quiet{}, 0
	indirect := any(c)
	ch := make(chan int)
	err := Close(
		c, q, byValue{&n}, &byValue{&n}, &c, &indirect, ch,
		[]io.Closer{c, nil}, [1]*quiet{q}, []any{[]io.Closer{c}},
		nil, (*closer)(nil), io.Closer(nil), (chan int)(nil), []io.Closer(nil), (func())(nil),
		closer{}, struct{}{}, 1, "text", map[string]io.Closer{"m": c}, func() {}, new(int), make(<-chan int),
	)
	if err != nil {
		t.Errorf("error %v", err)
	}
	if c.closed != 5 || q.closed != 2 || n != 2 {
		t.Errorf("closed %d, %d and %d times, want 5, 2 and 2", c.closed, q.closed, n)
	}
	if _, open := <-ch; open {
		t.Error("the channel is open")
	}
}

func TestErrors(t *testing.T) {
	ok := &closer{}
	closed := make(chan struct{})
	close(closed)
	err := Close(&closer{err: errFirst}, panicking{}, closed, []io.Closer{&closer{err: errSecond}, ok})
	var errs CloseErrors
	if !errors.As(err, &errs) || len(errs) != 4 || ok.closed != 1 {
		t.Fatalf("errors %v, closed %d times", err, ok.closed)
	}
	if !errors.Is(err, errFirst) || !errors.Is(err, errSecond) {
		t.Errorf("error %v does not unwrap to its parts", err)
	}
	want := "first, close safeclose.panicking: gone, close chan struct {}: close of closed channel, second"
	if err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestOrder(t *testing.T) {
	var order []string
	record := func(name string) io.Closer {
		return closeFunc(func() error { order = append(order, name); return nil })
	}
	if err := Close(record("a"), []io.Closer{record("b"), record("c")}, record("d")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, []string{"a", "b", "c", "d"}) {
		t.Errorf("closed %v", order)
	}
}

type closeFunc func() error

func (f closeFunc) Close() error { return f() }
