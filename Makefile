# eUrząd. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo demo-codes test e2e interop check format bench screenshots translations lock clean

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## Make .venv (what the portal runs with) and the system libraries it needs
	@scripts/setup.sh base

setup-dev: ## The same with what tests and checks need
	@scripts/setup.sh dev

demo: setup ## Start the demo town (PORT=8000, SIM_PORT=8001)
	@.venv/bin/python scripts/demo.py

demo-codes: ## The demo clerks' current TOTP codes
	@DEMO_MODE=1 VAR_DIR=$${VAR_DIR:-var/demo} .venv/bin/python manage.py demo_accounts

test: setup-dev ## All tests: unit, integration, PostgreSQL, Redis, browser journeys
	@scripts/test.sh

e2e: setup-dev ## Only the browser journeys
	@scripts/test.sh tests/e2e

interop: setup-dev ## Sign-in through SimpleSAMLphp, brought here for it (as root also PHP)
	@scripts/interop.sh

check: setup-dev ## Lint, format, types, import contracts, migrations, system checks, translations
	@scripts/check.sh

format: setup-dev ## Format the code
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

bench: setup-dev ## Measure against a floor in the same run (ROWS=… scales it)
	@scripts/bench.sh

screenshots: setup-dev ## Pictures of the main pages, 360 and 1280 px, light and dark
	@scripts/test.sh -q tests/e2e --screenshots var/screenshots

translations: setup-dev ## Bring the catalogues up to date
	@DEMO_MODE=1 .venv/bin/python scripts/translations.py extract

lock: ## Write the hash-pinned requirement files anew (needs uv)
	@cd requirements && for kind in base dev; do uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q $$kind.in -o $$kind.txt; done

clean: ## Remove the demo's data and caches
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache
