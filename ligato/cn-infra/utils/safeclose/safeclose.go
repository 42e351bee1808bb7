// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package safeclose

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.ligato.io/cn-infra/v2/logging"
)

// CloseErrors are the errors of the objects that failed to close.
type CloseErrors []error

// Error returns the texts of the errors, joined by commas.
func (e CloseErrors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, ", ")
}

// Unwrap returns the errors, for errors.Is and errors.As.
func (e CloseErrors) Unwrap() []error {
	return e
}

// Close closes the objects in the given order: those with a method Close, with
// or without an error, pointers to such objects, channels, and the elements of
// slices and arrays. Nil and everything else is skipped. A panic, such as that
// of a channel closed twice, is logged and counts as an error.
//
// All objects are tried; when any failed, the error is a [CloseErrors].
func Close(objs ...any) error {
	var errs CloseErrors
	for _, obj := range objs {
		errs = closeValue(reflect.ValueOf(obj), errs)
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}

func closeValue(v reflect.Value, errs CloseErrors) CloseErrors {
	switch v.Kind() {
	case reflect.Invalid:
		return errs
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func:
		if v.IsNil() {
			return errs
		}
	}

	if done, err := tryClose(v); err != nil {
		return append(errs, err)
	} else if done {
		return errs
	}

	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			errs = closeValue(v.Index(i), errs)
		}
	case reflect.Pointer, reflect.Interface:
		errs = closeValue(v.Elem(), errs)
	}
	return errs
}

// tryClose closes v itself. It reports false when v is nothing to be closed.
func tryClose(v reflect.Value) (done bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			logging.Errorf("closing %v panicked: %v", v.Type(), r)
			done, err = true, fmt.Errorf("close %v: %v", v.Type(), r)
		}
	}()

	if v.CanInterface() {
		switch closer := v.Interface().(type) {
		case io.Closer:
			return true, closer.Close()
		case interface{ Close() }:
			closer.Close()
			return true, nil
		}
	}
	if v.Kind() == reflect.Chan && v.Type().ChanDir()&reflect.SendDir != 0 {
		v.Close()
		return true, nil
	}
	return false, nil
}
