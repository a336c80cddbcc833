# Every target makes .venv from the locked requirements by itself; only Python >= 3.11 and make are needed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo run test check format bench eval battery picture lock clean

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "PatchForge needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# make demo ARGS=--no-browser
demo: $(STAMP)
	$(BIN)/patchforge demo $(ARGS)

run: $(STAMP)
	$(BIN)/patchforge run

# Most tests wait for sockets: more of them than cores keep two cores busy.
test: $(STAMP)
	$(BIN)/pytest -n 4

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Measures, and writes docs/performance.md; PATCHFORGE_TEST_POSTGRES_URL adds PostgreSQL.
bench: $(STAMP)
	$(BIN)/python -m bench

# Judges what the bot writes by itself on real changes: make eval ARGS=path/to/release_pairs.jsonl
eval: $(STAMP)
	$(BIN)/python -m bench.quality $(ARGS)

# Everything that may go wrong, many times over; PATCHFORGE_TEST_POSTGRES_URL adds PostgreSQL.
# make battery ARGS="--only T5 --scale 0.1"
battery: $(STAMP)
	$(BIN)/python -m battery $(ARGS)

# Takes the README's picture with the browser test; needs Chromium.
picture: $(STAMP)
	$(BIN)/pytest tests/browser
	cp tests/screenshots/demo.png docs/images/demo.png

# Renews both locks; needs uv on the PATH.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements.lock --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock

clean:
	rm -rf .venv build dist *.egg-info
