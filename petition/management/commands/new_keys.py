from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from petition.security.keys import as_lines, new_backup_keys, new_keys


class Command(BaseCommand):
    help = "Prints a fresh set of keys as NAME=value lines, for an environment file."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--backup", action="store_true", help="the pair for backups; keep its private half elsewhere"
        )

    def handle(self, *args: Any, backup: bool, **options: Any) -> None:
        self.stdout.write(as_lines(new_backup_keys() if backup else new_keys()), ending="")
