#!/usr/bin/env bash
# Copyright 2026 The ifwatcher Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Builds the container image ifwatcher-agent:TAG (default: latest). It needs a
# Docker engine and no registry.
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-latest}

make --no-print-directory build
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp build/ifwatcher-agent docker/Dockerfile "$context"
mkdir "$context/conf"
cp cmd/agent/conf/*.conf plugins/*/*.conf "$context/conf"
docker build --quiet --tag "ifwatcher-agent:$tag" "$context"
