import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.moderation import decisions
from petition.management import appeal_slugs
from petition.models import Kind, Signatory
from petition.models.database_clock import database_now


class Command(BaseCommand):
    help = "Takes one name off every page at once, also one of the originals: `manage.py hide further-17`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="original-12 or further-17")
        parser.add_argument("--appeal", help="the appeal's slug; needed where there are several")

    def handle(self, *args: Any, reference: str, appeal: str | None, **options: Any) -> None:
        match = re.fullmatch(r"(original|further)-([1-9][0-9]{0,8})", reference)
        if not match:
            raise CommandError(f"{reference!r} is not a reference: write original-12 or further-17.")
        slug = appeal_slugs.here(appeal)
        try:
            decisions.hide(slug, Kind(match[1]), int(match[2]), by=OPERATOR, at=database_now())
        except Signatory.DoesNotExist as error:
            raise CommandError(
                f"The appeal {slug!r} has no {reference}: look at /appeals/{slug}/signatories/ for the number."
            ) from error
        self.stdout.write(f"{reference} of {slug} is no longer listed.")
