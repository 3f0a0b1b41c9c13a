# Each target makes all the set-up that it needs; a second call installs nothing.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: setup demo test test-slow check bench lock

setup: $(READY)

$(READY): envs/requirements.txt envs/espnet.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "make: Python 3.11 is needed, and '$(PYTHON)' is not it; install it, or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r envs/requirements.txt
	$(PIP) --no-deps -r envs/espnet.txt
	@# On all cores, where pip would use one; packages hold files that are no Python 3.
	@$(BIN)/python -m compileall -q -j 0 -x '/tests?/' .venv/lib > /dev/null 2>&1 || true
	@touch $@

demo: $(READY)
	$(BIN)/snakemake --directory demo report
	@$(BIN)/python scripts/show_summary.py --config demo/results/study.json --results demo/results --report demo/results/report.html

test: $(READY) check
	$(BIN)/python -m pytest

# More of the same kinds: searches of other architectures, more kills.
test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules
	PYTHONPATH=scripts $(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/snakemake --lint

# Half an hour on an idle machine, most of it ESPnet's own search.
bench: $(READY)
	$(BIN)/python bench/search.py
	$(BIN)/python bench/job.py
	$(BIN)/python bench/clock_cost.py
	$(BIN)/python bench/latency_resolution.py --model lstm-demo --ctc-weight 1.0

lock: $(READY)
	$(BIN)/python envs/lock.py
