// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package why explains why a value is not applied: what it waits for, who
// would provide that, what that waits for in turn, down to an interface of the
// host, an error or something that nobody has configured, and what to do about
// it. It is pure logic over what an agent says of itself.
package why
