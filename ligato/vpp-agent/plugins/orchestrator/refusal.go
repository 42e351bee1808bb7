// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// maxReason bounds the reason of a refusal in bytes, since decoders quote what
// they could not read.
const maxReason = 512

// errKept is added to the reason where a value before could be used.
var errKept = errors.New("the last valid value is kept, it is not what the source has")

// decode returns what a source says about a key that it has a value for. The
// value is refused if there is no model for its key, it cannot be decoded, or
// it belongs to another key.
func decode(key string, lazy datasync.LazyValue) change {
	val, err := UnmarshalLazyValue(key, lazy)
	if err == nil {
		err = checkKey(key, val)
	}
	if err != nil {
		return change{key: key, refused: shorten(err)}
	}
	return change{key: key, val: val}
}

// UnmarshalLazyValue decodes a value as an instance of the model that its key
// belongs to.
func UnmarshalLazyValue(key string, lazy datasync.LazyValue) (proto.Message, error) {
	model, err := models.GetModelForKey(key)
	if err != nil {
		return nil, err
	}
	val := model.NewInstance()
	if err := lazy.GetValue(val); err != nil {
		return nil, fmt.Errorf("cannot decode as %s: %w", model.ProtoName(), err)
	}
	return val, nil
}

// checkKey reports whether the key is the one of the value.
func checkKey(key string, val proto.Message) error {
	model, err := models.GetModelFor(val)
	if err != nil {
		return err
	}
	own, err := models.GetKey(val)
	if err != nil {
		return err
	}
	if own != key {
		return fmt.Errorf("given key %q does not match with key generated from value: %q", key, own)
	}
	if !model.IsKeyValid(key) {
		return fmt.Errorf("key %q is not valid for model %s: the name is missing", key, model.Name())
	}
	return nil
}

// reason is why the entry is refused, and whether a value before is kept.
func (e entry) reason() error {
	if e.val == nil {
		return e.refused
	}
	return fmt.Errorf("%w; %w", e.refused, errKept)
}

// status is the status of the key of a refused entry.
func (e entry) status(key string) *Status {
	return &Status{
		Key:           strings.ToValidUTF8(key, "\uFFFD"),
		State:         kvscheduler.ValueState_INVALID,
		Error:         e.reason().Error(),
		LastOperation: kvscheduler.TxnOperation_VALIDATE,
	}
}

// shorten makes a reason fit for a status: short, and text.
func shorten(err error) error {
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	// The protobuf library mixes no-break spaces into its texts, so that nobody
	// relies on them.
	text = strings.ReplaceAll(text, "\u00A0", " ")
	if len(text) > maxReason {
		cut := maxReason
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}
