from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.self_service.link_renewal import Renewal, renew_links
from petition.checks.start import SafeCommand
from petition.models.database.database_clock import database_now


class Command(SafeCommand):
    help = (
        "After a break-in: ends all private links, removal codes and invitations, and lets the worker mail new links. "
        "See docs/operators/runbook.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not settings.CONTACT_PRIVATE_KEYS:
            raise CommandError("There is no private key here: run this where CONTACT_PRIVATE_KEY is set.")
        if not yes:
            raise CommandError(
                "This ends every private link and removal code that organisations have, and mails them new links. "
                "First replace the keys of the public process and restart it; then run this with --yes."
            )
        self._describe(renew_links(by=OPERATOR, at=database_now(), on_progress=self._report))

    def _report(self, done: int, of: int) -> None:
        if done % 1000 == 0 or done == of:
            self.stdout.write(f"{done} of {of} endorsements done")

    def _describe(self, renewal: Renewal) -> None:
        self.stdout.write(f"{renewal.links} links and codes ended.")
        self.stdout.write(
            f"{len(renewal.mailboxes)} mailboxes get new links to their own pages, where they can also make a new "
            "removal code."
        )
        self.stdout.write(f"{renewal.forms} unconfirmed forms and entries: their contacts are asked again.")
        self.stdout.write(
            f"{renewal.invitations} invitations of staff ended: send new ones on the pages of those accounts."
        )
        if renewal.codes_kept:
            self.stdout.write(
                f"{renewal.codes_kept} endorsements have no mailbox here and keep their removal code, since it is "
                "their only way: give them a new one if they call."
            )
        self.stdout.write("Keep the worker running. No mailbox gets more than three such mails a day.")
