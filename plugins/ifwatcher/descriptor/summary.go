// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// maxListed bounds how many interfaces a line of the log names.
const maxListed = 20

// summary says which interfaces there are, and why some are not announced.
func summary(interfaces []tracker.Interface) string {
	var announced, others []string
	for _, i := range interfaces {
		if i.State == tracker.Announced {
			announced = append(announced, printable(i.Name))
		} else {
			others = append(others, fmt.Sprintf("%s %s", printable(i.Name), i.Reason()))
		}
	}
	s := fmt.Sprintf("%d interfaces; announced: %s", len(interfaces), list(announced))
	if len(others) > 0 {
		s += "; not announced: " + list(others)
	}
	return s
}

func list(items []string) string {
	switch {
	case len(items) == 0:
		return "none"
	case len(items) > maxListed:
		return fmt.Sprintf("%s and %d more", strings.Join(items[:maxListed], ", "), len(items)-maxListed)
	}
	return strings.Join(items, ", ")
}

// printable quotes a name that would spoil a line of text: a kernel takes any bytes.
func printable(name string) string {
	if q := strconv.Quote(name); q[1:len(q)-1] != name {
		return q
	}
	return name
}
