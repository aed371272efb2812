"""python -m tests.benchmarks.intake: measures the intake on this database and prints the table. Fails if one is missed.

The same figures are in `make bench`. Continuous integration runs it alone, with small counts and --tries 5.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import tests.environment  # noqa: F401  (nothing of an operator's settings)
from tests.benchmarks import signing, table, taking_in
from tests.benchmarks.table import Figure


def measure(folder: Path, database_url: str | None, *, posts: int, rounds: int, tries: int = 1) -> list[Figure]:
    """Return all figures of the intake; `posts` is how many forms each client sends in a turn.

    A part of them in which one is missed is measured again, up to `tries` times in all: whatever else the machine does
    can only make them worse.
    """
    parts: list[Callable[[Path], list[Figure]]] = [
        lambda place: signing.measure_signing(place, database_url, posts=posts, rounds=rounds),
        lambda place: taking_in.measure_worker(place, database_url, rows=10 * posts, rounds=rounds),
        lambda place: taking_in.measure_removal(place, database_url, rounds=max(3, rounds)),
    ]
    figures = []
    for number, part in enumerate(parts):
        for attempt in range(tries):
            found = part(folder / f"{number}-{attempt}")
            if all(figure.reached is not False for figure in found):
                break
            sys.stdout.write(f"missed: {[f'{one.what}: {one.measured}' for one in found if one.reached is False]}\n")
        figures += found
    return figures


def main(arguments: Sequence[str]) -> int:
    """Return 1 when a figure was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100, help="forms that each of 8 clients sends in a turn (100)")
    parser.add_argument("--rounds", type=int, default=5, help="turns, of which the median counts (5)")
    parser.add_argument("--tries", type=int, default=1, help="how often a missed part is measured at most (1)")
    wanted = parser.parse_args(arguments)
    url = os.environ.get("TEST_DATABASE_URL")
    on = table.machine("PostgreSQL" if url else "SQLite")
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
        figures = measure(Path(folder), url, posts=wanted.posts, rounds=wanted.rounds, tries=wanted.tries)
    sys.stdout.write(table.written(figures, [], at=datetime.now(UTC), on=on))
    return 1 if any(figure.reached is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
