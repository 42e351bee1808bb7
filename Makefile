# Copyright 2026 The ifwatcher Authors.
# SPDX-License-Identifier: Apache-2.0

GO      ?= go
BUILD   := build
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  := $(shell git rev-parse --short HEAD 2>/dev/null)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null)
INFRA   := go.ligato.io/cn-infra/v2/agent
LDFLAGS := -s -w -X $(INFRA).BuildVersion=$(VERSION) -X $(INFRA).CommitHash=$(COMMIT) -X $(INFRA).BuildDate=$(DATE)

# The product and the two modules of the runtime that it is built with.
MODULES := . ligato/cn-infra ligato/vpp-agent

# The race detector needs a C compiler; without one the tests run without it.
RACE := $(shell command -v gcc >/dev/null 2>&1 || command -v cc >/dev/null 2>&1 && echo -race)

.PHONY: help build run test unit e2e soak demo lint generate image bench-kvscheduler clean

# How long each random walk and each storm of 'make soak' takes.
SOAK ?= 10m

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

build: ## Build the agent and agentctl into build/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BUILD)/ifwatcher-agent ./cmd/agent
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BUILD)/agentctl ./cmd/agentctl

run: build ## Run the agent on this host; ^C ends it
	./$(BUILD)/ifwatcher-agent $(ARGS)

test: unit e2e ## Run all tests

unit:
	@if [ -z "$(RACE)" ]; then echo "no C compiler: the tests run without the race detector"; fi
	@set -e; for m in $(MODULES); do \
		echo "== unit tests of $$m"; \
		(cd $$m && $(GO) vet ./... && $(GO) test $(RACE) $$($(GO) list ./... | grep -v /tests/)); \
	done

e2e: build
	@echo "== end to end"
	CGO_ENABLED=0 $(GO) build -o $(BUILD)/etcd go.etcd.io/etcd/server/v3
	$(GO) test -count=1 -timeout 10m ./tests/e2e -agent $(CURDIR)/$(BUILD)/ifwatcher-agent -etcd $(CURDIR)/$(BUILD)/etcd
	$(GO) test -count=1 -timeout 10m ./tests/agentctl -agent $(CURDIR)/$(BUILD)/ifwatcher-agent -agentctl $(CURDIR)/$(BUILD)/agentctl
	IFWATCHER_TEST_IMAGE=1 $(GO) test -count=1 -timeout 10m -v ./tests/image

soak: ## Let the random walks and storms run for SOAK=10m each
	IFWATCHER_SOAK=$(SOAK) $(GO) test -count=1 -timeout 0 -v -run 'Walk|TestStorm' ./plugins/ifwatcher ./plugins/ifwatcher/descriptor

bench-kvscheduler: ## Print what the scheduler costs, and how it grows
	cd ligato/vpp-agent && $(GO) run ./plugins/kvscheduler/internal/bench $(ARGS)

demo: build ## Play the agent's main job in a network namespace
	@$(GO) build -o $(BUILD)/demo ./cmd/demo
	@./$(BUILD)/demo ./$(BUILD)/ifwatcher-agent

lint: ## Run golangci-lint (built from source on first use)
	@set -e; $(GO) build -modfile=tools/lint/go.mod -o $(BUILD)/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint; \
	for m in $(MODULES); do (cd $$m && $(CURDIR)/$(BUILD)/golangci-lint run --config $(CURDIR)/.golangci.yml ./...); done

generate: ## Generate the Go code of the protobuf messages
	@set -e; for m in ligato/cn-infra ligato/vpp-agent proto; do \
		(cd $$m && $(GO) tool -modfile=$(CURDIR)/tools/proto/go.mod buf generate); \
	done

image: ## Build the container image
	./docker/build.sh $(VERSION)

clean: ## Remove what was built
	rm -rf $(BUILD)
