from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.mailing import delivery
from petition.text.mailboxes import normalize_mailbox


class Command(BaseCommand):
    help = "Sends one test mail at once: `manage.py check_mail you@example.org`. Nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="where to send it")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        mailbox = normalize_mailbox(address)
        if mailbox is None:
            raise CommandError(f"{address!r} is not an e-mail address: write one like you@example.org.")
        error = delivery.try_delivery(mailbox)
        if error:
            raise CommandError(
                f"The mail server did not accept the mail ({error}): compare EMAIL_URL with your provider's "
                f"instructions, and check that it lets {settings.SENDER!r} send (SENDER)."
            )
        if settings.EMAIL_URL:
            self.stdout.write(
                f"The mail server accepted the mail. Check that it arrives at {address}, and not in the spam folder."
            )
        else:
            self.stdout.write(f"EMAIL_URL is not set, so the mail is a file in {settings.MAIL_DIR}.")
