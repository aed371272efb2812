"""make evidence: run the rows of the table at full size, one after the other, and write docs/evidence.md.

ARGS="kills 'load day'" runs those alone, --list names all, --small runs small counts and writes nothing, --write only
makes the page again from the results that are there.
"""

import argparse
import signal
import sys
from collections.abc import Sequence

from tests.evidence import document, results
from tests.evidence.rows import ROWS, Row
from tests.evidence.running import run_row


def main(arguments: Sequence[str]) -> int:
    """Return 1 when a row was missed."""
    parser = argparse.ArgumentParser(prog="make evidence", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="the rows to run (all)")
    parser.add_argument("--list", action="store_true", help="name the rows, and how each ended the last time")
    parser.add_argument("--small", action="store_true", help="run small counts; write nothing")
    parser.add_argument("--write", action="store_true", help="make docs/evidence.md again without running anything")
    wanted = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # what it started ends with it
    kept = results.read_results()
    if wanted.list:
        _list_rows(kept)
    elif wanted.write:
        _write(kept)
    else:
        return _run_all(_choose(wanted.rows, parser), small=wanted.small)
    return 0


def _choose(names: Sequence[str], parser: argparse.ArgumentParser) -> list[Row]:
    """Return the rows with these names, or all; `load-day` is `load day`."""
    known = {row.name: row for row in ROWS}
    chosen = [name.replace("-", " ") for name in names]
    if unknown := [name for name in chosen if name not in known]:
        parser.error(f"there is no row {', '.join(unknown)}; --list names them")
    return [known[name] for name in chosen] or list(ROWS)


def _run_all(rows: Sequence[Row], *, small: bool) -> int:
    size = "small" if small else "full"
    _say(f"{len(rows)} rows at {size} size, one after the other; most take up to 10 minutes, all of them two hours.")
    missed = []
    for number, row in enumerate(rows, 1):
        _say(f"[{number}/{len(rows)}] {row.name}: {row.promise}")
        result = run_row(row, full=not small, say=_say)
        for line in (*result.figures, *(f"MISSED: {problem}" for problem in result.problems)):
            _say(f"   {line}")
        _say(f"   {'missed' if result.problems else 'held'} after {result.minutes} min")
        missed += [row.name] if result.problems else []
        if not small:
            _write(results.keep_result(row.name, result))
    _say(f"Missed: {', '.join(missed)}." if missed else "All held.")
    if not small:
        _say(document.PAGE.read_text(encoding="utf-8"))
    return 1 if missed else 0


def _list_rows(kept: dict[str, results.Result]) -> None:
    for row in ROWS:
        result = kept.get(row.name)
        outcome = "not run" if result is None else "missed" if result.problems else f"held on {result.at}"
        _say(f"{row.argument:24} {outcome:20} {row.promise}")


def _write(kept: dict[str, results.Result]) -> None:
    document.PAGE.write_text(document.render(ROWS, kept), encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
