from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.operations.journal_file import JournalFile, reason_of
from petition.actions.operations.removal_journal import NotAJournal, journal
from petition.management.static_files import collect_if_changed


class Command(BaseCommand):
    help = (
        "After new code has come: backs up, migrates, collects static files, and checks. Restart web and worker then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-backup", action="store_true", help="where another one is fresh enough")

    def handle(self, *args: Any, without_backup: bool, **options: Any) -> None:
        if not without_backup:
            call_command("backup", stdout=self.stdout)
        call_command("migrate", verbosity=0, skip_checks=True, stdout=self.stdout)
        collect_if_changed()
        self._write_journal()
        self.check(databases=["default"])
        self.stdout.write("The database and the static files are those of this code; restart web and worker.")

    def _write_journal(self) -> None:
        try:
            JournalFile().write()
        except (OSError, NotAJournal) as error:
            raise CommandError(f"The journal of removals {journal()} cannot be written: {reason_of(error)}.") from error
