# Two commands matter: `make demo` and `make test`. The rest are their parts.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.PHONY: demo test fast lint lock frontend

lock: .venv/ready ## requirements.in -> requirements.txt, with hashes
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements.txt
	touch $@

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

fast: .venv/ready
	$(BIN)/python -m pytest -q --reuse-db -m "not slow and not browser" -n 2
