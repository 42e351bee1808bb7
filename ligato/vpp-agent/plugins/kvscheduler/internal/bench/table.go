// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"slices"
)

// growthTarget is the exponent aimed at, from growthFrom values on.
const (
	growthTarget = 1.1
	growthFrom   = 1000
)

// measured are the times for one value, in microseconds, by round and size.
type measured struct {
	rounds [][]float64
}

func (m *measured) add(times []float64) {
	m.rounds = append(m.rounds, times)
}

// best is the fastest round of a size.
func (m *measured) best(size int) float64 {
	best := math.Inf(1)
	for _, times := range m.rounds {
		best = min(best, times[size])
	}
	return best
}

// growth is the median over the rounds, NaN if there are not two sizes.
func (m *measured) growth(ns []int) float64 {
	var exponents []float64
	for _, times := range m.rounds {
		var x, y []float64
		for i, n := range ns {
			if n >= growthFrom {
				x = append(x, math.Log(float64(n)))
				y = append(y, math.Log(times[i]*float64(n)))
			}
		}
		if len(x) < 2 {
			return math.NaN()
		}
		exponents = append(exponents, slope(x, y))
	}
	slices.Sort(exponents)
	return exponents[len(exponents)/2]
}

// slope is that of the line with the least squares.
func slope(x, y []float64) float64 {
	var mx, my float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(y))
	}
	var xy, xx float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
	}
	return xy / xx
}

func printHeader(ns []int) {
	fmt.Printf("%-46s", "microseconds for each of N values, N =")
	for _, n := range ns {
		fmt.Printf(" %8d", n)
	}
	fmt.Printf(" %7s  %s\n", "growth", "aimed at")
}

func (m *measured) print(w work, ns []int) {
	fmt.Printf("%-46s", w.name)
	missed := ""
	for i, n := range ns {
		best := m.best(i)
		fmt.Printf(" %8.2f", best)
		if w.target > 0 && (n == 10_000 || n == 50_000) && best > w.target {
			missed = "  MISSED"
		}
	}
	growth := m.growth(ns)
	if growth > growthTarget {
		missed = "  MISSED"
	}
	aim := fmt.Sprintf("growth %g", growthTarget)
	if w.target > 0 {
		aim = fmt.Sprintf("%g, growth %g", w.target, growthTarget)
	}
	fmt.Printf(" %7.2f  %s%s\n", growth, aim, missed)
}
