"""`make test`: the whole suite on SQLite and in Chromium, then on PostgreSQL; says loudly what it had to skip.

REQUIRE_ALL=1 forbids skipping, and COVERAGE=1 counts what of our code has run and judges it, as continuous integration
does.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork import environment, equipment, folders, interpreter, postgres
from groundwork.arguments import wanted_arguments
from groundwork.passes import NOTHING_SELECTED, ONCE, Outcome, Suite
from groundwork.sentences import Refusal, say, speak_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Look what this machine has, install what pytest needs, run both passes and sum up."""
    interpreter.require()
    mask = folders.keep_private()
    arguments = wanted_arguments()
    chromium, programs = equipment.find_chromium(), equipment.find_postgresql()
    named = equipment.test_database(os.environ)
    have = {"PostgreSQL": programs or named, "Chromium": chromium}
    missing = [name for name, found in have.items() if not found]
    repeat_loudly(missing)
    if missing and os.environ.get("REQUIRE_ALL") == "1":
        say("Nothing may be skipped here (REQUIRE_ALL=1): install what is missing and run the command again.")
        return 2
    environment.prepare(folders.ROOT, [environment.RUN, environment.DEV], mask)
    with tempfile.TemporaryDirectory(prefix="petition-coverage-") as folder:
        counts = os.environ.get("COVERAGE") == "1" and not arguments
        suite = Suite(folders.ROOT, chromium, arguments, Path(folder) if counts else None)
        outcomes = list(run_passes(suite, programs, named))
        words, code = sum_up(suite, outcomes, missing)
    repeat_loudly(missing)
    say(words)
    return code


def repeat_loudly(missing: list[str]) -> None:
    """Say what is skipped, at the start and at the end, where it is read."""
    for line in equipment.notice(missing):
        say(line)


def run_passes(suite: Suite, programs: Path | None, named: str | None) -> Iterator[Outcome]:
    """The pass on SQLite, and the one on PostgreSQL even when the first has failed."""
    yield suite.run("SQLite", None, [] if suite.chromium else ["tests/browser"])
    if named:
        yield suite.run("PostgreSQL", named, ONCE)
    elif programs:
        with contextlib.ExitStack() as stack:
            try:
                url = stack.enter_context(postgres.throw_away_cluster(programs))
            except Refusal as refusal:
                say(str(refusal))
                yield Outcome("PostgreSQL", 1)
                return
            yield suite.run("PostgreSQL", url, ONCE)


def sum_up(suite: Suite, outcomes: list[Outcome], missing: list[str]) -> tuple[str, int]:
    """The closing line and the exit code."""
    words = [*map(str, outcomes), *(f"{name} SKIPPED" for name in missing)]
    codes = [outcome.code for outcome in outcomes]
    if suite.arguments and 0 in codes:  # a narrowed run may leave one of the databases without a test
        codes = [code for code in codes if code != NOTHING_SELECTED]
    failed = next((code for code in codes if code), 0)
    if suite.coverage:
        coverage, too_low = suite.judge_coverage(suite.coverage, enforced=not missing and not failed)
        words.append(coverage)
        failed = failed or too_low
    return " · ".join(words), failed


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
