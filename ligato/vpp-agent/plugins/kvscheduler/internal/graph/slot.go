// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

// Slot is the place of a key. It stays while versions of the node come and go,
// so that who has it need not look up the key again. A slot with neither a
// node nor users nor marks is dropped at the end of a transaction.
type Slot struct {
	Key string
	// Marks are for the use of whoever changes the graph. They keep the slot.
	Marks uint8

	dirty     bool  // in Graph.dirty
	available int32 // index in Graph.available, from 1; 0 if not there
	list      int32 // in Graph.bases, from 1; 0 if in none
	place     int32 // in that list
	// waiting is the index in Views.changes, if these are of the generation.
	waiting    uint32
	generation uint32
	node       *Node
	before     *Node // of before this transaction, if dirty
	links      []link
	users      users // those with a dependency on this very key
}

// Node returns the version as of now, nil if there is none. It must not be
// changed.
func (s *Slot) Node() *Node { return s.node }

func (s *Slot) isAvailable() bool { return s.node != nil && s.node.Available }

// users are the slots of the nodes with a certain dependency, mostly one.
type users struct {
	one  *Slot
	many map[*Slot]int32 // with how many of its dependencies
}

func (u *users) add(s *Slot) {
	if u.many == nil && u.one == nil {
		u.one = s
		return
	}
	if u.many == nil {
		u.many = map[*Slot]int32{u.one: 1}
		u.one = nil
	}
	u.many[s]++
}

func (u *users) remove(s *Slot) {
	if u.many == nil {
		if u.one == s {
			u.one = nil
		}
		return
	}
	if u.many[s]--; u.many[s] <= 0 {
		delete(u.many, s)
		if len(u.many) == 0 {
			u.many = nil
		}
	}
}

func (u *users) empty() bool { return u.one == nil && len(u.many) == 0 }

func (u *users) appendTo(slots []*Slot) []*Slot {
	if u.one != nil {
		return append(slots, u.one)
	}
	for s := range u.many {
		slots = append(slots, s)
	}
	return slots
}
