from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.operations import backup
from petition.actions.refusals import BackupFailed
from petition.management.progress import MegabyteProgress
from petition.models.database.database_clock import database_now


class Command(BaseCommand):
    help = "Writes the whole database to one encrypted file, while the site runs: `manage.py backup [FILE]`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="default: DATA_DIR/backups/<date and time>.backup")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        target = file or backup.make_backup_path(database_now())
        try:
            journal = backup.write_backup(
                target, at=database_now(), on_progress=MegabyteProgress(self.stdout, "written").report
            )
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{target} cannot be written ({error.strerror}): choose another folder.") from error
        self.stdout.write(f"The backup is {target}, and the removal journal until now is {journal}.")
        self.stdout.write("Copy both to another machine; a restore needs the newest removal journal.")
