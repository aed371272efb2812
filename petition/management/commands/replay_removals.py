from typing import Any

from django.core.management.base import BaseCommand, CommandError

from petition.actions import removals
from petition.actions.audit import OPERATOR
from petition.models.database_clock import database_now


class Command(BaseCommand):
    help = "Hides again every name that was removed before: run it after restoring a backup, before the site is served."

    def handle(self, *args: Any, **options: Any) -> None:
        if not removals.journal().exists():
            self.stdout.write(f"There is no journal of removals at {removals.journal()}: nothing to hide.")
            return
        try:
            hidden = removals.replay(by=OPERATOR, at=database_now(), tell=self._tell)
        except OSError as error:
            raise CommandError(f"{removals.journal()} cannot be read ({error.strerror}): make it readable.") from error
        names = "name was" if hidden == 1 else "names were"
        self.stdout.write(f"{hidden} {names} hidden again; every other removal in the journal stands.")

    def _tell(self, done: int, of: int) -> None:
        if done % 100 == 0 or done == of:
            self.stdout.write(f"{done} of {of} removals looked at")
