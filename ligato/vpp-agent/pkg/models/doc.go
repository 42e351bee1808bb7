// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package models gives configuration messages their identity.
//
// A model binds a protobuf message type to a [Spec] (module, version, type,
// class) and, where more than one instance can exist, to a template that
// derives the instance's name from its fields. Together they make the key under
// which an instance is stored, scheduled and reported:
//
//	config/linux/interfaces/v2/interface/eth0
//	<class>/<module>   /<version>/<type>/<name>
//
// Models are registered by init functions of the packages with the messages,
// in [DefaultRegistry], or at run time for messages that are only known by
// their descriptor (see [RegisterModelInfos]).
//
// The package knows nothing of stores, transports and schedulers, and it does
// not judge whether a message makes sense.
package models
