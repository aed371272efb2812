"""The worker as `manage.py worker` runs it, or one that does wrong what the intake must do right.

python -m tests.faults.intake_worker VARIANT [ROW...] [--once]

`marks_first` commits that rows are done, then stores them. `dies_at` is killed by the rows that are named.
"""

import os
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

import django

PAUSE_SECONDS = 0.3
"""How long the wrong worker takes between its two commits, so that a kill meets it there."""


def main(kind: str, *arguments: str) -> None:
    options = [argument for argument in arguments if argument.startswith("--")]
    django.setup()
    from django.core.management import call_command

    from petition.actions.intake import take
    from petition.management.commands import worker
    from tests.faults.variants import variant

    if kind == "marks_first":
        first, storing = "    prepared = accept.prepare_forms(", "        _mark_done([row for row, _ in received]"
        changes = {
            first: f"    _mark_done([row for row, _ in received], Outcome.DONE, at=at)\n    wait()\n{first}",
            f"{storing}, Outcome.DONE, at=at)\n": "",
        }
        vars(worker)["take"] = variant(take, changes, wait=lambda: time.sleep(PAUSE_SECONDS))
    else:
        deadly = {uuid.UUID(row) for row in arguments if row not in options}

        def look_at(rows: Sequence[Any]) -> None:
            if deadly & {row.pk for row in rows}:
                os.kill(os.getpid(), 9)

        line = "    opened = [one for row in rows"
        vars(worker)["take"] = variant(take, {line: f"    look_at(rows)\n{line}"}, look_at=look_at)
    call_command("worker", *options)


if __name__ == "__main__":
    main(*sys.argv[1:])
