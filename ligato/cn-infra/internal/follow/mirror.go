// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"go.ligato.io/cn-infra/v2/datasync"
)

// ErrEmptied is reported while what is known is kept although the store has
// nothing.
var ErrEmptied = errors.New("the store lost its data: another or an older store without any key has taken its place; " +
	"the last known values are kept until it has a key again (write and delete one to confirm that it is empty)")

// Mirror is what is known of a store. The zero value knows nothing. It is not
// safe for concurrent use.
type Mirror struct {
	store    uint64
	base     int64 // revision of the last listing
	rev      int64 // highest revision seen
	items    map[string]Item
	prefixes []string // of the last listing

	listed    bool
	kept      bool
	confirmed bool
}

// Verdict is what a listing means.
type Verdict int

// Verdicts.
const (
	// First is the first listing.
	First Verdict = iota
	// Same store that went on.
	Same
	// Other store than before.
	Other
	// Emptied is another store without items, while items are known.
	Emptied
	// gone is a store that may be the same, without items, while items are
	// known. History has to tell.
	gone
)

// Listed tells whether anything is known.
func (m *Mirror) Listed() bool { return m.listed }

// Kept tells whether items are kept that the store does not have.
func (m *Mirror) Kept() bool { return m.kept }

// Revision returns the highest revision seen.
func (m *Mirror) Revision() int64 { return m.rev }

// Items returns what is known, sorted by key.
func (m *Mirror) Items() []Item {
	items := make([]Item, 0, len(m.items))
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		items = append(items, m.items[key])
	}
	return items
}

// Take takes over a listing of the prefixes. It returns what the listing means
// and the differences to what was known, deletions first, then in the order of
// their revisions. After Emptied nothing has changed but the position. Only when
// the listing is empty and something is known, the store may be asked for its
// history. After an error nothing has changed.
func (m *Mirror) Take(ctx context.Context, store Store, snap *Snapshot, prefixes []string) (Verdict, []Change, error) {
	verdict := m.judge(snap)
	if verdict == gone {
		witness := m.witness()
		had, known, err := store.Had(ctx, witness.Key, witness.Rev, m.rev)
		switch {
		case err != nil:
			return verdict, nil, err
		case known && !had:
			verdict = Emptied
		default:
			verdict = Same
		}
	}
	m.store, m.base, m.rev = snap.Store, snap.Revision, snap.Revision
	m.prefixes = prefixes
	m.kept = verdict == Emptied
	if m.kept {
		return verdict, nil, nil
	}
	m.listed, m.confirmed = true, false
	return verdict, m.replace(snap), nil
}

func (m *Mirror) judge(snap *Snapshot) Verdict {
	empty := len(snap.Items) == 0 && len(m.items) > 0
	switch {
	case !m.listed:
		return First
	case m.kept && empty && !m.confirmed:
		return Emptied
	case m.kept:
		return Other
	case m.store == 0 || snap.Store == 0:
		return Same
	case m.contradicts(snap) && empty:
		return Emptied
	case m.contradicts(snap):
		return Other
	case empty:
		return gone
	default:
		return Same
	}
}

// contradicts tells whether the listing cannot be a later state of what is
// known: an item as old as what is known has to be known, as it is, and a known
// item cannot get older.
func (m *Mirror) contradicts(snap *Snapshot) bool {
	if snap.Store != m.store || snap.Revision < m.rev {
		return true
	}
	for _, item := range snap.Items {
		known, found := m.items[item.Key]
		switch {
		case !Under(item.Key, m.prefixes):
		case item.Rev <= m.rev && (!found || !item.unchanged(known)):
			return true
		}
	}
	return false
}

// witness returns the item that changed last.
func (m *Mirror) witness() Item {
	var last Item
	for _, item := range m.items {
		if item.Rev > last.Rev || item.Rev == last.Rev && item.Key < last.Key {
			last = item
		}
	}
	return last
}

func (m *Mirror) replace(snap *Snapshot) []Change {
	var changes []Change
	items := make(map[string]Item, len(snap.Items))
	for _, item := range snap.Items {
		known, found := m.items[item.Key]
		items[item.Key] = item
		if found && item.unchanged(known) {
			continue
		}
		changes = append(changes, Change{
			Op: datasync.Put, Key: item.Key, Value: item.Value, Rev: item.Rev, Prev: known.Value,
		})
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Rev, b.Rev) })
	var deletions []Change
	for _, known := range m.Items() {
		if _, found := items[known.Key]; !found {
			deletions = append(deletions, Change{
				Op: datasync.Delete, Key: known.Key, Rev: snap.Revision, Prev: known.Value,
			})
		}
	}
	m.items = items
	return append(deletions, changes...)
}

// Apply takes over changes of a stream. It returns those that count, with the
// values before: nothing at or below the revision of the listing, no deletion of
// a key that is not there. While items are kept it returns nothing, but remembers
// that the emptiness was not by accident.
func (m *Mirror) Apply(changes []Change) []Change {
	var counts []Change
	for _, c := range changes {
		known, found := m.items[c.Key]
		if c.Rev != 0 && (c.Rev <= m.base || found && c.Rev <= known.Rev && !m.kept) {
			continue
		}
		m.rev = max(m.rev, c.Rev)
		if m.kept {
			m.confirmed = true
			continue
		}
		c.Prev = known.Value
		if c.Op == datasync.Delete {
			if !found {
				continue
			}
			delete(m.items, c.Key)
		} else {
			m.items[c.Key] = Item{Key: c.Key, Value: c.Value, Rev: c.Rev}
		}
		counts = append(counts, c)
	}
	return counts
}

// Confirmed tells that items are kept and that the store has changed since, so
// that it has to be listed again.
func (m *Mirror) Confirmed() bool { return m.kept && m.confirmed }

// Forget drops what is not under the prefixes any more.
func (m *Mirror) Forget(prefixes []string) {
	maps.DeleteFunc(m.items, func(key string, _ Item) bool { return !Under(key, prefixes) })
	m.prefixes = slices.DeleteFunc(slices.Clone(prefixes), func(p string) bool { return !Under(p, m.prefixes) })
}
