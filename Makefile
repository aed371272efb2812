# Everything a newcomer needs; `make help` lists it.
#   make run PORT=8123     make test ARGS="tests/web -k confirm"     make run PYTHON=python3.13

# The first of these that fits makes .venv.
PYTHON ?= python3 python3.13 python3.12 python3.11
PORT ?= 8000
# Only as an argument of make: some systems set HOST to the machine's name in every shell.
HOST = 127.0.0.1
# Would lead Python or pip away from .venv.
unexport PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN

.PHONY: help run test test-long evidence screens check-pages lighthouse scan bench failover load-day sbom lint lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: .venv/run ## start the site on PORT (8000), and set it up first if need be; Ctrl-C stops it
	@exec .venv/bin/python manage.py serve --host "$(HOST)" --port "$(PORT)"

test: .venv/dev ## run the tests on SQLite and on PostgreSQL and in Chromium; ARGS go to pytest
	@exec tests/run $(ARGS)

test-long: .venv/dev ## run the long tests that make test leaves out: kills, races, restores, mirrors, all pages of staff
	@LONG=1 exec tests/run $(ARGS)

evidence: .venv/dev ## run every proof at full size, some two hours, and write docs/evidence.md; ARGS="kills" or ARGS=--list
	@exec .venv/bin/python -m tests.evidence $(ARGS)

screens: .venv/dev ## picture every page in every state into var/screens/; ARGS="appeal form --language ru" for fewer
	@umask 077 && exec .venv/bin/python -m tests.browser.screens.screens $(ARGS)

check-pages: .venv/dev ## run other people's checkers over all pages, mails and files; ARGS="form --language ru" for fewer pages
	@exec .venv/bin/python -m tests.checkers $(ARGS)

lighthouse: .venv/dev ## score appeal, list and form with Lighthouse: 100 four times, or it fails; ARGS="--language ru"
	@exec .venv/bin/python -m tests.checkers.lighthouse $(ARGS)

scan: .venv/dev ## run wapiti, sqlmap and bandit against the site, and against a copy with planted flaws (ten minutes)
	@exec .venv/bin/python -m tests.scanners

sbom: .venv/dev ## write the list of components, with versions and hashes, to var/sbom.json (CycloneDX)
	@mkdir -p var && .venv/bin/cyclonedx-py requirements requirements.txt --output-reproducible --output-file var/sbom.json
	@echo "The components are listed in var/sbom.json."

bench: .venv/dev ## measure the site against nginx and write docs/benchmark.md; ARGS="--rounds 1 --seconds 1 --dry" for a glance
	@exec tests/with_postgresql SEARCHED_DATABASE_URL .venv/bin/python -m tests.benchmarks $(ARGS)

failover: .venv/dev ## kill and freeze database machines on loopback while visitors come; ARGS="--kills 1 --freezes 1 --endorsements 100" for a glance
	@exec .venv/bin/python -m tests.ha $(ARGS)

load-day: .venv/dev ## hold a day with 5,000 pages and 33 forms a second, then a queue of 100,000; ARGS="--minutes 1" for a glance
	@ON_DISK=1 exec tests/with_postgresql LOAD_DATABASE_URL .venv/bin/python -m tests.load $(ARGS)

lint: .venv/dev ## check the house rules, each of which is a target too: make lint-mypy
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync $(RULES)
	@echo "All house rules hold."

lock: | .venv/bin/uv ## pin all packages again after a change of pyproject.toml; ARGS=--upgrade takes newer ones
	@$(write_pins)
	@echo "The requirements files are written; the next make run, test or lint installs them."

# --- The house rules: .pre-commit-config.yaml has the same ---

RULES = lint-mypy lint-ruff lint-format lint-imports lint-migrations lint-deploy lint-templates lint-pins lint-markup

# Nothing of an operator's settings: his database would be asked, and his DATA_DIR would get keys.
CLEAN = env -i PATH="$$PATH" HOME="$$HOME" DATA_DIR="$(CURDIR)/.venv/lint-state"

lint-mypy: check = $(CLEAN) .venv/bin/mypy
lint-ruff: check = .venv/bin/ruff check --output-format concise
lint-format: check = .venv/bin/ruff format --check --output-format concise
lint-imports: check = .venv/bin/lint-imports
lint-migrations: check = $(CLEAN) .venv/bin/python manage.py makemigrations --check --dry-run
# Django's own list for production, with settings as an operator would write them.
lint-deploy: check = keys=$$($(CLEAN) .venv/bin/python manage.py new_keys --all) && \
  $(CLEAN) $$keys SITE_URL=https://appeal.example ALLOWED_HOSTS=appeal.example EMAIL_URL=smtp://127.0.0.1:25 TRUSTED_PROXIES=127.0.0.1 \
  .venv/bin/python manage.py check --deploy --fail-level WARNING
lint-templates: check = find templates -name '*.html' -exec .venv/bin/djade --check --target-version 5.2 {} +
lint-pins: check = copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && cp pyproject.toml requirements*.txt "$$copy" && \
  (cd "$$copy" && $(write_pins)) && for file in requirements.txt requirements-dev.txt; do \
  cmp $$file "$$copy/$$file" || { echo "$$file is not what make lock writes."; exit 1; }; \
  ! grep '://' $$file || { echo "$$file names an address."; exit 1; }; done
lint-markup: check = .venv/bin/python -m pytest -q -p no:cacheprovider tests/tooling/test_markup.py

.PHONY: $(RULES)
$(RULES): .venv/dev
	@output=$$({ $(check); } 2>&1) && echo "ok      $@" || { printf 'FAILED  %s\n%s\n\n' $@ "$$output"; exit 1; }

# For the oldest Python, so that the files are the same on every machine. With extras: for a package that asks for
# `coverage[toml]` pip would take the newest `coverage` otherwise.
UV = UV_PYTHON_DOWNLOADS=never "$(CURDIR)/.venv/bin/uv" pip compile --universal --python-version 3.11 \
  --generate-hashes --no-header --no-strip-extras --system-certs --quiet $(if $(filter lock,$@),$(ARGS))
write_pins = $(UV) pyproject.toml --output-file requirements.txt && \
  $(UV) --group dev -c requirements.txt --output-file requirements-dev.txt

# --- .venv: a stamp for each of its finished installations ---

# .venv/made says where it was made and for which Python. Half-made, moved or without that Python it is made again.
identify = .venv/bin/python -I -c 'import os, sys; print(os.path.realpath(sys.prefix), *sys.version_info[:2])'
ifneq ($(shell $(identify) 2>&1),$(shell cat .venv/made 2>/dev/null))
.PHONY: .venv/made
endif

.venv/made:
	@if [ -h .venv ] || { [ -e .venv ] && [ ! -e .venv/pyvenv.cfg ] && find .venv ! -type d ! -type l | grep -q .; }; then \
	  echo "$(CURDIR)/.venv is not a virtual environment of this folder: move it away, then run the command again." >&2; \
	  exit 1; fi
	@for python in $(PYTHON); do "$$python" -c '$(FITS)' 2>/dev/null && break; python=; done; \
	if [ -z "$$python" ]; then \
	  echo "The site needs Python 3.11, 3.12 or 3.13 with its venv module: install it (on Debian: apt install python3 python3-venv), or name another one, for example make run PYTHON=python3.13." >&2; \
	  exit 1; fi; \
	if [ -e .venv ]; then echo "The environment .venv is half-made, or was made elsewhere: making it again."; \
	else echo "Making the environment .venv."; fi; \
	rm -rf .venv && "$$python" -m venv .venv
	@$(identify) >.venv/made

FITS = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

.venv/run: requirements.txt .venv/made
	$(install)

.venv/dev: requirements-dev.txt .venv/run
	$(install)

.venv/bin/uv:
	@$(MAKE) .venv/dev

# Without .venv/made while pip is at work: what is interrupted is made again from the start.
define install
@echo "Installing the packages of $< into .venv; the first time this takes a minute or two."
@trap 'exit 130' INT TERM; mv .venv/made .venv/made.before; \
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $<; failed=$$?; \
mv .venv/made.before .venv/made; [ $$failed = 0 ] || \
  { echo "The packages of $< were not installed: see above, and run the command again." >&2; exit 1; }
@touch $@
endef
