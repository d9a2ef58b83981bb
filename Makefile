# `make race` runs the baseline, `make test` checks everything, `make check` is for while you work.
# Each sets up .venv from nothing when it has to. With another Python: make race PYTHON=/path/to/python3.12

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup race test check lint bench golden notebook odd schema reference calibrate lock clean

export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
BIN := $(VENV)/bin
OUT := results/june_2017

# The stamp's name changes with what is installed and with this folder's path, so a moved clone is set up again.
STAMP := $(VENV)/set-up-$(shell (cat requirements.lock pyproject.toml; pwd) | cksum | cut -d ' ' -f 1)

# Prints the first Python 3.12 that can make an environment, or says on the error stream what was found instead.
define FIND_PYTHON
found=""; \
for python in "$(PYTHON)" python3.12 python3 python; do \
	[ -n "$$python" ] || continue; \
	has=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue; \
	case "$$has" in 3.12.*) ;; *) found="$$found; $$python is $$has"; continue;; esac; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null && { echo "$$python"; exit 0; }; \
	found="$$found; $$python is $$has without venv and ensurepip (Debian: python3.12-venv)"; \
done; \
echo "Python 3.12 is needed and was not found: looked for python3.12, python3, python$${found:-; none runs}." >&2; \
echo "Install Python 3.12, or name one: make <target> PYTHON=/path/to/python3.12" >&2; \
exit 1
endef

help:
	@echo "make setup   set .venv up, and nothing else"
	@echo "make race    run the baseline 10,000 times into $(OUT)"
	@echo "make test    lint, types, imports and all tests (under 15 minutes from nothing)"
	@echo "make check   lint, types, imports and the fast tests (under a minute once set up)"
	@echo "make bench   time the ensemble beside mesa.batch_run and plain Mesa; how cost grows with size (ten minutes)"
	@echo "make golden  write the golden summary anew, after results have changed on purpose"
	@echo "make notebook  run docs/notebook.ipynb and keep what it shows"
	@echo "make odd     write the parameter tables of docs/ODD.md anew"
	@echo "make reference  write the JSON Schemas and docs/scenario_reference.md anew"
	@echo "make calibrate  hold the priors to the legs and incidents observed before the start"
	@echo "make lock    bring requirements.lock in line with pyproject.toml"
	@echo "make clean   remove .venv, caches and builds; results stay"

setup: $(STAMP)

race: $(STAMP)
	$(BIN)/race run june_2017 --runs 10000 --seed 7 --out $(OUT) --force
	@echo
	@echo "The pictures are in $(OUT)/plots, the tables in $(OUT)/*.parquet, the numbers in $(OUT)/summary.json."
	@echo "One run as a story:  $(BIN)/race replay $(OUT) --run 17"
	@echo "All on one page:     $(BIN)/race report $(OUT)"
	@echo "Change an assumption: $(BIN)/race compare june_2017 --set KEY.PATH=VALUE"

test: $(STAMP) lint
	$(BIN)/python -m pytest -q -n 2

check: $(STAMP) lint
	$(BIN)/python -m pytest -q -n 2 -x -m "not slow"

lint: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

$(STAMP): requirements.lock pyproject.toml
	@python=$$($(FIND_PYTHON)) || exit 1; \
	echo "Setting up $(VENV) with $$python; this takes two or three minutes, once."; \
	"$$python" -m venv $(VENV)
	@rm -f $(VENV)/set-up-*
	@$(BIN)/python -m pip install --quiet --no-input --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-input --no-deps --no-build-isolation -e .
	@touch $@

# A quiet machine, please: every figure is a time.
bench: $(STAMP)
	$(BIN)/python -m benchmarks.bench --out results/bench.json
	$(BIN)/python -m benchmarks.scale --out results/scale.json

# After results have changed on purpose; CHANGELOG.md says why.
golden: $(STAMP)
	$(BIN)/race run june_2017 --runs 300 --seed 7 --out build/golden --force
	cp build/golden/summary.json tests/golden/june_2017.json

notebook: $(STAMP)
	$(BIN)/jupyter-execute --inplace docs/notebook.ipynb

odd: $(STAMP)
	$(BIN)/python docs/odd_tables.py

schema: $(STAMP)
	$(BIN)/race scenario schema --out scenarios/scenario.schema.json
	$(BIN)/race scenario schema --overlay --out scenarios/overlay.schema.json

reference: schema
	$(BIN)/python docs/scenario_reference.py

calibrate: $(STAMP)
	$(BIN)/python calibration/back_cast.py
	$(BIN)/python calibration/incident_rate.py

# Not pip: the lock holds the hashes that the registry gives, whatever else this machine's pip is told to use.
# Pins stay as they are where they still fit; to renew them all: make lock UPGRADE=--upgrade
lock:
	@python=$$($(FIND_PYTHON)) || exit 1; "$$python" -m venv build/lock
	build/lock/bin/python -m pip install --quiet --no-input uv
	build/lock/bin/uv --no-config --system-certs pip compile pyproject.toml $(UPGRADE) --quiet --extra cluster --extra movie --extra test \
		--python-version 3.12 --universal --generate-hashes \
		--custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
