import argparse
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.intake import set_apart
from petition.actions.intake.set_apart import Rows, Waiting
from petition.checks.start import SafeCommand
from petition.models.database.database_clock import database_now
from petition.security import encryption

_EXAMPLE = "2026-11-27T10:00:00+00:00"


class Command(SafeCommand):
    help = (
        "Lists what visitors sent and the worker cannot process: set apart, or encrypted to a key that is not here. "
        'Deletes it, or lets it be tried again. See docs/operating.md, "What cannot be processed".'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--key", metavar="ID", help="delete what is encrypted to this key, which is not here")
        which.add_argument("--unknown-keys", action="store_true", help="the same for every key that is not here")
        which.add_argument("--set-apart", action="store_true", help="delete what was set apart")
        parser.add_argument(
            "--before", type=_parse_time, metavar="TIME", help=f"only what arrived before this time: {_EXAMPLE}"
        )
        parser.add_argument("--retry", action="store_true", help="with --set-apart: let it be tried again instead")
        parser.add_argument("--yes", action="store_true", help="delete it")

    def handle(self, *args: Any, key: str | None, before: datetime | None, yes: bool, **options: Any) -> None:
        if not settings.CONTACT_PRIVATE_KEYS:
            raise CommandError("There is no private key here: run this where CONTACT_PRIVATE_KEY is set.")
        if options["retry"] and not options["set_apart"]:
            raise CommandError("Only what was set apart can be tried again: add --set-apart.")
        if options["retry"]:
            self._try_again(before)
        elif options["set_apart"]:
            self._discard_set_apart(before, yes=yes)
        elif options["unknown_keys"] or key is not None:
            self._discard_unknown(key, before, yes=yes)
        elif before or yes:
            raise CommandError("Say what to delete: --key ID, --unknown-keys or --set-apart.")
        else:
            self._list()

    def _list(self) -> None:
        unknown = set_apart.describe(set_apart.find_unknown())
        self.stdout.write(f"Set apart: {_words(set_apart.describe(set_apart.find_set_apart(at=database_now())))}.")
        self.stdout.write(f"Encrypted to keys that are not here: {_words(unknown)}.")
        keys = set_apart.describe_unknown()
        for key_id, waiting in keys.items():
            # As Python writes it: control characters in it could change what the terminal shows.
            self.stdout.write(f"  the key {key_id!r}: {_words(waiting)}")
        if others := unknown.count - sum(waiting.count for waiting in keys.values()):
            self.stdout.write(f"  other keys: {_rows(others)}")

    def _try_again(self, before: datetime | None) -> None:
        count = set_apart.try_all_again(before=before, by=OPERATOR, at=database_now(), on_progress=self._report)
        self.stdout.write(f"{_rows(count)} can be tried again: the worker does so at once.")

    def _discard_set_apart(self, before: datetime | None, *, yes: bool) -> None:
        if before is None:
            raise CommandError(f"Say up to when: --before {_EXAMPLE}. Or let all be tried again: --retry.")
        at = database_now()
        if not yes:
            self._ask(set_apart.find_set_apart(at=at, before=before), "--set-apart", before)
            return
        count = set_apart.discard_set_apart(before=before, by=OPERATOR, at=at, on_progress=self._report)
        self.stdout.write(f"{_rows(count)} deleted.")

    def _discard_unknown(self, key: str | None, before: datetime | None, *, yes: bool) -> None:
        if key is None and before is None:
            raise CommandError(f"Say up to when: --before {_EXAMPLE}.")
        if key in encryption.get_key_ids()[1]:
            raise CommandError(f"The key {key!r} is here, so the worker can process what is encrypted to it.")
        if not yes:
            which = "--unknown-keys" if key is None else f"--key={shlex.quote(key)}"
            self._ask(set_apart.find_unknown(key_id=key, before=before), which, before)
            return
        count = set_apart.discard_unknown(
            key_id=key, before=before, by=OPERATOR, at=database_now(), on_progress=self._report
        )
        self.stdout.write(f"{_rows(count)} deleted.")

    def _ask(self, rows: Rows, which: str, before: datetime | None) -> None:
        """Raise CommandError that says how many rows would go, and what to type; without rows print that."""
        waiting = set_apart.describe(rows)
        if not waiting.count:
            self.stdout.write("No such rows wait.")
            return
        until = f" --before {before.isoformat()}" if before else ""
        raise CommandError(
            f"This deletes {_words(waiting)}. What visitors sent in them is lost. To do it, type: "
            f"manage.py discard_intake {which}{until} --yes"
        )

    def _report(self, done: int, of: int) -> None:
        self.stdout.write(f"{done} of {of} rows done")


def _parse_time(text: str) -> datetime:
    """Return this time, in UTC unless it says otherwise. Raises ArgumentTypeError."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write it as {_EXAMPLE}.") from error


def _words(waiting: Waiting) -> str:
    if not (waiting.oldest and waiting.newest):
        return _rows(0)
    # A second later, so that this time, given to --before, includes the newest row.
    newest = waiting.newest + timedelta(seconds=1)
    oldest, until = (moment.isoformat(timespec="seconds") for moment in (waiting.oldest, newest))
    return f"{_rows(waiting.count)}, arrived between {oldest} and {until}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
