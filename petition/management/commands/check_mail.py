from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.mailing import queue
from petition.text.mailboxes import canonical


class Command(BaseCommand):
    help = "Sends one test mail at once: `manage.py check_mail you@example.org`. Nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="whom to send it to")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        mailbox = canonical(address)
        if mailbox is None:
            raise CommandError(f"{address!r} is not an address: write one like you@example.org.")
        trouble = queue.try_delivery(mailbox)
        if trouble:
            raise CommandError(
                f"The mail server did not take it ({trouble}): compare EMAIL_URL with what your provider says, "
                f"and whether it lets {settings.SENDER!r} send (SENDER)."
            )
        if settings.EMAIL_URL:
            self.stdout.write(
                f"The mail server took it. Look whether it arrives, and not among unwanted mail: {address}"
            )
        else:
            self.stdout.write(f"EMAIL_URL is not set, so the mail is a file in {settings.MAIL_DIR}.")
