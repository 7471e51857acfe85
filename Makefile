# The front door. Everything runs in .venv, which is made when it is missing or older than what it is made from.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
ABREAST := --numprocesses=auto --maxprocesses=4 --dist=loadfile # files side by side: mostly they wait for servers
CODE := $(wildcard src tests bench scripts hatch_build.py)
LOCK := --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help demo demo-export test test-hard endurance test-browser screenshots check audit-deps fmt bench bench-long compare dist binary \
  docs generated lock clean

help:  ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.ready  ## Open the wizard on a real VictoriaMetrics that watches itself; bundles stay in demo-output/
	@scripts/setup demo  # a VictoriaMetrics, unless there is one
	@$(BIN)/python -m scripts.demo_page

demo-export: .venv/.ready  ## The same job on the command line
	@scripts/setup demo
	@$(BIN)/python -m scripts.demo

test: .venv/.ready  ## Unit, contract and integration tests against real servers, the page's main ways in Chromium
	@scripts/setup test && scripts/setup browser  # the servers, archive tools and the browser that the tests start
	$(BIN)/pytest --ignore=tests/rules $(ABREAST) && $(BIN)/pytest -m smoke $(ABREAST) && node --test tests/js

test-hard: .venv/.ready  ## The tests that take minutes: kill -9, full disks, a million series, examples never tried
	@scripts/setup test
	$(BIN)/pytest -m slow --timeout=1800 $(ARGS) && VMEXPORTER_TEST_SEARCH=1 $(BIN)/pytest tests/unit tests/hard/test_hostile.py \
	  tests/integration/test_web_schema.py --timeout=1800

test-browser: .venv/.ready  ## The page in Chromium, and its pure scripts in node
	@scripts/setup test && scripts/setup browser
	$(BIN)/pytest -m browser $(ARGS) && node --test tests/js

screenshots: .venv/.ready  ## Take the README's pictures anew, into docs/pictures/
	@scripts/setup test && scripts/setup browser
	$(BIN)/python -m scripts.screenshots

check: .venv/.ready  ## Style, types, import rules, the tables, house rules
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE) && $(BIN)/lint-imports --no-logo && $(BIN)/python -m scripts.check_tables
	$(BIN)/python scripts/check_licences.py
	$(BIN)/pytest -q tests/rules

fmt: .venv/.ready  ## Put the code into the house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: .venv/.ready  ## Measure speed, memory and bundle size against curl (ARGS=--quick for a first look)
	@scripts/setup bench
	$(BIN)/python -m bench.run $(ARGS)
	$(BIN)/python -m bench.auditing
	$(BIN)/python -m bench.importing

bench-long: .venv/.ready  ## Both lanes on a week against curl (ARGS=month: the first time it takes half an hour to make the data)
	@scripts/setup bench
	$(BIN)/python -m bench.long --assert $(or $(ARGS),week)

dist: .venv/.ready  ## Build wheel and source distribution into dist/, the same bytes for the same commit
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/pytest -q tests/integration/test_dist.py

binary: .venv/.ready  ## Build one executable file, no Python needed, into dist/, and try it on a real server
	@scripts/setup binary
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/binary packaging/binary/vmexporter.spec
	$(BIN)/pytest -q -m slow tests/integration/test_binary.py

compare: .venv/.ready  ## Measure vmgather beside vmexporter (VMEXPORTER_VMGATHER=/path/to/vmgather)
	@scripts/setup bench
	$(BIN)/python -m bench.compared $(ARGS)

docs: .venv/.ready  ## Build the documents as a site, into build/site/
	$(BIN)/mkdocs build --quiet

generated: .venv/.ready  ## Write anew what follows from the code: references, man page, completions, schema
	$(BIN)/python -m scripts.generated

audit-deps: .venv/.ready  ## Advisories of the pinned packages (needs the network), and their licences
	$(BIN)/python scripts/check_licences.py
	$(BIN)/python -m venv build/audit && build/audit/bin/pip install --quiet pip-audit
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/runtime.txt

endurance: .venv/.ready  ## Exports again and again, eight at once, with pages open: 30 minutes (ARGS=--minutes=2)
	@scripts/setup test
	$(BIN)/python -m scripts.endurance $(ARGS)

lock: .venv/.ready  ## Pin the newest packages in requirements/*.txt, with hashes (pip-tools, in a folder of its own)
	$(BIN)/python -m venv build/lock && build/lock/bin/pip install --quiet pip-tools
	cd requirements && for name in runtime dev; do \
	  CUSTOM_COMPILE_COMMAND="make lock" ../build/lock/bin/pip-compile $(LOCK) --output-file=$$name.txt $$name.in || exit; done

clean:  ## Remove what was made, the environment and the demo's bundles too; only the bench's data stays
	rm -rf .venv build dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: requirements/dev.txt pyproject.toml scripts/setup
	@scripts/setup venv
