# 信印 Xinyin. `make demo` and `make test` are all that a new machine needs; the rest is for those who work on it.

SHELL := /bin/bash
PYTHON ?= python3
OUT ?= demo-out
CORPUS ?=
CASES ?= 1000000
BIN := .venv/bin

.PHONY: demo run test check check-console console types bench drill vectors fuzz timing format lock web clean

## Play the main job through the public API and leave the evidence in $(OUT).
demo: .venv/runtime.done
	$(BIN)/trust demo --out $(OUT) $(if $(CORPUS),--corpus $(CORPUS))

## Play it once into var/, then keep serving on that instance.
run: .venv/runtime.done
	@test -e var/keys/root.key || $(BIN)/trust demo --out $(OUT) --keep var $(if $(CORPUS),--corpus $(CORPUS))
	@echo "serving http://localhost:8080, stop with Ctrl-C"
	@echo "the console is at /console/; in another terminal, .venv/bin/trust enter-demonstration lets you in"
	TRUST_DATA_DIR=var $(BIN)/trust serve

## Every test, with branch coverage; those of a file in one process, which makes once what they share.
test: .venv/dev.done
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report= --cov-fail-under=0
	$(BIN)/python -m coverage report

## Format, lint, types, layers.
check: .venv/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## What it costs, as ratios against named baselines of the same run.
bench: .venv/dev.done
	$(BIN)/python -m benchmarks.run

## Kill processes that work on bulk jobs, two hundred times on each database, and count what is left; issue ten thousand
## licences and look at each; send the service a thousand hostile files, and see that it stays quick and small; guess a
## password a thousand times while its owner comes in, and see that the clock tells nothing of usernames.
drill: .venv/dev.done
	$(BIN)/python -m tests.drills.bulk_kills
	$(BIN)/python -m tests.drills.ten_thousand
	$(BIN)/python -m tests.drills.hostile_thousand
	$(BIN)/python -m tests.drills.thousand_persons
	$(BIN)/python -m tests.drills.wrong_passwords

## What verifiers must say of genuine, altered and hostile files; told by our engine, and where it differs.
vectors: .venv/dev.done
	$(BIN)/python -m tests.vectors.verification.run

## Every parser of foreign bytes against $(CASES) mutants of what the house makes, on every core; nobody waits for it.
fuzz: .venv/dev.done
	nice -n 19 $(BIN)/python -m tests.fuzz.run --cases $(CASES)

## Whether the time of what is done with a private key depends on the key, on each backend.
timing: .venv/dev.done
	$(BIN)/python -m benchmarks.timing

## Build the scripts of the public pages anew, into api/pages, and the console.
web: web/node_modules/.package-lock.json console
	cd web && npm run --silent check && npm run --silent build

## Build the console anew, into api/console/dist.
console: web/console/node_modules/.package-lock.json
	cd web/console && npm run --silent build

## Whether the types of the console fit those of the API.
check-console: types
	cd web/console && npm run --silent check

## Write down the types of the API for the console, from the description that the service gives of itself.
types: .venv/dev.done web/console/node_modules/.package-lock.json
	$(BIN)/python -m deploy.describe_api web/console/openapi.json
	cd web/console && npm run --silent types >/dev/null

web/console/node_modules/.package-lock.json: web/console/package-lock.json
	npm ci --prefix web/console --ignore-scripts --no-audit --no-fund --silent

web/node_modules/.package-lock.json: web/package-lock.json
	npm ci --prefix web --ignore-scripts --no-audit --no-fund --silent

format: .venv/dev.done
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

## Lock the dependencies anew, with hashes and without addresses; versions younger than a week wait.
lock: .venv/dev.done
	for set in runtime dev; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--exclude-newer "$$(date -u -d '7 days ago' +%F)" --quiet --output-file requirements/$$set.txt \
		requirements/$$set.in; done

clean:
	rm -rf .venv var demo-out bench-out ci-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

.venv/runtime.done: requirements/runtime.txt pyproject.toml deploy/environment
	PYTHON="$(PYTHON)" deploy/environment requirements/runtime.txt
	@touch $@

.venv/dev.done: requirements/dev.txt pyproject.toml deploy/environment
	PYTHON="$(PYTHON)" deploy/environment requirements/dev.txt
	@touch .venv/runtime.done $@
