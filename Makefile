# Every target makes what it needs: an environment from the package index, by `python -m venv` and pip, when it is
# missing or older than the pyproject.toml files. Nothing else is needed where there is Python 3.11 (or 3.12, 3.13).

MODEL ?= ../shared/checkpoints/minilm-sst2
DATA ?= ../shared/data/SST-2/dev.tsv
OUT ?= out
# A checkpoint that `fit` made of MODEL, for the benchmark against peers; without one a schedule is cut out of MODEL itself.
FITTED ?=

VENV := .venv
BIN := $(VENV)/bin
VENVS := $(VENV) .venv-onnx .venv-tflite .venv-peers .venv-mediapipe
PROJECTS := pyproject.toml converters/pyproject.toml runtime/pyproject.toml

# The first that runs: a command that is found may still be a shim without a Python behind it.
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
PIP := bin/python -m pip install -qq --disable-pip-version-check --no-input --no-compile
# Our packages are built with the environment's setuptools, which comes first; pip would install one more for each.
# Nothing is compiled before something imports it: most never is, and it was half of an installation's time. What tests
# import is compiled by one process, then, and not by two; a warning of the compiler would be an error in a test.
BUILD := 'setuptools>=77'
COMPILED := edge_power.fitting.run, executorch.devtools, litert_torch, onnxscript, hypothesis, pytest
PIP_INSTALL := $(PIP) --no-build-isolation
# Images of containers often set this. Each start of Python would then compile PyTorch anew: 17 s in place of 7.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-main test-thorough test-slow test-runtime-onnx test-runtime-tflite test-arm test-adb test-mediapipe test-android test-stock lint format bench bench-accuracy bench-peers clean distclean

help:
	@echo 'make demo                 convert a real classifier for three engines and compare them'
	@echo 'make test                 every test: the main suite, and the runtime alone with ONNX Runtime and with TFLite'
	@echo 'make test-main            the main suite only (.venv)'
	@echo 'make test-runtime-onnx    the runtime with nothing but onnxruntime (.venv-onnx)'
	@echo 'make test-runtime-tflite  the runtime with nothing but tflite-runtime and numpy 1 (.venv-tflite)'
	@echo "make test-mediapipe       MediaPipe's TextClassifier on what we write for it (.venv-mediapipe)"
	@echo 'make test-arm             the runtime on emulated 64-bit ARM: the same answers as here, and its own tests (.arm)'
	@echo 'make test-adb             a real adbd, unpacked into .adbd, in a network of its own; needs root'
	@echo "make test-android         the Android demo: its code on this JVM and ONNX Runtime's Android library, its APK (.android)"
	@echo 'make test-stock           stock clients open what we ship: onnxruntime, optimum-onnx, onnxruntime-web under node'
	@echo 'make test-thorough        the same properties for other families, engines and moments; .ci/run runs it'
	@echo 'make test-slow            the tests that take minutes'
	@echo 'make lint                 ruff, mypy and import-linter; make format mends what ruff can'
	@echo 'make bench                the benchmarks of our own programs'
	@echo 'make bench-accuracy       lists the units of the accuracy benchmark, and how to run each'
	@echo 'make bench-peers          the yardstick: latency against transformers, and the stock exports of optimum-onnx'
	@echo 'make clean                remove caches; results in out/ stay. make distclean removes the environments too'
	@echo 'Variables: PYTHON, MODEL ($(MODEL)), DATA ($(DATA)), OUT ($(OUT))'

demo: $(VENV)/.installed
	@$(BIN)/edge-power demo

UNTIMED := 'not slow and not thorough and not arm and not mediapipe and not android and not alone'
# The files whose tests measure time: collecting all the others takes as long as running these.
TIMED = $$(grep -rl --include='*.py' 'mark\.alone' tests)
# Conversions and tiny trainings keep one core busy, so the files of tests are shared out to two processes; more threads
# in each would only wait for one another, those of the tokenizers too.
SHARED_OUT := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# The small environments are made and used while the large one is installed, so that no time can be measured in them:
# the main suite does that, at its end.
test:
	@$(MAKE) --no-print-directory -j 2 --output-sync=line $(VENV)/.installed test-runtime-onnx test-runtime-tflite
	@$(MAKE) --no-print-directory test-main

test-main: $(VENV)/.installed
	@echo '== main suite'
	@$(SHARED_OUT) -m $(UNTIMED)
	@$(BIN)/pytest -m 'alone and not android' $(TIMED)

# More of the same, for other families, engines and moments: ten minutes that no change should have to wait for at a desk.
test-thorough: $(VENV)/.installed
	@echo '== the same properties for other families, engines and moments'
	@$(SHARED_OUT) -m 'thorough and not slow'

test-slow: $(VENV)/.installed
	@$(BIN)/pytest -m slow

test-runtime-onnx: .venv-onnx/.installed
	@echo '== runtime, with onnxruntime only'
	@.venv-onnx/bin/pytest tests/runtime -m $(UNTIMED)

# tflite-runtime has no wheels after Python 3.11; its successor ai-edge-litert is tested in the main suite.
test-runtime-tflite:
	@if $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))'; \
	then echo '== runtime, with tflite-runtime: skipped, its wheels end at Python 3.11 and this is' "$$($(PYTHON) --version)"; \
	else $(MAKE) --no-print-directory run-runtime-tflite; fi

.PHONY: run-runtime-tflite
run-runtime-tflite: .venv-tflite/.installed
	@echo '== runtime, with tflite-runtime and numpy 1'
	@.venv-tflite/bin/pytest tests/runtime -m $(UNTIMED)

# No part of `make test`: it takes minutes, and packages that only Debian's apt downloads. What is left out measures
# the emulator: how fast it is, and pages of memory that are the host's.
ARM := .arm
ARM_PYTHON := $(ARM)/root/usr/bin/python
NOT_EMULATED := test_public.py::test_import_is_quick profiler/measure/test_measure.py::test_p50_is_that_of_a_bare_loop \
  profiler/measure/test_measure.py::test_time_goes_to_the_span_of_a_classifier_that_took_it \
  system/test_huge_pages.py::test_memory_allocated_in_the_block_moves_and_keeps_its_content

test-arm: $(VENV)/.installed $(ARM)/.installed
	@echo '== runtime, on emulated 64-bit ARM against this machine'
	@$(BIN)/pytest tests/arm -m arm
	@echo '== runtime, on emulated 64-bit ARM: its own tests'
	@$(ARM_PYTHON) -m pytest -p no:cacheprovider tests/runtime $(NOT_EMULATED:%=--deselect=tests/runtime/%)

# MediaPipe's own TextClassifier, in an environment of its own: a stock client has nothing of ours.
.venv-mediapipe/.installed: | .venv-mediapipe/bin/python
	@.venv-mediapipe/$(PIP) 'mediapipe>=1.2,<2'
	@touch $@

test-mediapipe: $(VENV)/.installed .venv-mediapipe/.installed
	@echo "== MediaPipe's TextClassifier on what we write"
	@$(BIN)/pytest tests/stock/test_mediapipe.py -m mediapipe

test-adb: $(VENV)/.installed
	@$(BIN)/python -m tests.machines.adbd_setup
	@echo '== Android devices, over a real adbd'
	@$(BIN)/pytest tests/edge_power/profiling/test_adb.py tests/edge_power/profiling/test_app.py

# The library and the tools are fetched once, and again when tests/android/install.py changes: it looks itself.
test-android: $(VENV)/.installed
	@$(BIN)/python -m tests.android.install
	@echo '== the Android demo, without Android'
	@$(BIN)/pytest tests/android -m android

# onnxruntime-web comes from npm's registry; without node its tests skip themselves.
test-stock: $(VENV)/.installed .venv-peers/.installed .web/.installed
	@$(BIN)/pytest tests/stock -m 'not mediapipe'

.web/.installed:
	@mkdir -p $(@D)
	@if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(@D) onnxruntime-web@~1.30.0; fi
	@touch $@

lint: $(VENV)/.installed
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.installed
	@mkdir -p $(OUT)
	@$(BIN)/python benchmarks/conversion.py $(MODEL) $(DATA) --output $(OUT)/conversion.json
	@$(BIN)/edge-power convert --model $(MODEL) --output $(OUT)/overhead-bundle --format onnx,tflite \
	  --lengths 32,64 --keep 0.8,0.6,0.5,0.4,0.3 --force
	@$(BIN)/python benchmarks/overhead.py $(OUT)/overhead-bundle $(DATA) --output $(OUT)/overhead.json
	@$(BIN)/python benchmarks/efficiency.py --programs $(OUT)/programs --output $(OUT)/efficiency.json

# Hours to days of training: `--list` shows every unit with its estimated minutes, and any of them can be run alone.
bench-accuracy: $(VENV)/.installed
	@$(BIN)/python -m benchmarks.accuracy --output $(OUT)/accuracy --list

# Exports once per model; the bundle and the measurement are made anew.
PEERS := $(OUT)/peers/$(notdir $(MODEL))

bench-peers: $(PEERS)/optimum/model.onnx $(VENV)/.installed
	@$(BIN)/edge-power convert --model $(or $(FITTED),$(MODEL)) --output $(PEERS)/bundle --format onnx \
	  --precision fp32,int8 --lengths 8,16,24,32,40,48,56,64 --verify-with $(DATA) --force \
	  $(if $(FITTED),,--keep 0.95,0.84,0.43,0.18,0.12 --budget balanced --min-agreement 0.95)
	@$(BIN)/python benchmarks/peers/yardstick.py $(MODEL) $(PEERS)/optimum $(DATA) \
	  --bundle $(PEERS)/bundle --output $(PEERS)/yardstick.json

$(PEERS)/optimum/model.onnx: $(wildcard $(MODEL)/config.json) benchmarks/peers/export_optimum.py | .venv-peers/.installed
	@.venv-peers/bin/python benchmarks/peers/export_optimum.py $(MODEL) $(@D)

$(VENV)/.installed: $(PROJECTS) | $(VENV)/bin/python
	@echo 'installing edge-power and what it needs into $(VENV), about 2 minutes ...'
	@$(VENV)/$(PIP) $(BUILD)
	@$(VENV)/$(PIP_INSTALL) -e './runtime[onnx,tflite,executorch]' -e ./converters -e '.[dev,demo]'
	@$(BIN)/python -W ignore -c 'import $(COMPILED)' 2>/dev/null || true
	@touch $@

.venv-onnx/.installed: runtime/pyproject.toml | .venv-onnx/bin/python
	@echo 'installing the runtime with onnxruntime into .venv-onnx ...'
	@.venv-onnx/$(PIP) $(BUILD)
	@.venv-onnx/$(PIP_INSTALL) -e './runtime[onnx]' pytest
	@touch $@

.venv-tflite/.installed: runtime/pyproject.toml | .venv-tflite/bin/python
	@echo 'installing the runtime with tflite-runtime into .venv-tflite ...'
	@.venv-tflite/$(PIP) $(BUILD)
	@.venv-tflite/$(PIP_INSTALL) -e './runtime[tflite-legacy]' 'tflite-runtime==2.14.0' 'numpy<2' pytest
	@touch $@

# optimum-onnx wants transformers 4, so it has an environment of its own.
.venv-peers/.installed: | .venv-peers/bin/python
	@echo 'installing optimum-onnx into .venv-peers, about 2 minutes ...'
	@.venv-peers/$(PIP) 'torch~=2.13.0' 'optimum-onnx[onnxruntime]~=0.1.0'
	@touch $@

$(ARM)/.installed: tests/arm/install.py tests/machines/debian.py runtime/pyproject.toml | $(VENV)/bin/python
	@echo 'unpacking an ARM emulator and an ARM Python into $(ARM), about 20 seconds ...'
	@$(BIN)/python -m tests.arm.install
	@touch $@

$(VENVS:%=%/bin/python):
	@test -n '$(PYTHON)' || { echo 'no Python found: install Python 3.11 (Debian: apt install python3 python3-venv)' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; found = sys.version.split()[0]; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) \
	  else f"edge-power needs Python 3.11, 3.12 or 3.13, found {found}; name one: make PYTHON=/path/to/python3.11")'
	@echo 'making $(@D:/bin=) with' "$$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(@D:/bin=)

# What it takes is what tools make anew. Results are left: some took days, and a bundle in out/ may be all that there is.
clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	for project in . converters runtime; do rm -rf $$project/build $$project/dist $$project/*.egg-info; done
	find . -path './.venv*' -prune -o -path ./$(ARM) -prune -o -path ./.adbd -prune -o -path ./.android -prune -o -path ./.git -prune -o -name __pycache__ -type d -exec rm -rf {} +

distclean: clean
	rm -rf $(VENVS) $(ARM) .adbd .android
