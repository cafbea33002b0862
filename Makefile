# Everything starts here. `make demo` and `make test` need Python >= 3.11 with pip, and nothing else.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
# Use the system's certificates, so that company networks work too.
export UV_SYSTEM_CERTS := 1
export UV_PROJECT_ENVIRONMENT := .venv
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
# What the installed package is made from; all else is read where it lies.
BUILT_FROM := uv.lock pyproject.toml hatch_build.py $(wildcard src/sterna/decisions/schedule/interior/*.[ch])
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-all extras peers check fix lint types contracts coverage coverage-matrix bench bench-schedule evaluation picture cards clean

help: ## Say what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: .venv/run ## Run Porto airport: steps, KPIs, money, and a report to open
	$(BIN)/sterna run porto --out out/porto

test: .venv/dev ## Set up and run the tests (under 5 minutes)
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m "not slow and not peer and not extra"

test-all: .venv/dev ## All tests, the slow ones too
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m "not peer and not extra"

extras: .extras/dev ## Set up sterna[forecast] beside .venv and run what needs it (docs/forecasting.md)
	.extras/bin/pytest -q -n $(JOBS) --dist loadgroup -m extra

peers: .venv/dev ## Set up software of others (docs/peers.md) and run Sterna against it
	for peer in "- ocpp==2.1.0 websockets" "-iso15118- iso15118==0.31.2 aiofile" "-blast- blast-lite==1.1.1" \
	  "-schedule- $(SCHEDULERS)" $(if $(FLEXMEASURES),"-flexmeasures- flexmeasures==1.0.1 highspy==1.15.1"); do \
	  set -- $$peer; folder=.peers$${1%-}; shift; \
	  test -x $$folder/bin/python || $(PYTHON) -m venv $$folder; \
	  $$folder/bin/pip install --quiet --disable-pip-version-check "$$@" || echo "peers: $$* cannot be installed here"; \
	done
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m peer -rs

# All with the HiGHS of uv.lock. 1.5 GB; as much again with FlexMeasures: `make peers FLEXMEASURES=1`.
SCHEDULERS := linopy==0.10.1 pyomo==6.10.1 cvxpy==1.9.3 clarabel==0.11.1 pypsa==1.4.0 highspy==1.15.1
CLOCK ?= wall
SIZES ?= 10,30,100,300,1000,3000,10000

bench-schedule: .venv/run ## Measure schedules beside solvers of others (make peers): docs/schedule-bench.md and its chart
	mkdir -p out
	$(BIN)/sterna bench schedule --n $(SIZES) --clock $(CLOCK) --warm --json \
	  $(if $(wildcard .peers-schedule .peers-flexmeasures),--peers) \
	  $(addprefix --peers-python ,$(wildcard .peers-schedule/bin/python .peers-flexmeasures/bin/python)) \
	  --plot docs/schedule-speed.svg --page docs/schedule-bench.md > out/schedule-bench.jsonl

check: lint types contracts coverage ## All that CI runs before the tests of the README

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

contracts: .venv/dev
	$(BIN)/lint-imports

coverage: .venv/dev ## Branch coverage of the pure floors, at least 95 %
	$(BIN)/coverage erase
	$(BIN)/coverage run --source=sterna.kernel,sterna.domain,sterna.protocols,sterna.decisions \
	  -m pytest -q -m "not slow and not peer and not extra" -p no:cacheprovider tests/kernel tests/domain tests/protocols tests/decisions
	$(BIN)/coverage report --fail-under=95

coverage-matrix: .venv/dev ## Requirement by requirement: which tests, what they said
	rm -f .pytest_cache/requirements.json
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m "not peer and not extra" >/dev/null || true
	$(BIN)/python -m sterna.emsa.coverage

bench: .venv/dev ## Measure: OCPP engine, ISO 15118, Porto, growth
	$(BIN)/python bench/ocpp.py
	$(BIN)/python bench/iso15118.py
	$(BIN)/python bench/porto.py

evaluation: .venv/run ## Judge the schedule over 28 days anew: docs/evaluation.md (some 15 minutes of processor time)
	$(BIN)/sterna evaluate porto --days 28 --leave-out --jobs $(JOBS) --out docs --page docs/evaluation.md

picture: .venv/run ## Draw the component layer anew: docs/porto-components.svg
	$(BIN)/python -m sterna.emsa.documents docs porto-components.svg

cards: .venv/run ## List the rooms anew from their cards: docs/cards.md
	$(BIN)/python -m sterna.emsa.documents docs cards.md

fix: .venv/dev ## Format and mend what a tool can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove all that was set up or written
	rm -rf .venv .tools .peers* .extras out .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# uv lives outside of the environment that it keeps exact.
$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv==$(UV_VERSION)

.venv/run: $(BUILT_FROM) | $(UV)
	$(UV) sync --quiet --frozen --inexact --no-default-groups --python $(PYTHON)
	@touch $@

.venv/dev: $(BUILT_FROM) | $(UV)
	$(UV) sync --quiet --frozen --inexact --group schemas --python $(PYTHON)
	@touch $@ .venv/run

# The extra is three times as large as the rest: it stays out of .venv.
.extras/dev: uv.lock pyproject.toml | $(UV)
	UV_PROJECT_ENVIRONMENT=.extras $(UV) sync --quiet --frozen --inexact --extra forecast --python $(PYTHON)
	@touch $@
