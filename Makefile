# Everything a newcomer needs. Each target says what is missing, and what to do about it.
#   make run PORT=8123     make test ARGS="tests/web -k confirm"     make run PYTHON=python3.13

PYTHON ?= python3
PORT ?= 8000
# Only as an argument of make: some systems set HOST to the machine's name in every shell.
HOST = 127.0.0.1
export HOST PORT ARGS

require_python = command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11, 3.12 or 3.13 (on Debian: apt install python3 python3-venv)." >&2; exit 1; }

.PHONY: help run test screens bench lint lock

help: ## this list
	@sed -n 's/^\([a-z]*\): *## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: ## start the site on PORT (8000), and set it up first if need be; Ctrl-C stops it
	@$(require_python); exec "$(PYTHON)" deploy/launch.py

test: ## run the tests on SQLite and on PostgreSQL and in Chromium; ARGS go to pytest
	@$(require_python); exec "$(PYTHON)" deploy/test.py

screens: ## picture every page in every state into var/screens/; ARGS="appeal form --language ru" for fewer
	@$(require_python); exec "$(PYTHON)" deploy/screens.py

bench: ## measure the site against nginx and write docs/benchmark.md; ARGS="--rounds 1 --seconds 1 --dry" for a glance
	@$(require_python); exec "$(PYTHON)" deploy/bench.py

lint: ## check the house rules
	@$(require_python); exec "$(PYTHON)" deploy/lint.py

lock: ## pin all packages again after a change of pyproject.toml; ARGS=--upgrade takes newer ones
	@$(require_python); exec "$(PYTHON)" deploy/lock.py
