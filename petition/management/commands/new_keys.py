from typing import Any

from django.core.management.base import BaseCommand

from petition.protection.keys import as_lines, new_keys


class Command(BaseCommand):
    help = "Prints a fresh set of keys as NAME=value lines, for an environment file."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_lines(new_keys()), ending="")
