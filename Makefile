# One make target per thing a person does here; each makes the environment it needs.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
RUN := $(UV) run --frozen --no-sync
STAMP := $(VENV)/.ready

export UV_PROJECT_ENVIRONMENT := $(VENV)
export DAGSTER_DISABLE_TELEMETRY := true
export RUNTIME__DLTHUB_TELEMETRY := false
export DO_NOT_TRACK := 1
unexport PYTHONDONTWRITEBYTECODE  # where it is set, every process would compile all our modules again

.PHONY: setup check test demo dev docs bench clean

setup: $(STAMP)  ## make the environment from the lock file

$(STAMP): uv.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(VENV)/bin/pip || $(PYTHON) -m venv $(VENV)
	test -x $(UV) || $(VENV)/bin/python -m pip install --quiet uv
	$(UV) sync --frozen --inexact --quiet --compile-bytecode
	touch $@

check: setup  ## lint, types, layers, SQL, docs
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) sqlfluff lint --processes 2 connectors models
	$(RUN) python -m pipelines.docs --check

test: check  ## check, then every test
	$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder

demo: setup  ## a fictional vendor's exports, all the way to the numbers
	$(RUN) rapport demo

dev: setup  ## Dagster's UI on 127.0.0.1:3000
	$(RUN) rapport init
	$(RUN) rapport dev

docs: setup  ## write the generated docs anew
	$(RUN) python -m pipelines.docs

bench: setup  ## timings beside DuckDB's own speed on the same data
	$(RUN) python -m tests.benchmarks

clean:  ## remove the environment and the demo's data
	rm -rf $(VENV) data/demo
