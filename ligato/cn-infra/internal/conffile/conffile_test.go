// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conffile

import (
	"errors"
	"testing"
)

type file string

func (f file) GetConfigName() string     { return string(f) }
func (file) LoadValue(any) (bool, error) { return false, nil }

func TestError(t *testing.T) {
	wrong := errors.New("endpoint: wrong")
	if err := Error(file("a/http.conf"), wrong); !errors.Is(err, wrong) || err.Error() != "config file a/http.conf: endpoint: wrong" {
		t.Errorf("with a file: %v", err)
	}
	if err := Error(file(""), wrong); err.Error() != "endpoint: wrong" {
		t.Errorf("without a file: %v", err)
	}
	if err := Error(nil, wrong); !errors.Is(err, wrong) || err.Error() != wrong.Error() || Error(file("a"), nil) != nil {
		t.Error("what is not there has a name")
	}
}
