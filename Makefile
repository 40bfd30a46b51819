# Two commands do everything on a fresh machine: `make serve` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help serve test check docs bench web wheel clean

help: ## Say what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-8s %s\n", $$1, $$2}'

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

serve: .venv/installed ## Serve the shipped graph at http://127.0.0.1:8000
	$(BIN)/tipgraph serve

test: check ## Run every check and every test
	$(BIN)/pytest

check: .venv/installed ## Format, lint, types and the import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/installed ## Write the generated parts of README and docs anew
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/mistakes.py

bench: .venv/installed ## Measure a cold question, the start, runaways, hostile use, growth, and peers where wrk is
	$(BIN)/python benchmarks/cold_question.py
	$(BIN)/python benchmarks/service_start.py
	$(BIN)/python benchmarks/runaways.py
	$(BIN)/python benchmarks/hostile_requests.py --queries 2000 --parameters 2000 --kills 100
	$(BIN)/python benchmarks/growth.py 1e4 1e5
	@if command -v wrk >/dev/null; then $(BIN)/python benchmarks/peers.py --seconds 1 --rounds 1 --most 240; \
	else echo 'peers: skipped, wrk is not installed (apt-get install wrk)'; fi

web: .venv/installed ## Get what the pages use of others, by its lock file
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,web]'
	$(BIN)/python web/build.py

wheel: .venv/installed ## Build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps -w dist .

clean: ## Remove what the other targets made
	rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
