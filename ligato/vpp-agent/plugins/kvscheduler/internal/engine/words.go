// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

// Words is what was said of each key: the last word, and before it whether the
// value was said to be gone. A delete followed by a value stays both, since it
// means another thing with the same key, and dependents must notice. The zero
// value is empty.
type Words struct {
	list  []word
	index map[string]int // into list
}

type word struct {
	gone  bool
	value Value // without a value only gone counts
}

// Add adds later words.
func (w *Words) Add(values []Value) {
	if w.index == nil {
		w.index = make(map[string]int, len(values))
	}
	for _, v := range values {
		i, known := w.index[v.Key]
		if !known {
			i = len(w.list)
			w.list = append(w.list, word{})
			w.index[v.Key] = i
		}
		w.list[i].gone = w.list[i].gone || v.Value == nil
		w.list[i].value = v
	}
}

// Values has the keys in the order in which they were first mentioned.
func (w *Words) Values() []Value {
	values := make([]Value, 0, len(w.list))
	for _, word := range w.list {
		if word.gone {
			gone := word.value
			gone.Value, gone.Metadata = nil, nil
			values = append(values, gone)
		}
		if word.value.Value != nil {
			values = append(values, word.value)
		}
	}
	return values
}
