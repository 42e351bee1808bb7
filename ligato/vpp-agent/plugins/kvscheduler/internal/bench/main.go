// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	sizes := flag.String("sizes", "1,100,1000,10000,50000,100000", "numbers of values, ascending")
	rounds := flag.Int("rounds", 5, "how often every size is measured")
	only := flag.String("work", "", "regular expression: measure only work with such names")
	profile := flag.String("cpuprofile", "", "write a profile of the measured work to this file")
	flag.Parse()

	ns, err := parseSizes(*sizes)
	if err != nil {
		return err
	}
	filter, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-work: %w", err)
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return fmt.Errorf("-cpuprofile: %w", err)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return fmt.Errorf("-cpuprofile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}

	printHeader(ns)
	for _, w := range works {
		if !filter.MatchString(w.name) {
			continue
		}
		var table measured
		for range max(1, *rounds) {
			times := make([]float64, len(ns))
			for i, n := range ns {
				if times[i], err = w.measure(n); err != nil {
					return fmt.Errorf("%s, %d values: %w", w.name, n, err)
				}
			}
			table.add(times)
		}
		table.print(w, ns)
	}
	for _, s := range singles {
		if !filter.MatchString(s.name) {
			continue
		}
		figure, err := s.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("%-46s %10.1f %-8s at most %g\n", s.name, figure, s.unit, s.target)
	}
	return nil
}

func parseSizes(list string) (ns []int, err error) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-sizes: %q is not a positive number", text)
		}
		ns = append(ns, n)
	}
	return ns, nil
}
