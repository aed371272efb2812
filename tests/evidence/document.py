"""docs/evidence.md, made from the table of rows and the results that were measured. Nothing in it is typed by hand."""

from collections.abc import Mapping, Sequence

from tests.evidence.results import Result
from tests.evidence.rows import Row
from tests.site import ROOT

PAGE = ROOT / "docs" / "evidence.md"


def render(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    """Return the page, in Markdown; what is missed or was not run stands in its first lines."""
    machines = list(dict.fromkeys(results[row.name].machine for row in rows if row.name in results))
    lines = ["# Evidence", "", *_name_what_lacks(rows, results), ""]
    lines += [
        "`make evidence` runs all rows at full size and writes this page. `make evidence ARGS=kills`",
        "runs one row again. A row holds if all its tests passed and wrote down a figure. A race or a crash also has a",
        "broken variant: a copy of the code without what protects it, in which the same test must find the fault.",
        "",
        "| promise | asked | measured | | date | machine | command |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_write_row(row, results.get(row.name), machines) for row in rows]
    lines += ["", "## Machines", "", *(f"{number}. {words}" for number, words in enumerate(machines, 1))]
    lines += ["" if machines else "None yet.", "## What each row runs", ""]
    lines += ["| row | runs | broken variants that must fail |", "|---|---|---|"]
    lines += [f"| {row.name} | {_write_commands(row)} | {'<br>'.join(row.broken) or '–'} |" for row in rows]
    return "\n".join(lines).rstrip() + "\n"


def _name_what_lacks(rows: Sequence[Row], results: Mapping[str, Result]) -> list[str]:
    missed = [row.name for row in rows if row.name in results and results[row.name].problems]
    not_run = [row.name for row in rows if row.name not in results]
    if not missed and not not_run:
        return [f"All {len(rows)} rows were run, and all held."]
    return [
        f"**Missed:** {', '.join(missed) or 'none'}.  ",
        f"**Not run:** {', '.join(not_run) or 'none'}.  ",
        f"{len(rows) - len(missed) - len(not_run)} of {len(rows)} rows held.",
    ]


def _write_row(row: Row, result: Result | None, machines: list[str]) -> str:
    command = f"`make evidence ARGS={row.argument}`"
    if result is None:
        cells = ["", "**not run**", "", ""]
    else:
        outcome = "**missed**" if result.problems else "held"
        cells = ["<br>".join([*result.figures, *result.problems]), outcome, result.at]
        cells += [str(machines.index(result.machine) + 1)]
    return "| " + " | ".join(_escape(cell) for cell in (row.promise, row.asked, *cells, command)) + " |"


def _write_commands(row: Row) -> str:
    commands = [f"`{words}`" for words in (*row.tests, *row.commands)]
    return "<br>".join([*commands, *([f"on {' and '.join(row.databases)}"] if row.tests else [])])


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
