from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser

from petition.security.keys import (
    format_as_environment_file,
    generate_backup_keys,
    generate_keys,
    generate_keys_by_role,
)

_WHOSE: Final = {
    "public": "# For the web process that visitors reach. It can encrypt what they send, and read none of it.",
    "staff": "# For the web process of the staff and for the worker: another system user, better another machine.",
}


class Command(BaseCommand):
    help = (
        "Prints new keys as NAME=value lines for environment files: one block for the public process, one for the "
        "staff's process and the worker."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--all", action="store_true", help="one block, for a process with ROLE=all")
        choice.add_argument(
            "--backup", action="store_true", help="the pair for backups; keep its private half on another machine"
        )

    def handle(self, *args: Any, backup: bool, **options: Any) -> None:
        if backup:
            text = format_as_environment_file(generate_backup_keys())
        elif options["all"]:
            text = format_as_environment_file(generate_keys())
        else:
            blocks = generate_keys_by_role().items()
            text = "\n".join(f"{_WHOSE[role]}\n{format_as_environment_file(keys)}" for role, keys in blocks)
        self.stdout.write(text, ending="")
