"""How large a proof is today, and where it writes down what it measured."""

import json
import os
import time
from pathlib import Path

FULL_SIZE = "EVIDENCE_FULL"
FILE = "EVIDENCE_FILE"


def sized(small: int, full: int) -> int:
    """How many of something a proof tries: `small` in the tests, `full` where EVIDENCE_FULL=1 asks for all of it."""
    return full if os.environ.get(FULL_SIZE) == "1" else small


def record_figure(row: str, measured: str) -> None:
    """Write what was measured for a row of the table (its name in `tests/evidence/rows.py`) to the file that
    EVIDENCE_FILE names, one JSON object a line; without that variable nothing is written.

    Call it after the assertions: a figure in the file is one that held.
    """
    _write({"row": row, "measured": measured, "at": int(time.time())})


def report_progress(words: str) -> None:
    """Say how far a long proof is, such as `37 of 100 kills`; shown by `make evidence` while it runs."""
    _write({"progress": words})


def _write(entry: dict[str, str | int]) -> None:
    if file := os.environ.get(FILE):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
