// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// Dir is where named namespaces are, by the convention of ip-netns(8).
	Dir = "/run/netns"
	// AllNamed stands for every namespace in Dir.
	AllNamed = "all-named"
)

// Namespace is a network namespace that exists, or did when it was found.
type Namespace struct {
	Name string // as selected: the name in Dir, or the path
	Path string
	ID   ID
}

// ID tells namespaces apart. One that a socket is in has its ID for itself. It is the
// zero value for one that must not be looked at.
type ID struct{ Dev, Ino uint64 }

// Selection says which namespaces are meant.
type Selection struct {
	dir   string
	all   bool
	names []string // names and absolute paths
}

// Parse reads a list of names, of absolute paths, and of AllNamed. The error says
// which item is wrong.
func Parse(list []string) (Selection, error) {
	s := Selection{dir: Dir}
	for _, item := range list {
		switch {
		case item == AllNamed:
			s.all = true
			continue
		case item == "":
			return s, fmt.Errorf("namespaces: a name is empty")
		case filepath.IsAbs(item):
			if clean := filepath.Clean(item); clean != item {
				return s, fmt.Errorf("namespaces: write %q as %q", item, clean)
			}
		case strings.Contains(item, "/") || item == "." || item == "..":
			return s, fmt.Errorf("namespaces: %q is neither a name nor an absolute path", item)
		}
		if slices.Contains(s.names, item) {
			return s, fmt.Errorf("namespaces: %q is there twice", item)
		}
		s.names = append(s.names, item)
	}
	return s, nil
}

// Empty tells whether nothing is selected.
func (s Selection) Empty() bool { return !s.all && len(s.names) == 0 }

// Find returns the namespaces selected that there are, by name, also those that the
// process has no permission to look at. pending tells that something is there which
// is no namespace yet: ip-netns(8) makes a file first and mounts the namespace on it
// then.
func (s Selection) Find() (found map[string]Namespace, pending bool) {
	found = map[string]Namespace{}
	names := s.names
	if s.all {
		entries, _ := os.ReadDir(s.dir) // none if there is no folder
		for _, e := range entries {
			if !slices.Contains(names, e.Name()) {
				names = append(slices.Clip(names), e.Name())
			}
		}
	}
	for _, name := range names {
		path := name
		if !filepath.IsAbs(name) {
			path = filepath.Join(s.dir, name)
		}
		file, err := open(path)
		switch {
		case errors.Is(err, fs.ErrPermission):
			// It is there. Whoever tries to enter it is told why that is not possible.
			found[name] = Namespace{Name: name, Path: path}
			continue
		case err != nil:
			continue
		}
		id, err := identify(int(file.Fd()), path)
		file.Close()
		if err != nil {
			pending = true
			continue
		}
		found[name] = Namespace{Name: name, Path: path, ID: id}
	}
	return found, pending
}
