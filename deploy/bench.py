"""`make bench`: fills sites of its own, measures them against nginx and plain Django, and writes docs/benchmark.md."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from groundwork import environment, equipment, folders, interpreter, postgres
from groundwork.arguments import wanted_arguments
from groundwork.passes import run_to_end, site_environment
from groundwork.sentences import speak_plainly


def main() -> int:
    """Install what is needed; run all on SQLite with search on PostgreSQL too, or all on TEST_DATABASE_URL."""
    interpreter.require()
    mask = folders.keep_private()
    arguments = wanted_arguments()
    environment.prepare(folders.ROOT, [environment.RUN, environment.DEV], mask)
    python = str(folders.ROOT / ".venv" / "bin" / "python")
    named = equipment.test_database(os.environ)
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as state, contextlib.ExitStack() as stack:
        surroundings = site_environment(Path(state)) | ({"TEST_DATABASE_URL": named} if named else {})
        if not named and (programs := equipment.find_postgresql()):
            surroundings["SEARCHED_DATABASE_URL"] = stack.enter_context(postgres.throw_away_cluster(programs))
        return run_to_end([python, "-m", "tests.benchmarks", *arguments], folders.ROOT, surroundings)


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
