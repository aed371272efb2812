from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from petition.security.keys import format_as_environment_file, generate_backup_keys, generate_keys


class Command(BaseCommand):
    help = "Prints a new set of keys as NAME=value lines for an environment file."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--backup", action="store_true", help="the pair for backups; keep its private half on another machine"
        )

    def handle(self, *args: Any, backup: bool, **options: Any) -> None:
        self.stdout.write(format_as_environment_file(generate_backup_keys() if backup else generate_keys()), ending="")
