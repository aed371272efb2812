"""python -m tests.benchmarks: fills three sites, measures them, and writes docs/benchmark.md."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import tests.environment  # noqa: F401  (nothing of an operator's settings)
from tests.benchmarks import changes, intake, serving, starting, table, writing
from tests.benchmarks.load import has_wrk
from tests.benchmarks.table import Figure
from tests.evidence.figures import record_figure
from tests.processes import Installation
from tests.site import ROOT

MANY = 100_000
PAGE = ROOT / "docs" / "benchmark.md"


def main(arguments: Sequence[str]) -> int:
    """Return 1 when a figure was missed."""
    wanted = _read(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # the servers end with it, however it ends
    database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    on = table.machine(database)
    skipped = [reason for reason in (_without_wrk(), _without_nginx(), _without_postgresql()) if reason]
    for reason in skipped:
        _print(f"SKIPPED: {reason}")
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
        figures = [starting.again(Path(folder) / "again", rounds=wanted.rounds)]
        figures += _measured(Path(folder), wanted, database)
    page = table.written(figures, skipped, at=datetime.now(UTC), on=on)
    _print(page)
    if not wanted.dry:
        PAGE.write_text(page, encoding="utf-8")
    missed = any(figure.reached is False for figure in figures)
    if not missed:
        record_figure("speed", "; ".join(f"{row.what}: {row.measured.strip()}" for row in figures if row.must))
    return 1 if missed else 0


def _measured(folder: Path, wanted: argparse.Namespace, database: str) -> list[Figure]:
    with ExitStack() as stack:
        sites = {}
        for name, length in (("small", 0), ("middle", 1000 - 35), ("large", wanted.many)):
            _print(f"Filling a list of {35 + length:,} …")
            site = sites[name] = Installation(folder / name, os.environ.get("DATABASE_URL"))
            stack.callback(site.remove)
            if length:
                serving.filled(site, length)
        small, middle, large = (stack.enter_context(site.server(workers=2)) for site in sites.values())
        bare = stack.enter_context(sites["small"].server(application="tests.benchmarks.bare:application"))
        _print("Reading …")
        figures = serving.figures(small, large, bare, folder, seconds=wanted.seconds, rounds=wanted.rounds)
        figures += serving.through_nginx(
            sites["small"], folder / "shipped", seconds=wanted.seconds, rounds=wanted.rounds
        )
        figures += serving.first_visit(small)
        _print("Changing …")
        figures += [
            changes.first_after_a_change(sites["large"], large, wanted.many, 150, rounds=wanted.rounds),
            *changes.document(middle),
        ]
        figures += [
            *changes.search(large, database),
            *changes.downloads(large),
            *_searched_elsewhere(folder, wanted.many),
        ]
        figures += changes.mirror(sites["middle"])
        _print("Writing …")
        figures += writing.figures(sites["small"], small, posts=wanted.posts, rounds=wanted.rounds)
        figures += intake.measure(folder, os.environ.get("DATABASE_URL"), posts=wanted.posts, rounds=wanted.rounds)
        figures += [changes.first_after_a_change(sites["small"], small, 0, 100, rounds=wanted.rounds)]
        return figures + serving.memory({"35 signatories": small, f"{35 + wanted.many:,} signatories": large})


def _searched_elsewhere(folder: Path, many: int) -> list[Figure]:
    """The same search on PostgreSQL, where the rest is measured on SQLite and a cluster stands by."""
    if "DATABASE_URL" in os.environ or not (cluster := os.environ.get("SEARCHED_DATABASE_URL")):
        return []
    _print("Searching on PostgreSQL …")
    site = Installation(folder / "searched", cluster)
    try:
        serving.filled(site, many)
        with site.server(workers=2) as server:
            return [*changes.search(server, "PostgreSQL"), *changes.downloads(server)]
    finally:
        site.remove()


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long one run of requests lasts (5)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (5)")
    parser.add_argument("--posts", type=int, default=100, help="forms sent in each turn (100)")
    parser.add_argument("--many", type=int, default=MANY, help="further signatories of the long list (100000)")
    parser.add_argument("--dry", action="store_true", help="do not write docs/benchmark.md")
    return parser.parse_args(arguments)


def _without_wrk() -> str:
    return (
        ""
        if has_wrk()
        else "wrk (apt install wrk): Python asks instead, and is the slower side; rates and ratios mislead."
    )


def _without_nginx() -> str:
    return "" if shutil.which("nginx") else "nginx (apt install nginx-light): nothing to compare with."


def _without_postgresql() -> str:
    has_one = "DATABASE_URL" in os.environ or "SEARCHED_DATABASE_URL" in os.environ
    return (
        "" if has_one else "PostgreSQL (apt install postgresql postgresql-common): search is measured on SQLite alone."
    )


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
