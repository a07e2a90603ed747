# Every target sets up what it needs. Nothing is written outside this folder.
SHELL := /bin/bash
PYTHON ?= python3
LANDING ?=
DATA ?=
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
AIRFLOW_HOME := $(CURDIR)/.airflow
# The files of tests in their own order, in which those that take minutes come first. Three more at once than there are
# cores, because those that drive a server mostly wait.
ABREAST := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 3) --dist loadfile --no-loadscope-reorder

export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PATH := $(BIN):$(PATH)

.PHONY: help setup run report browser test test-all test-cluster coverage lint format up up-cluster down-cluster bench profile quality constraints clean

help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("newsmill needs Python 3.11 or newer; say PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --constraint constraints.txt uv
	@mkdir -p .cache/tmp
	@TMPDIR=$(CURDIR)/.cache/tmp $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/.ready ## Create .venv with everything in it

constraints: ## Resolve constraints.txt anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header \
		--all-extras --upgrade pyproject.toml -o constraints.txt

export AIRFLOW_HOME
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export AIRFLOW__CORE__PLUGINS_FOLDER := $(CURDIR)/plugins
export AIRFLOW__CORE__LOAD_EXAMPLES := False
export AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION := False
export AIRFLOW__CORE__PARALLELISM := $(shell getconf _NPROCESSORS_ONLN)
export AIRFLOW__API__HOST := 127.0.0.1
export AIRFLOW__API__PORT := 8080
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED := False
ifneq ($(LANDING),)
export NEWSMILL_LANDING_URI := $(LANDING)
endif
ifneq ($(DATA),)
export NEWSMILL_DATA_URI := $(DATA)
endif

$(AIRFLOW_HOME)/.ready: $(VENV)/.ready
	@mkdir -p $(AIRFLOW_HOME)
	@airflow db migrate > $(AIRFLOW_HOME)/migrate.log 2>&1 || { tail -n 20 $(AIRFLOW_HOME)/migrate.log; exit 1; }
	@touch $@

run: $(AIRFLOW_HOME)/.ready ## Run ingest_news once: make run [LANDING=URI] [DATA=URI]
	@set -o pipefail; log=$(AIRFLOW_HOME)/run.log; \
	airflow dags test ingest_news 2>&1 | tee $$log | sed -unE 's/ loc=[^ ]+//; s/^[^ ]+ \[([a-z]+) *\] (.*[^ ]) +\[newsmill\] (.*)/\1: \2  \3/p' \
		|| { grep -E '^[A-Za-z_.]+Error: |DagRun failed|Failed to import' $$log | sort -u; echo "the whole log: $$log"; exit 1; }
	@newsmill report

up: $(AIRFLOW_HOME)/.ready ## Start the Airflow UI on localhost:8080
	airflow standalone

.env:
	@echo 'cp .env.example .env, and fill in its lower part: every secret is yours, none has a default'; exit 1

up-cluster: .env ## Start docker-compose.yaml: Airflow with Celery workers on localhost:8080 [ARGS='--profile store']
	@docker compose $(ARGS) up --build --detach --wait

down-cluster: .env ## Stop it; what it published stays in its volumes
	@docker compose --profile '*' down

report: $(VENV)/.ready ## Show the last run's table of fates
	@newsmill report

browser: ## Install the browser that the tests of the UI drive, where there is none and Debian's packages are at hand
	@command -v chromium || command -v chromium-browser || command -v google-chrome \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -qq \
			&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium > /dev/null; } \
		|| echo 'no browser here: the tests of the UI are skipped; install chromium to run them'

test: $(VENV)/.ready browser ## Run the test suite; of what takes minutes, a part
	@pytest $(ABREAST)

test-all: $(VENV)/.ready browser ## Run all tests: every crash point, thirty kills, fifty rounds of two runs at once, tasks cleared one by one
	@pytest $(ABREAST) -m ''

test-cluster: $(VENV)/.ready ## Bring up every service of docker-compose.yaml natively, kill a worker, restart the database
	@pytest tests/cluster -m '' $(ARGS)

coverage: $(VENV)/.ready browser ## Run what make test runs, and hold its coverage to the floor; a third slower
	@pytest $(ABREAST) --cov --cov-report=term

bench: $(VENV)/.ready ## Measure newsmill beside its peers: make bench [PAGES=FOLDER] [RECORDS=N] [ONLY=pages,dag] [ARGS=--full]
	@python -m tests.bench $(if $(PAGES),--pages '$(PAGES)') $(if $(RECORDS),--records '$(RECORDS)') \
		$(if $(ONLY),--only '$(ONLY)') $(ARGS)

profile: $(VENV)/.ready ## Show where the time of each stage goes: make profile [PAGES=FOLDER] [STAGE=extract]
	@python -m tests.bench.profile $(if $(PAGES),--pages '$(PAGES)') $(if $(RECORDS),--records '$(RECORDS)') \
		$(if $(STAGE),--stage '$(STAGE)')

quality: $(VENV)/.ready ## Figures of pages with gold, held to their floors: make quality SETS=FOLDER [FLOORS=--raise-floors]
	@test -n '$(SETS)' || { echo 'say which pages: make quality SETS=FOLDER (NAME.jsonl.gz beside NAME.gold.jsonl.gz)'; exit 2; }
	@python -m tests.quality '$(SETS)' $(FLOORS)

lint: $(VENV)/.ready ## Check style, types and import rules
	@ruff check .
	@ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@mypy
	@lint-imports --no-cache

format: $(VENV)/.ready ## Format the code
	@ruff format --quiet .
	@ruff check --fix --quiet .

clean: ## Remove everything that was made here, except data/
	rm -rf .venv .airflow .cache .coverage .mypy_cache .ruff_cache .hypothesis
