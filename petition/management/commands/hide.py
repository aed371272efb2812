from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.moderation import decisions
from petition.management import appeal_slugs
from petition.models import Kind, Signatory
from petition.models.database.database_clock import database_now
from petition.text.references import parse_reference


class Command(BaseCommand):
    help = "Removes one name from every page at once, also an original one: `manage.py hide further-17`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="original-12 or further-17")
        parser.add_argument("--appeal", help="the appeal's slug; needed where there are several")

    def handle(self, *args: Any, reference: str, appeal: str | None, **options: Any) -> None:
        kind, number = parse_reference(reference)
        if not kind:
            raise CommandError(f"{reference!r} is not a reference: write original-12 or further-17.")
        slug = appeal_slugs.resolve_slug(appeal)
        try:
            decisions.hide(slug, Kind(kind), number, by=OPERATOR, at=database_now())
        except Signatory.DoesNotExist as error:
            raise CommandError(
                f"The appeal {slug!r} has no {reference}: find the number on /appeals/{slug}/signatories/."
            ) from error
        self.stdout.write(f"{reference} of {slug} is no longer listed.")
