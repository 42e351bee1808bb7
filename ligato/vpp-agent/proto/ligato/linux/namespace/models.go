// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linux_namespace has the reference to a Linux network namespace that
// other configuration uses, and the keys of microservices. A namespace is not
// configured by itself, so there is no model.
package linux_namespace

// MicroserviceKeyPrefix begins the keys of running microservices.
const MicroserviceKeyPrefix = "linux/microservice/"

// MicroserviceKey returns the key that is announced from below while the
// microservice with the given label runs.
func MicroserviceKey(microservice string) string {
	return MicroserviceKeyPrefix + microservice
}
