from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from petition.actions.appeals import demonstrated_life, demonstration
from petition.actions.refusals import NotADemonstration, StatementRefused
from petition.checks.start import SafeCommand
from petition.management.appeal_slugs import parse_slug
from petition.models import Appeal
from petition.models.database.database_clock import database_now
from petition.statements.proposal import propose, to_statement

MOST = 100_000


class Command(SafeCommand):
    help = "Adds N made-up endorsements in every state, in an appeal `demo` of their own; `demo --remove` removes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, nargs="?", default=50, metavar="N")
        parser.add_argument("--appeal", default=demonstration.SLUG, help="fill this appeal instead")
        parser.add_argument("--remove", action="store_true", help="remove the demonstration")

    def handle(self, *args: Any, count: int, appeal: str, remove: bool, **options: Any) -> None:
        appeal = parse_slug(appeal)
        if remove:
            self._remove(appeal)
            return
        if not 1 <= count <= MOST:
            raise CommandError(f"{count} organisations cannot be made up: give a number from 1 to {MOST}.")
        text = _read("demo.txt")
        now = database_now()
        if settings.SITE_IS_HTTPS and Appeal.objects.filter(slug=appeal, is_demo=False).exists():
            raise CommandError(
                f"{appeal!r} is a real appeal on a public site, which gets no made-up entries: leave --appeal out."
            )
        try:
            demo = demonstration.get_or_create_appeal(appeal, to_statement(propose(text)), at=now)
        except StatementRefused as error:
            raise CommandError(str(error)) from error
        for done in demonstration.add_endorsements(demo, count, at=now):
            if done % 100 == 0 or done == count:
                self.stderr.write(f"{done} of {count} made up")
        if demo.is_demo:
            demonstrated_life.add_life(demo, _read("demo-draft.txt"), at=now)
        self.stdout.write(f"{settings.SITE_URL}/appeals/{appeal}/ has {count} more made-up endorsements.")

    def _remove(self, appeal: str) -> None:
        try:
            demonstration.remove(appeal, at=database_now())
        except NotADemonstration as error:
            raise CommandError(
                f"There is no demonstration {appeal!r}: name one with --appeal. A real appeal is never removed."
            ) from error
        demonstrated_life.remove_draft(_read("demo-draft.txt"))
        self.stdout.write(f"The demonstration {appeal} is removed; its events in the audit log are marked.")


def _read(name: str) -> str:
    return (settings.BASE_DIR / "fixtures" / name).read_text(encoding="utf-8")
