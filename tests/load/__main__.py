"""python -m tests.load: runs the load day and the long queue, and fails where a promise is missed.

`make load-day ARGS="--minutes 1"` for a glance; `--part day` or `--part queue` for one half.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tests.environment  # noqa: F401  (nothing of an operator's settings)
from tests.benchmarks.load import percentile
from tests.evidence.figures import record_figure
from tests.load.day import Day, run_day
from tests.load.machine import run_machine

FORM_P99, REMOVAL_SECONDS = 0.5, 2.0
REACHED = 0.98
"""The part of the wanted rate of pages from which on the rate counts as held."""


def main(arguments: Sequence[str]) -> int:
    """Return 1 when a promise was missed, 2 where a program is missing."""
    parser = argparse.ArgumentParser(prog="make load-day", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long the day lasts (10)")
    parser.add_argument("--forms", type=float, default=33, help="forms a second (33)")
    parser.add_argument("--pages", type=float, default=5_000, help="page requests a second (5000)")
    parser.add_argument("--rows", type=int, default=100_000, help="listed and as many waiting endorsements (100000)")
    parser.add_argument("--part", choices=("all", "day", "queue"), default="all")
    wanted = parser.parse_args(arguments)
    missing = [program for program in ("wrk", "nginx", "openssl", "pg_virtualenv") if not shutil.which(program)]
    url = os.environ.get("LOAD_DATABASE_URL")
    if missing or not url:
        _say(f"Not run: install {', '.join(missing) or 'PostgreSQL'} (apt install wrk nginx-light openssl postgresql).")
        return 2
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # the servers end with it, however it ends
    missed = []
    if wanted.part in ("all", "day"):
        missed += _run_day(wanted, url)
    if wanted.part in ("all", "queue"):
        from tests.load import long_queue

        missed += long_queue.run(url, rows=wanted.rows)
    for what in missed:
        _say(f"MISSED: {what}")
    return 1 if missed else 0


def _run_day(wanted: argparse.Namespace, url: str) -> list[str]:
    """Return what was missed."""
    with tempfile.TemporaryDirectory(prefix="petition-load-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with run_machine(folder, url) as machine:
            day = run_day(machine, folder, minutes=wanted.minutes, forms=wanted.forms, pages=wanted.pages)
    _say(day.describe())
    missed = judge(day, wanted)
    if not missed:
        record_figure("load day", day.describe())
    return missed


def judge(day: Day, wanted: argparse.Namespace) -> list[str]:
    """Return what was missed of what is promised for such a day."""
    missed = list(day.faults)
    if percentile(day.forms, 99) > FORM_P99:
        missed.append(f"p99 of a form {percentile(day.forms, 99) * 1000:.0f} ms")
    if day.pages_a_second < REACHED * wanted.pages:
        missed.append(f"{day.pages_a_second:.0f} pages a second")
    if not day.removals or max(day.removals) > REMOVAL_SECONDS:
        missed.append(f"removals took {[round(seconds, 2) for seconds in day.removals]} s")
    return missed


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
