from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.operations import restore
from petition.actions.operations.removal_journal import get_journal_path
from petition.actions.refusals import UnusableJournal
from petition.management.removals import describe_result, get_private_keys
from petition.models.database.database_clock import database_now
from petition.security.encrypted_files import CannotDecryptFile


class Command(BaseCommand):
    help = "Repeats the removals that the removal journal has and the database lacks; `restore` does the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--journal", type=Path, help="another file than DATA_DIR/removals.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["journal"] or get_journal_path()
        if not file.exists():
            raise CommandError(f"There is no removal journal at {file}: name it with --journal.")
        try:
            result = restore.replay_journal_file(
                file, get_private_keys(), by=OPERATOR, at=database_now(), on_progress=self._report
            )
        except (UnusableJournal, CannotDecryptFile) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}): make it readable.") from error
        self.stdout.write(describe_result(result))

    def _report(self, done: int, of: int) -> None:
        if done % 100 == 0 or done == of:
            self.stdout.write(f"{done} of {of} endorsements checked")
