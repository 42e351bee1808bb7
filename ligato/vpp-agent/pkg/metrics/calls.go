// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Calls are the statistics of named calls. It is not safe for concurrent use.
type Calls map[string]*CallStats

// CallStats sums up the calls of one name.
type CallStats struct {
	Name  string
	Count uint64
	Total time.Duration
	Min   time.Duration
	Max   time.Duration
}

// Track adds one call that took d.
func (c Calls) Track(name string, d time.Duration) {
	s := c[name]
	if s == nil {
		s = &CallStats{Name: name}
		c[name] = s
	}
	s.Add(1, d, d, d)
}

// Add adds count calls that took total altogether, the shortest min and the
// longest max.
func (s *CallStats) Add(count uint64, total, min, max time.Duration) {
	if count == 0 {
		return
	}
	if s.Count == 0 || min < s.Min {
		s.Min = min
	}
	if max > s.Max {
		s.Max = max
	}
	s.Count += count
	s.Total += total
}

// callJSON is what is served: seconds, rounded to milliseconds, zeros absent.
type callJSON struct {
	Name  string  `json:"name"`
	Count uint64  `json:"count"`
	Total float64 `json:"total,omitempty"`
	Avg   float64 `json:"avg,omitempty"`
	Min   float64 `json:"min,omitempty"`
	Max   float64 `json:"max,omitempty"`
}

// MarshalJSON renders a list, the most called first.
func (c Calls) MarshalJSON() ([]byte, error) {
	list := make([]callJSON, 0, len(c))
	for name, s := range c {
		if s == nil || s.Count == 0 {
			continue
		}
		list = append(list, callJSON{
			Name:  name,
			Count: s.Count,
			Total: seconds(s.Total),
			Avg:   seconds(s.Total / time.Duration(s.Count)),
			Min:   seconds(s.Min),
			Max:   seconds(s.Max),
		})
	}
	slices.SortFunc(list, func(a, b callJSON) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return json.Marshal(list)
}

func seconds(d time.Duration) float64 {
	return d.Round(time.Millisecond).Seconds()
}
