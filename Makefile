# Everything a newcomer types. Each target sets up what it needs: python3, venv and make are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WORKERS ?= 4

# Tests and the lab start hundreds of processes: the first compiles for all, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help test check lint types structure compare layers serve-flask serve-fastapi seed openapi lock audit sbom mutants clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(INSTALLED): requirements-dev.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}; choose another with make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

test: $(INSTALLED)  ## Run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: lint types structure  ## Lint, check types, check the structure

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

structure: $(INSTALLED)
	$(BIN)/python -m pytest -q tests/test_structure.py tests/test_readme.py

compare: $(INSTALLED)  ## Measure the twins and print where the report is
	$(BIN)/python -m benchmarks compare --profile quick

layers: $(INSTALLED)  ## Measure what each layer costs
	$(BIN)/python -m benchmarks layers

serve-flask: $(INSTALLED)  ## Serve the Flask twin on http://127.0.0.1:5000
	$(BIN)/python -m flask_impl

serve-fastapi: $(INSTALLED)  ## Serve the FastAPI twin on http://127.0.0.1:8000
	$(BIN)/python -m fastapi_impl

seed: $(INSTALLED)  ## Load the project's own books
	$(BIN)/python -m shared.seed

openapi: $(INSTALLED)  ## Write the contract document anew from the handlers
	$(BIN)/python -m fastapi_impl.openapi > shared/openapi.json.new
	mv shared/openapi.json.new shared/openapi.json

lock: ## Pin the requirements anew (needs uv)
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements.txt
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --all-extras pyproject.toml -o requirements-dev.txt

audit: $(INSTALLED)  ## Look for known advisories (needs the data of PyPI itself)
	$(BIN)/python -m tests.supply.audit

sbom: $(INSTALLED)  ## Write the software bill of materials, sbom.json
	$(BIN)/python -m tests.supply.bom sbom.json

mutants: $(INSTALLED)  ## Try how many small changes of the security code the tests notice
	$(BIN)/python -m tests.mutants

clean:  ## Remove what the targets made, except results
	rm -rf $(VENV) sbom.json mutants .mypy_cache .pytest_cache .ruff_cache
