// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package wire has the JSON documents of an agent's REST API, as far as
// agentctl reads them. Nothing here does I/O. Fields that are not named are
// ignored, so that an agent may say more; what is shown unchanged is kept as
// raw JSON.
package wire
