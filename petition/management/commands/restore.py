import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions import backups
from petition.management.progress import Megabytes
from petition.models.database_clock import database_now
from petition.protection.sealed_files import CannotRead


class Command(BaseCommand):
    help = "Puts the database of a backup in place of the present one, then hides again every name removed since."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        own = os.environ.get("BACKUP_PRIVATE_KEY", "")
        keys = [own] if own else settings.CONTACT_PRIVATE_KEYS
        try:
            backups.restore(file, keys, at=database_now(), tell=Megabytes(self.stdout, "read").tell)
        except (backups.NotDone, CannotRead) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{file} cannot be read ({error.strerror}): name a file that `manage.py backup` wrote."
            ) from error
        call_command("migrate", verbosity=0, skip_checks=True, stdout=self.stdout)
        call_command("replay_removals", stdout=self.stdout)
        self.stdout.write("The backup is in place; start the site again.")
