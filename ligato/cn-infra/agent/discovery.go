// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"reflect"

	"go.ligato.io/cn-infra/v2/infra"
)

// discovery finds the plugins that plugins depend on. It remembers what it has
// found, so that nothing is found twice.
type discovery struct {
	visited map[infra.Plugin]struct{}
	found   []infra.Plugin
}

// find returns p, after the plugins that it depends on, unless found before.
func (d *discovery) find(p infra.Plugin) []infra.Plugin {
	d.found = nil
	d.visit(p)
	return d.found
}

// mark reports whether p is new. It is marked before its fields are searched,
// which ends the search where plugins depend on each other.
func (d *discovery) mark(p infra.Plugin) bool {
	if isNil(p) {
		return false
	}
	if !reflect.ValueOf(p).Comparable() {
		panic(fmt.Sprintf("agent: plugin %q of type %T is not a pointer", p.String(), p))
	}
	if _, again := d.visited[p]; again {
		return false
	}
	if d.visited == nil {
		d.visited = make(map[infra.Plugin]struct{})
	}
	d.visited[p] = struct{}{}
	return true
}

func (d *discovery) visit(p infra.Plugin) {
	if !d.mark(p) {
		return
	}
	d.fields(reflect.ValueOf(p), p.String())
	d.found = append(d.found, p)
}

// fields searches the fields of a struct or of what v points to. The path is
// for the log.
func (d *discovery) fields(v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() {
			d.entry(v.Field(i), field.Anonymous, path+"."+field.Name)
		}
	}
}

// entry looks at one field or at one element of a list.
func (d *discovery) entry(v reflect.Value, embedded bool, path string) {
	list := v
	if list.Kind() == reflect.Interface {
		list = list.Elem()
	}
	if list.Kind() == reflect.Slice || list.Kind() == reflect.Array {
		for i := range list.Len() {
			d.entry(list.Index(i), false, fmt.Sprintf("%s[%d]", path, i))
		}
		return
	}

	p, ok := asPlugin(v)
	logger().Tracef("lookup: %s (%v): plugin: %t", path, v.Type(), ok)
	switch {
	case ok:
		d.visit(p)
	case embedded && v.Kind() == reflect.Struct:
		d.fields(v, path)
	}
}

func asPlugin(v reflect.Value) (p infra.Plugin, ok bool) {
	switch v.Kind() {
	case reflect.Struct:
		if !v.CanAddr() {
			return nil, false
		}
		v = v.Addr()
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, false
		}
	default:
		return nil, false
	}
	p, ok = v.Interface().(infra.Plugin)
	return p, ok && !isNil(p)
}
