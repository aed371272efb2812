from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.operations import restore
from petition.actions.operations.removal_journal import NotAJournal, journal
from petition.management.commands.restore import private_keys
from petition.management.removal_summary import summary
from petition.models.database_clock import database_now
from petition.security.encrypted_files import CannotRead


class Command(BaseCommand):
    help = "Removes again what the journal of removals knows and the database does not; `restore` does the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--journal", type=Path, help="another file than DATA_DIR/removals.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["journal"] or journal()
        if not file.exists():
            raise CommandError(f"There is no journal of removals at {file}: name it with --journal.")
        try:
            result = restore.replay(file, private_keys(), by=OPERATOR, at=database_now(), tell=self._tell)
        except (NotAJournal, CannotRead) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}): make it readable.") from error
        self.stdout.write(summary(result))

    def _tell(self, done: int, of: int) -> None:
        if done % 100 == 0 or done == of:
            self.stdout.write(f"{done} of {of} endorsements looked at")
