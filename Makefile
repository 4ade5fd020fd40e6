# What one does with Belfry. Every target works from a fresh clone; `make` alone lists them.
#
#   PYTHON=python3.12 make setup     use that interpreter (3.11 or newer) for .venv
#   make demo ARGS="--port 9000"     words for the program or for pytest
#   make test WORKERS=4              tests at a time, three unless said (ARGS="-n0 -x" for one after the other)
#   make lock UPGRADE=1              newest versions instead of the ones locked

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
NPM := $(PY) hatch_build.py
ARGS ?=
WORKERS ?= 3

# What was compiled once is kept: the tests begin many programs.
unexport PYTHONDONTWRITEBYTECODE

# Nothing of these is in a file of the same name.
.PHONY: help setup console demo test check bench faults floods supervised long-run working-day fuzz pictures docs lock clean

help:
	@echo 'make setup      .venv from hashed locks, the package in it, the console built'
	@echo 'make demo       a whole centre with a small simulated town, in your browser'
	@echo 'make test       every test, with a browser'
	@echo 'make check      style, types, import rules, documents: under two minutes'
	@echo 'make bench      the figures of docs/benchmarks.md, measured here'
	@echo 'make faults     a thousand kills and the list of faults, on this disk: half an hour'
	@echo 'make floods     how quick it stays beside floods, and their memory (docs/endurance.md)'
	@echo 'make supervised a hundred thousand accounts that poll, and how soon silence is seen'
	@echo 'make long-run   an hour of the demo at ten times its load; ARGS="--minutes 10 --factor 10"'
	@echo 'make working-day  one operator by keyboard at the demo; ARGS="--minutes 15" (docs/operator/working-day.md)'
	@echo 'make fuzz       hostile bytes for every parser, ten minutes each (docs/hostile-bytes.md)'
	@echo 'make pictures   the screenshots of the guide, taken anew'
	@echo 'make docs       the documents as a site, in build/docs'
	@echo 'make lock       the lock files, from pyproject.toml and console/package.json'
	@echo 'make clean      remove everything that the targets above have made'

# --- setup: three stamps, so that a second run costs a second -------------------------------------------------------

setup: $(VENV)/.package console

$(VENV)/.python:
	@tools/venv.sh $(VENV) "$(PYTHON)"
	@touch $@

$(VENV)/.locked: $(VENV)/.python requirements/dev.txt
	@echo 'Installing the locked packages'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The version comes from src/belfry/__init__.py, the parts from the entry points in pyproject.toml.
$(VENV)/.package: $(VENV)/.locked pyproject.toml src/belfry/__init__.py
	@echo 'Installing belfry'
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# hatch_build.py knows whether the built page is older than its sources, and does nothing where it is not.
console: $(VENV)/.locked
	@$(NPM)

# --- run ------------------------------------------------------------------------------------------------------------

demo: setup
	@$(VENV)/bin/belfry demo $(ARGS)

test: setup
	@tools/chromium.sh $(PY)
	$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)
	@if [ -f console/package.json ]; then $(NPM) run test; fi

check: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	@if [ -f console/package.json ]; then $(NPM) run check; fi
	$(PY) -m pytest -q tests/house
	$(PY) -m mkdocs --quiet build --strict --site-dir build/docs

# ARGS are words for the kills: make faults ARGS="--times 100 --seed 7 --folder /mnt/disk/faults"
faults: setup
	$(PY) -m faults list
	$(PY) -m faults kills $(ARGS)

bench: setup
	@test -d bench || { echo 'There is no bench/ folder in this checkout, so nothing can be measured.' >&2; exit 1; }
	$(PY) -m bench $(ARGS)

floods supervised: setup
	$(PY) -m endurance.$@ $(ARGS)

long-run: setup
	$(PY) -m endurance.long_run $(ARGS)

working-day: setup
	@tools/chromium.sh $(PY)
	$(PY) -m tools.working_day $(ARGS)

fuzz: setup
	@$(PIP) install --require-hashes -r requirements/fuzz.txt
	$(PY) -m fuzz $(ARGS)

pictures: setup
	@test -f tools/pictures.py || { echo 'There is no tools/pictures.py in this checkout.' >&2; exit 1; }
	@tools/chromium.sh $(PY)
	$(PY) tools/pictures.py $(ARGS)

docs: setup
	$(PY) -m mkdocs --quiet build --strict --site-dir build/docs
	@echo 'Open build/docs/index.html'

# --- locks: one answer for every Python and system, with hashes and without an address -------------------------------

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.locked
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra fuzz -c requirements/dev.txt -o requirements/fuzz.txt
	@if [ -f console/package.json ]; then $(NPM) install --package-lock-only; fi

clean:
	rm -rf $(VENV) build dist console/node_modules src/belfry/web/static \
		.mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
