import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.operations import restore
from petition.actions.operations.backup import NotDone
from petition.actions.operations.removal_journal import NotAJournal
from petition.actions.operations.restore import Order
from petition.management.progress import Megabytes
from petition.management.removal_summary import summary
from petition.models.database_clock import database_now
from petition.security.encrypted_files import CannotRead


class Command(BaseCommand):
    help = "Puts the database of a backup in place, then removes again everything that was removed since."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--journal",
            type=Path,
            help="the newest copy of the journal of removals (default: DATA_DIR/removals.jsonl)",
        )
        which.add_argument(
            "--without-journal",
            action="store_true",
            help="there is no journal left: publish no list until an administrator has checked it",
        )
        parser.add_argument("--replace", action="store_true", help="the present database is not empty and may go")

    def handle(
        self, *args: Any, file: Path, journal: Path | None, without_journal: bool, replace: bool, **options: Any
    ) -> None:
        order = Order(file, journal, without_journal, replace, tuple(private_keys()))
        try:
            result = restore.restore(
                order, by=OPERATOR, at=database_now(), migrate=self._migrate, tell=Megabytes(self.stdout, "read").tell
            )
        except (NotDone, NotAJournal, CannotRead) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or settings.DATA_DIR} cannot be used ({error.strerror}): make it writable, and make "
                "room on its disk."
            ) from error
        if result is None:
            self.stdout.write(
                "No list is published: look up which names were removed, remove them again, and let an administrator "
                "say so in the admin, under “Held-back list”."
            )
        else:
            self.stdout.write(summary(result))
            self.stdout.write("What was removed after that journal was copied is not in it.")
        self.stdout.write("Accounts, roles and passwords are those of the backup: check who may sign in.")
        self.stdout.write("The backup is in place; start the site again.")

    def _migrate(self) -> None:
        call_command("migrate", verbosity=0, skip_checks=True, stdout=self.stdout)


def private_keys() -> list[str]:
    """Return the keys that may decrypt a backup."""
    own = os.environ.get("BACKUP_PRIVATE_KEY", "")
    return [own] if own else list(settings.CONTACT_PRIVATE_KEYS)
