# `make run` and `make test` do all the set-up of a fresh machine; what is already there and unchanged is not done again.
# Needs make and Python 3.11 or newer with venv. The plain commands (Windows) stand in README.md.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup test test-long lint bench services venv clean

# Where it is set, as in many images, each of some hundred programs that set-up and tests start would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

HOST ?= $(or $(LANDINFO_HOST),127.0.0.1)
PORT ?= $(or $(LANDINFO_PORT),8000)
PYTEST ?= -n 2 --dist loadfile --no-loadscope-reorder

IS_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python, \
	$(shell $(p) -c "$(IS_PYTHON)" 2>/dev/null && echo $(p))))
PY := .venv/bin/python

# A stamp's name holds the content it was made from, so a checkout that only touches files starts nothing anew.
content = $(shell cat $(1) 2>/dev/null | cksum | tr -s ' ' '-')
NO_PYTHON := Cần Python 3.11 trở lên có venv. / Python 3.11 or newer with venv is needed. Debian, Ubuntu: apt install make python3-venv

VERSION := import sys, pip; print(sys.version_info[0], sys.version_info[1], sep='.')
INTERPRETER := $(shell $(PY) -c "$(VERSION)" 2>/dev/null)
RUNTIME := .venv/.runtime-$(INTERPRETER)-$(call content,requirements.txt)
TESTING := .venv/.testing-$(INTERPRETER)-$(call content,requirements.txt requirements-cluster.txt tests/requirements.txt)

ASSETS := static/vendor/.from-$(call content,static/package.json static/package-lock.json static/fetch.py)

SAMPLE := data/sample/sample.gpkg
RECIPE := $(shell find data/sample data/themes.toml data/communes.csv data/lineage.toml landinfo/lineage.py data/unions.csv landinfo/intake landinfo/store landinfo/zones landinfo/direction.py landinfo/model.py landinfo/overlay.py landinfo/valuation.py landinfo/shares.py \
	-name '*.py' -o -name '*.toml' -o -name '*.csv' -o -name '*.sql' 2>/dev/null | LC_ALL=C sort)
BUILT := data/sample/.built-$(if $(wildcard $(SAMPLE)),$(call content,$(RECIPE)),none)

help:
	@echo "make run        set up and serve on http://$(HOST):$(PORT)  (HOST=, PORT= change it)"
	@echo "make setup      set up only: packages, front-end assets, sample store"
	@echo "make test       lint, types and all tests; installs what they need (PYTEST='-k store' selects)"
	@echo "make test-long  the same tests at larger numbers"
	@echo "make bench      measure speed into benchmarks/RESULTS.md (N=1000000 ONLY=quick ROUNDS=3)"
	@echo "make lint       lint and types only"
	@echo "make clean      remove everything that set-up made"

run: $(if $(LANDINFO_STORE),$(RUNTIME) $(ASSETS),setup)
	@LANDINFO_HOST="$(HOST)" LANDINFO_PORT="$(PORT)" exec $(PY) app.py

setup: $(RUNTIME) $(ASSETS) $(BUILT)

# A virtual environment that does not answer (its Python is gone, or it was broken off half-way) is made anew.
venv:
	@test -n "$(PYTHON)" && $(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
	@echo "• Python: .venv"
	@$(PYTHON) -m venv --clear .venv

define packages
	@echo "• Python: $(1) (may take a minute)"
	@$(PY) -m pip install -qq --disable-pip-version-check -r $(1)
	@rm -f .venv/.$(2)-*
	@touch .venv/.$(2)-`$(PY) -c "$(VERSION)"`-$(call content,$(3))
endef

$(RUNTIME): | $(if $(INTERPRETER),,venv)
	$(call packages,requirements.txt,runtime,requirements.txt)

$(TESTING): $(RUNTIME)
	$(call packages,tests/requirements.txt,testing,requirements.txt requirements-cluster.txt tests/requirements.txt)

$(ASSETS): | $(RUNTIME)
	@echo "• Front-end assets: static/vendor"
	@$(PY) static/fetch.py
	@rm -f static/vendor/.from-*
	@touch $@

$(BUILT): | $(RUNTIME)
	@echo "• Dữ liệu mô phỏng / sample store: $(SAMPLE)"
	@rm -f data/sample/.built-* data/sample/next.gpkg*
	@$(PY) -m landinfo sample --out data/sample/next.gpkg >/dev/null
	@$(PY) -m landinfo edition measure --store data/sample/next.gpkg --jobs 2 >/dev/null
	@rm -f $(SAMPLE)-*
	@mv -f data/sample/next.gpkg $(SAMPLE)
	@touch data/sample/.built-$(call content,$(RECIPE))

services:
	@sh tests/setup.sh

LINT := $(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

lint: $(TESTING)
	@$(LINT)

# Both parts run, so that one report names everything. Lint has what the tests leave of the processor (nice), and what it
# says comes in one piece: amid the dots, or behind pytest's closing line where few tests are asked for.
test: services setup $(TESTING)
	@failed=0; { said=`nice -n 19 sh -c '$(LINT)' 2>&1`; ended=$$?; echo; echo "$$said"; exit $$ended; } & lint=$$!; \
	$(PY) -m pytest $(PYTEST) || failed=1; wait $$lint || failed=1; exit $$failed

test-long: export LANDINFO_LONG = 1
test-long: test

# What is fast, beside what: benchmarks/RESULTS.md. N parcels, ONLY one part, ROUNDS alternating rounds.
bench: $(TESTING)
	@env -u LANDINFO_TEST_POSTGIS sh tests/setup.sh wrk
	@env -u LANDINFO_TEST_POSTGIS $(PY) -m benchmarks $(if $(N),-n $(N)) $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

clean:
	rm -rf benchmarks/out .venv static/vendor static/node_modules $(SAMPLE)* $(SAMPLE:.gpkg=.tiles) data/sample/next.gpkg* data/sample/.built-*
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
