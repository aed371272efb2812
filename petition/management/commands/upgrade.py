from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from petition.management.database_rights import repeat_database_rights
from petition.management.removals import write_removal_journal
from petition.management.static_files import collect_if_changed


class Command(BaseCommand):
    help = (
        "Run after new code was installed: backs up, migrates, collects static files, checks. Then restart web and "
        "worker."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-backup", action="store_true", help="if another backup is recent enough")

    def handle(self, *args: Any, without_backup: bool, **options: Any) -> None:
        if not without_backup:
            call_command("backup", stdout=self.stdout)
        call_command("migrate", verbosity=0, skip_checks=True, stdout=self.stdout)
        repeat_database_rights(self.stdout)
        collect_if_changed()
        write_removal_journal()
        self.check(databases=["default"])
        self.stdout.write("The database and the static files are up to date: restart web and worker.")
