# The two commands that matter: make run, make test. The rest is for maintainers: make help.

# The one place with build tags. A test fails loudly when they are missing.
TAGS := no_default_driver,sqlite_fts5,sqlite_math_functions
export CGO_ENABLED := 1
GO := go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

HTTP ?= 127.0.0.1:8090
DATA ?= data
KEYS ?= data-keys
SEED ?= 0
HISTORIES ?= 3000

# Packages where goroutines meet; the others are pure, and the race detector would only make their hashing slow.
RACE := ./internal/api ./internal/exchange ./internal/records ./pb_hooks

.PHONY: help run test test-go test-app test-browser fmt sim bench shots app build

help:
	@echo "make run      build the app and the server, serve made-up data on http://$(HTTP)"
	@echo "make test     everything that CI checks"
	@echo "make fmt      format Go code"
	@echo "make sim      play thousands of simulated histories, or replay one: make sim SEED=7"
	@echo "make bench    measure, and print one line per figure"
	@echo "make shots    take a picture of every screen"

run: build
	./bin/noddfa serve --demo --dir $(DATA) --keys $(KEYS) --http $(HTTP)

build: app
	$(GO) build -tags $(TAGS) -o bin/noddfa .

app: pwa/node_modules/.installed
	npm --prefix pwa run build

# npm ci only when the lockfile changed since the last one.
pwa/node_modules/.installed: pwa/package-lock.json
	npm --prefix pwa ci --no-audit --no-fund
	@touch $@

test: test-go test-app test-browser

test-go: app
	@unformatted=$$(gofmt -l *.go internal pb_hooks pb_migrations pwa/*.go); \
		if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet -tags $(TAGS) ./...
	$(GO) run $(STATICCHECK) -tags $(TAGS) ./...
	$(GO) test -tags $(TAGS) ./...
	$(GO) test -race -short -tags $(TAGS) $(RACE)
	$(GO) test -race -tags $(TAGS) -run 'TestStartAndStop|TestRestart' ./internal/notify # Its other tests have one goroutine each.

test-app: pwa/node_modules/.installed
	npm --prefix pwa run check
	npm --prefix pwa run lint
	npm --prefix pwa test

# The app's engine against the real server, then the whole app in a real browser. Every file has a server and a browser of its
# own and mostly waits for them, so two at a time take little more than half as long.
test-browser: build browser
	NODDFA_BIN=$(CURDIR)/bin/noddfa npm --prefix pwa run test:server
	node --test --test-concurrency=2 $$(find pwa/tests -name '*.test.mjs' | sort)

# Chromium as Debian packages it where we may install it, otherwise the browser tool's own download.
.PHONY: browser
browser: pwa/node_modules/.installed
	@command -v chromium >/dev/null || [ -n "$$(ls -d $$HOME/.cache/ms-playwright/chromium* 2>/dev/null)" ] || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq chromium; \
		else \
			cd pwa && npx playwright-core install chromium; \
		fi

fmt:
	gofmt -w *.go internal pb_hooks pb_migrations pwa/*.go

sim:
	$(GO) test -tags $(TAGS) -count=1 -timeout 6h -run 'TestSimulation$$' ./internal/exchange -seed $(SEED) -histories $(HISTORIES) $(if $(filter-out 0,$(SEED)),-v)

bench: build browser
	$(GO) run -tags $(TAGS) ./bench

shots: build browser
	node pwa/tests/shots.mjs
