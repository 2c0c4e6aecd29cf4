# Every target sets up .venv by itself, from the versions pinned in constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SHELL := /bin/bash
# Side by side on as many cores as there are; a file stays together, so that it starts its servers once.
PYTEST := -q -n auto --dist loadfile
DEMO := catch -p random -p stay -p 'epsilon_greedy(base=tracker, epsilon=0.3)' -p tracker -n 1000 --seed 1

.PHONY: demo test check format bench reference pictures constraints clean

demo: $(VENV)/program ## evaluate four policies on Catch, then play it
	@$(BIN)/openenv-tui eval $(DEMO) -f md -f csv
	@if [ -t 0 ] && [ -t 2 ]; then $(BIN)/openenv-tui play catch; \
	else echo "No terminal here. To play, run in one: $(BIN)/openenv-tui play catch"; fi

test: $(VENV)/developer ## the whole test suite
	@$(BIN)/python -m pytest $(PYTEST)

check: $(VENV)/developer ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PYTEST)

format: $(VENV)/developer ## rewrite the sources in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/developer ## the performance ratios, side by side with the peers
	$(BIN)/python benchmarks/run.py

reference: $(VENV)/program ## remake results/reference/
	$(BIN)/python results/make_reference.py

pictures: $(VENV)/program ## remake the pictures of docs/
	COLORTERM=truecolor $(BIN)/python -m openenv_tui.tui.picture docs/catch.svg

$(VENV)/python: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
	       "Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up $(VENV) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/program: $(VENV)/python pyproject.toml
	@echo "Installing openenv-tui and what it needs (about half a minute) ..." >&2
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/developer: $(VENV)/python pyproject.toml
	@echo "Installing the developers' tools and the official framework (a minute or two) ..." >&2
	@$(PIP) install -c constraints.txt -e '.[dev,openenv]'
	@touch $(VENV)/program $@

constraints: $(VENV)/developer ## pin what is installed now
	@{ echo '# The versions that every command of the Makefile installs; `make constraints` renews them.'; \
	   $(BIN)/python -m pip freeze --exclude-editable | grep -v '@'; } > constraints.new
	@mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
