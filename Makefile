# Every target does its own set-up: a Python 3.11+ and make are all a machine needs.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test fuzz lint lwc-test pictures-lwc bench docs pictures lock clean

# The CRM of the demo: salesforce or hubspot.
CRM ?= salesforce
# The Lightning component; its tests alone need Node.js.
LWC := connectors/salesforce

demo: $(VENV)/.run
	$(BIN)/python worker.py demo --crm $(CRM)

test: $(VENV)/.dev lint
	@if command -v node >/dev/null && test -e $(LWC)/node_modules/.installed; then npm test --prefix $(LWC); \
	else echo "Tests of the Lightning component: skipped. 'make lwc-test' installs what they need (Node.js 20 or newer)."; fi
	$(BIN)/python -m pytest -n auto --dist worksteal

lwc-test: $(LWC)/node_modules/.installed
	npm test --prefix $(LWC)

pictures-lwc: $(LWC)/node_modules/.installed
	npm run pictures --prefix $(LWC)

fuzz: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal --hypothesis-profile fuzz --timeout 3600

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.readme

pictures: $(VENV)/.dev
	$(BIN)/python -m docs.pictures

lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tallystick needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(LWC)/node_modules/.installed: $(LWC)/package-lock.json
	npm ci --prefix $(LWC) --ignore-scripts --no-audit --no-fund
	touch $@

clean:
	rm -rf $(VENV) $(LWC)/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
