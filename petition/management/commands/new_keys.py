from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.database.environment_files import write_environment_files
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
        "staff's process and the worker. Or writes these files."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--all", action="store_true", help="one block, for a process with ROLE=all")
        choice.add_argument(
            "--backup", action="store_true", help="the pair for backups; keep its private half on another machine"
        )
        choice.add_argument(
            "--directory", type=Path, help="write site.env and a file for each role there, print no key"
        )
        parser.add_argument(
            "--site-url", default="https://appeal.example", help="with --directory: the address that visitors use"
        )
        parser.add_argument(
            "--database-host",
            default="",
            metavar="HOST[:PORT]",
            help="with --directory: make a password for each login of the database there; without it PostgreSQL is on "
            "this machine and knows each system user",
        )

    def handle(self, *args: Any, backup: bool, directory: Path | None, **options: Any) -> None:
        if directory:
            self._write(directory, options["site_url"], options["database_host"])
            return
        if backup:
            text = format_as_environment_file(generate_backup_keys())
        elif options["all"]:
            text = format_as_environment_file(generate_keys())
        else:
            blocks = generate_keys_by_role().items()
            text = "\n".join(f"{_WHOSE[role]}\n{format_as_environment_file(keys)}" for role, keys in blocks)
        self.stdout.write(text, ending="")

    def _write(self, directory: Path, site_url: str, database_host: str) -> None:
        try:
            files = write_environment_files(directory, site_url=site_url.rstrip("/"), database_host=database_host)
        except FileExistsError as error:
            raise CommandError(
                f"{error} exists, so nothing was written: without the keys in it no contact can be read. Move it away, "
                "or name another directory."
            ) from error
        for file in files:
            self.stdout.write(f"Wrote {file}, which only this user can read.")
        self.stdout.write(
            f"Copy {directory} to a safe place on another machine: without CONTACT_PRIVATE_KEY nobody can read the "
            "contacts again."
        )
