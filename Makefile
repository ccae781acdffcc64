# One word per task; `make help` lists them. What needs more than a line lives in tools/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV := $(shell uv --version > /dev/null 2>&1 && echo uv || echo .tools/bin/uv)
RUN := $(UV) run --no-sync --quiet
REPORT := var/test-report.xml

.PHONY: help install install-dev install-test demo test prove bench lint format types imports i18n clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: ## everything needed to run it, also without letters where Pango cannot be installed
	@tools/install-system run
	@$(UV) sync --locked --quiet --no-dev --inexact

install-dev: ## everything needed to write code: also linter, type checker, test libraries
	@tools/install-system run
	@$(UV) sync --locked --quiet

install-test: install-dev ## everything needed to test it: also browser and database
	@tools/install-system test

demo: install ## an invented office with data on http://127.0.0.1:8000
	@$(RUN) servicedesk demo

test: install-test lint types imports ## the gate: style, types, imports, every test on both engines, browser
	@mkdir -p $(dir $(REPORT))
	@rm -f $(REPORT)
	@tools/with-postgres $(RUN) pytest -n 2 --dist worksteal --junitxml $(REPORT) --durations 15
	@$(RUN) python tools/check-report $(REPORT)

prove: install-test ## the proofs at full size, and the benchmarks; takes a good while
	@tools/with-postgres $(RUN) pytest -m prove --timeout 3600
	@tools/with-postgres tools/bench --full

bench: install-test ## the benchmarks at small size, as ratios to a baseline of the same run
	@tools/with-postgres tools/bench

lint: install-dev ## style of code and scripts, sums of vendored files, catalogues in step
	@$(RUN) ruff check
	@$(RUN) ruff format --check --quiet || { echo "some files are not formatted: run 'make format'" >&2; exit 1; }
	@for script in tools/bench tools/install-system tools/vendor tools/with-postgres .ci/run; do bash -n $$script; done
	@tools/vendor check
	@$(RUN) python -m tools.catalogues check

format: install-dev ## rewrite the code as the formatter and the linter's safe fixes want it
	@$(RUN) ruff check --fix --quiet || true
	@$(RUN) ruff format

types: install-dev ## mypy, strict
	@$(RUN) mypy

imports: install-dev ## rooms import downwards only
	@$(RUN) lint-imports --no-logo

i18n: install-dev ## bring the catalogues in step with the texts in templates and code
	@$(RUN) python -m tools.catalogues update

clean: ## remove caches and the installed environment; data under var/ stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find servicedesk tests migrations bench -name __pycache__ -type d -prune -exec rm -rf {} + 2> /dev/null || true
