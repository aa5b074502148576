# What can be done here. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The Go that is installed, never one that is fetched behind one's back.
export GOTOOLCHAIN := local

BIN := $(CURDIR)/bin
# Tests that need more than `make test` gives them hide behind these tags.
TAGS := e2e,chaos,bench
# A tool built by one Go may not read code for a newer one, so the stamps name the Go.
GO_VERSION := $(shell go env GOVERSION)
LINT := $(BIN)/.lint-$(GO_VERSION)
CHECKERS := $(BIN)/.checkers-$(GO_VERSION)
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Set up what is missing and start everything on this machine (the same as `go run . dev`)
	@go run . dev $(ARGS)

.PHONY: build
build: ## Build the one static binary into bin/todoke
	CGO_ENABLED=0 go build -trimpath -o $(BIN)/todoke .

.PHONY: generate
generate: $(CHECKERS) ## Write generated code anew (pages from templ, go:generate)
	$(BIN)/templ generate
	go generate ./...

.PHONY: fmt
fmt: $(CHECKERS) ## Format Go and templ files
	gofmt -w .
	$(BIN)/templ fmt .

# The race detector makes arithmetic ten times slower. Engines that share nothing between goroutines but through
# the standard library's locks, which stay watched, are compiled without it: SQLite, YAML, fonts and drawing. Others may
# not be: the linker takes generic code, such as that of sync.Map, from any package that uses it, and unwatched it tells
# the detector of no lock.
UNWATCHED := modernc.org/... github.com/goccy/go-yaml/... golang.org/x/image/... github.com/phpdave11/gofpdf/...
RACE := -race $(foreach module,$(UNWATCHED),-gcflags=$(module)=-race=false)

# Memory is cheaper here than the two processors' time: the collector runs a quarter as often.
.PHONY: test
test: temporal ## Unit and integration tests with the race detector, on SQLite and PostgreSQL
	GOGC=400 go test $(RACE) -timeout 20m $(ARGS) ./...
	cd tools && go test ./...

# One package at a time: they start servers and browsers, and some of them measure.
.PHONY: e2e
e2e: temporal temporal-server e2e-programs ## Whole journeys: real browser, SMTP, both databases, kills (a sample), newer Temporal
	go test -tags e2e -p 1 -count 1 -timeout 40m $(ARGS) ./test/...
	go test -tags e2e -count 1 -timeout 15m -run 'TestTenThousandGuesses|TestAnswersTakeAlikeLong' ./web/delivery ./web/portal

.PHONY: chaos
chaos: temporal temporal-server ## Kill serve, worker and Temporal a hundred times under load, then count
	go test -tags chaos -p 1 -count 1 -timeout 3h -v $(ARGS) ./test/...

.PHONY: bench
bench: temporal temporal-server ## Measure, print and write JSON; fails beyond a bound
	go test -tags bench -p 1 -count 1 -timeout 2h -v $(ARGS) ./bench/...

.PHONY: check
check: check-format check-vet check-lint check-workflows check-templ check-length check-build check-modules check-vulnerabilities ## All that can be found without running the program
	@echo 'check: nothing found'

.PHONY: check-format
check-format:
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted (make fmt):"; echo "$$files"; exit 1; fi

.PHONY: check-vet
check-vet:
	go vet ./...
	go vet -tags $(TAGS) ./...

.PHONY: check-lint
check-lint: $(LINT)
	tools/rooms
	$(BIN)/golangci-lint run --build-tags $(TAGS) ./...
	cd tools && $(BIN)/golangci-lint run ./...

.PHONY: check-workflows
check-workflows: $(CHECKERS)
	$(BIN)/workflowcheck ./workflows/...

.PHONY: check-templ
check-templ: $(CHECKERS)
	tools/stale-templ $(BIN)/templ

.PHONY: check-length
check-length:
	cd tools && go run ./length ..

.PHONY: check-build
check-build:
	CGO_ENABLED=0 go build ./...

.PHONY: check-modules
check-modules:
	go mod verify

GOVULNDB ?= https://vuln.go.dev
.PHONY: check-vulnerabilities
check-vulnerabilities: $(CHECKERS)
	@if (cd tools && go run ./reach $(GOVULNDB)/index/db.json); then \
		$(BIN)/govulncheck -db $(GOVULNDB) ./...; \
	else \
		echo 'LEFT OUT: govulncheck, because its database $(GOVULNDB) cannot be reached from here'; \
	fi

$(LINT): tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && GOBIN=$(BIN) go install tool
	@touch $@

$(CHECKERS): tools/go.mod tools/go.sum
	cd tools && GOBIN=$(BIN) go install tool
	@touch $@

# Built before the tests so that the build shows its progress and does not count as a test's time.
.PHONY: temporal
temporal:
	@go run ./testenv/install temporal

.PHONY: temporal-server
temporal-server:
	@go run ./testenv/install temporal-server

.PHONY: e2e-programs
e2e-programs:
	@tools/e2e-programs

.PHONY: clean
clean: ## Remove what was built and the data of `make run`
	rm -rf $(BIN) .todoke
	go clean
