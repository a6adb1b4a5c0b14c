# Each target sets up everything it needs in .venv, on a machine that has only Python and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# What the shipped model learns from: texts written for this project, and real ones.
WRITTEN := seeds/articles.jsonl seeds/headlines.jsonl
REAL := dataset:syria-outlets-4 dataset:syria-headlines
LABELS := pro_sdf damascus_aligned opposition_aligned neutral_wire
RECIPE := --config seeds/model.toml --codebook seeds/codebook.toml $(LABELS:%=--where label=%)
AUTHOR := the stance project
LICENCE := MIT; the licence of the real texts that it learned from is not stated
# Where the real texts are those that are always in training, their weight turns round.
TURNED := --set classifier.always_train_weight=3.333
SLICES := --slice kind --slice period --slice kind:period

# One process a core; tests that share a file, or a cluster, stay in one (tests/conftest.py).
IN_PARALLEL := --numprocesses auto --dist loadgroup --no-loadscope-reorder

.PHONY: install dev bench demo test quick browser-test lint types gate speed speed-short models clean
.DEFAULT_GOAL := help

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(VENV)/.installed  ## the toolkit in .venv

dev: $(VENV)/.installed-dev  ## the toolkit and what its tests need

bench: install  ## the toolkit and the opponents that its benchmarks run
	$(PIP) --editable '.[bench]'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	@touch $@

demo: install  ## train on seeds/, cross-validate, label the sample articles
	$(BIN)/stance train seeds/articles.jsonl --output demo/model --force
	@echo
	$(BIN)/stance crossval seeds/articles.jsonl --by event --folds 4
	@echo
	$(BIN)/stance predict seeds/samples.jsonl --model demo/model --format table

test: lint types  ## everything that CI checks
	$(BIN)/python -m pytest $(IN_PARALLEL)

quick: dev  ## the tests that take little time, in a minute, while writing code
	$(BIN)/python -m pytest $(IN_PARALLEL) --hypothesis-profile quick \
		-m "not slow and not cluster and not kill and not data and not browser"

browser-test: dev  ## the HTML reports in Debian's Chromium, which 'apt-get install chromium' brings
	$(BIN)/python -m pytest tests/browser

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev
	$(BIN)/mypy

gate: install  ## a short benchmark held against its baseline; needs the public data
	@mkdir -p build
	$(BIN)/stance benchmark benchmarks/short.toml --json build/short.json --junit build/short.xml \
		--baseline benchmarks/results/short.json --fail-on-regression --force

# The build that speed is compared with.
BEFORE := b8a6332

build/before-env/.installed:
	@mkdir -p build
	git archive --prefix=before/ $(BEFORE) | tar -x -C build
	$(PYTHON) -m venv build/before-env
	build/before-env/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint build/before/constraints.txt build/before
	@touch $@

speed: bench build/before-env/.installed  ## everything timed beside an earlier build and others; needs the public data, and hours
	$(BIN)/python benchmarks/prepare.py build/speed
	$(BIN)/python benchmarks/speed.py build/speed/ant.jsonl --labelled build/speed/ant-train.jsonl \
		--before build/before-env/bin/python

speed-short: install  ## the same on made-up text, with a lexicon and without, in a few minutes, beside scikit-learn alone
	@mkdir -p build
	$(BIN)/python benchmarks/speed.py --short --rounds 2 --results build

models: install  ## the model that ships with the package, and its card; needs the public data
	$(BIN)/stance train $(REAL) $(WRITTEN:%=--always-train %) $(RECIPE) \
		--author "$(AUTHOR)" --licence "$(LICENCE)" --output models/syria-framing --force
	@mkdir -p build
	$(BIN)/stance crossval $(REAL) $(WRITTEN:%=--always-train %) $(RECIPE) $(SLICES) \
		--by outlet --folds each --json build/by-outlet.json --force
	$(BIN)/stance crossval $(WRITTEN) $(REAL:%=--always-train %) $(RECIPE) $(SLICES) $(TURNED) \
		--by event --folds 8 --json build/by-event.json --force
	$(BIN)/python benchmarks/domain.py shipped syria
	$(BIN)/stance info --model models/syria-framing --card --output build/card.txt --force \
		--results build/by-outlet.json --results build/by-event.json
	$(BIN)/python benchmarks/model_card.py models/syria-framing benchmarks/results/domain.json

clean:  ## remove what was made here
	rm -rf $(VENV) demo build .pytest_cache .mypy_cache .ruff_cache .hypothesis
