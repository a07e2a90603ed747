# Every target sets up what it needs. Nothing is written outside this folder.
SHELL := /bin/bash
PYTHON ?= python3
LANDING ?=
DATA ?=
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
AIRFLOW_HOME := $(CURDIR)/.airflow

export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PATH := $(BIN):$(PATH)

.PHONY: help setup run report test lint format up bench constraints clean

help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("newsmill needs Python 3.11 or newer; say PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/.ready ## Create .venv with everything in it

constraints: ## Resolve constraints.txt anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate \
		--all-extras --upgrade pyproject.toml -o constraints.txt
