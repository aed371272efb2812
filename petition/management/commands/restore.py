from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.operations import restore
from petition.actions.operations.restore import RestoreRequest
from petition.actions.refusals import BackupFailed, UnusableJournal
from petition.management.database_rights import repeat_database_rights
from petition.management.progress import MegabyteProgress
from petition.management.removals import describe_result, get_private_keys
from petition.models.database.database_clock import database_now
from petition.security.encrypted_files import CannotDecryptFile


class Command(BaseCommand):
    help = "Replaces the database with a backup, then repeats everything that was removed since."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--journal",
            type=Path,
            help="the newest copy of the removal journal (default: DATA_DIR/removals.jsonl)",
        )
        which.add_argument(
            "--without-journal",
            action="store_true",
            help="every copy of the journal is lost: publish no list until an administrator has checked it",
        )
        parser.add_argument("--replace", action="store_true", help="replace the present database, which is not empty")

    def handle(
        self, *args: Any, file: Path, journal: Path | None, without_journal: bool, replace: bool, **options: Any
    ) -> None:
        request = RestoreRequest(file, journal, without_journal, replace, tuple(get_private_keys()))
        try:
            result = restore.restore_backup(
                request,
                by=OPERATOR,
                at=database_now(),
                migrate=self._migrate,
                on_progress=MegabyteProgress(self.stdout, "read").report,
            )
        except (BackupFailed, UnusableJournal, CannotDecryptFile) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or settings.DATA_DIR} cannot be used ({error.strerror}): make it writable, and free "
                "some space on its disk."
            ) from error
        repeat_database_rights(self.stdout)
        if result is None:
            self.stdout.write(
                "No list is published: remove the names again that were removed since the backup, then let an "
                "administrator publish the list in the admin, under “Held-back list”."
            )
        else:
            self.stdout.write(describe_result(result))
            self.stdout.write("Removals after this journal was copied are not in it: repeat those by hand.")
        self.stdout.write("Accounts, roles and passwords are those of the backup: check who may sign in.")
        self.stdout.write("The backup is restored: start web and worker again.")

    def _migrate(self) -> None:
        call_command("migrate", verbosity=0, skip_checks=True, stdout=self.stdout)
