"""Run the tests or the command of one row, show how far it is, and collect what it measured."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from tests.evidence import figures
from tests.evidence.machine import describe_machine
from tests.evidence.results import Result
from tests.evidence.rows import POSTGRESQL, SQLITE, Row
from tests.site import ROOT

MOST_MINUTES = 45
"""After which a command is ended: one that hangs would hold up all rows after it."""
SECONDS_BETWEEN_LINES = 15
_LAST_LINES = 15

Say = Callable[[str], None]


@dataclass
class _Run:
    """What one command said, wrote down and found wrong."""

    label: str
    last_line: str = ""
    output: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)


def run_row(row: Row, *, full: bool, say: Say) -> Result:
    """Run all that measures the row and return what became of it; `say` gets a line now and then."""
    began, runs = time.monotonic(), []
    for label, command in _list_commands(row):
        with tempfile.TemporaryDirectory(prefix="petition-evidence-") as folder:
            runs.append(_run(row, label, command, Path(folder), full=full, say=say))
    problems = [problem for run in runs for problem in run.problems]
    if not problems and not any(run.measured for run in runs):
        problems.append("no figure was written down")
    passed = set.union(*(run.passed for run in runs))
    problems += [f"the broken variant {name} was not tried" for name in row.broken if row.tests and name not in passed]
    return Result(
        at=f"{datetime.now(UTC):%Y-%m-%d}",
        minutes=round((time.monotonic() - began) / 60, 1),
        machine=describe_machine(),
        figures=[f"{run.label}{words}" for run in runs for words in run.measured],
        problems=problems,
    )


def _list_commands(row: Row) -> list[tuple[str, list[str]]]:
    """Return each command with what its figures begin with."""
    commands = []
    if row.tests:
        pytest = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:randomly"]
        for database in row.databases:
            only, first = [], []
            if database == POSTGRESQL:
                first = [] if os.environ.get("TEST_DATABASE_URL") else ["tests/with_postgresql", "TEST_DATABASE_URL"]
                only = ["-m", "both_databases"] if len(row.databases) > 1 else []
            commands.append((f"{database}: ", [*first, *pytest, *only, *row.tests]))
    for words in row.commands:
        commands.append(("", [sys.executable if word == "python" else word for word in shlex.split(words)]))
    return commands


def _run(row: Row, label: str, command: list[str], folder: Path, *, full: bool, say: Say) -> _Run:
    run, figures_file, report = _Run(label), folder / "figures", folder / "report.xml"
    environment = os.environ | {figures.FILE: str(figures_file), "REQUIRE_ALL": "1"}
    environment.pop(figures.FULL_SIZE, None)
    if full:
        environment[figures.FULL_SIZE] = "1"
    if label.startswith(SQLITE):
        environment.pop("TEST_DATABASE_URL", None)
    if row.tests and label:
        command = [*command, f"--junitxml={report}"]
    lacking = row.find_missing()
    if lacking:
        run.problems.append(f"{label}there is no {', '.join(lacking)}")
        return run
    code = _watch(run, command, environment, figures_file, say)
    entries = _read_entries(figures_file)
    run.measured = [str(entry["measured"]) for entry in entries if entry.get("row") == row.name]
    failed = _read_report(report, run) if report.exists() else []
    if code:
        words = f"failed: {', '.join(failed)}" if failed else f"ended with {code}: {run.last_line[:150]}"
        run.problems.append(f"{label}{words}")
        say("\n".join(run.output[-_LAST_LINES:]))
    elif row.tests and not run.measured:
        run.problems.append(f"{label}no figure was written down")
    return run


def _watch(run: _Run, command: list[str], environment: dict[str, str], figures_file: Path, say: Say) -> int:
    """Run the command, show its last line or how far it says it is, and return how it ended."""
    began = shown = time.monotonic()
    with _start(command, environment) as process:
        reader = threading.Thread(target=_read_output, args=(process, run), daemon=True)
        reader.start()
        while process.poll() is None:
            time.sleep(0.2)
            now = time.monotonic()
            if now - began > MOST_MINUTES * 60:
                process.terminate()
                run.problems.append(f"{run.label}not finished after {MOST_MINUTES} minutes")
                break
            if now - shown > SECONDS_BETWEEN_LINES:
                shown = now
                progress = [str(one["progress"]) for one in _read_entries(figures_file) if "progress" in one]
                say(f"   {(now - began) / 60:4.1f} min  {run.label}{(progress or [''])[-1]}  {run.last_line[:100]}")
        code = process.wait()
        reader.join(5)
        return code


@contextmanager
def _start(command: list[str], environment: dict[str, str]) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def _read_output(process: "subprocess.Popen[str]", run: _Run) -> None:
    assert process.stdout
    for line in process.stdout:
        if line.strip():
            run.last_line = line.strip()
            run.output.append(line.rstrip())


def _read_entries(file: Path) -> list[dict[str, object]]:
    """Return the whole lines that proofs wrote so far."""
    if not file.exists():
        return []
    *lines, _unfinished = file.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines]


def _read_report(report: Path, run: _Run) -> list[str]:
    """Return the names of the tests that failed; those that passed go to `run.passed`."""
    failed = []
    for case in ElementTree.parse(report).iter("testcase"):
        name = str(case.get("name"))
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is None:
            run.passed.add(name.partition("[")[0])
    return failed
