from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.staff import accounts
from petition.models.database.database_clock import database_now


class Command(BaseCommand):
    help = (
        "For somebody who lost phone and recovery codes: deletes the second factors of one staff account and ends its "
        "sessions: `manage.py reset_second_factor NAME --yes`. It and the other staff get a mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the account's name, as it signs in")
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args: Any, name: str, yes: bool, **options: Any) -> None:
        account = User.objects.filter(username=name, is_staff=True).first()
        if account is None:
            names = ", ".join(
                User.objects.filter(is_staff=True).order_by("username").values_list("username", flat=True)
            )
            raise CommandError(f"There is no staff account {name!r}: the accounts are {names or 'none yet'}.")
        if not yes:
            raise CommandError(
                f"This deletes all second factors of {name}, ends its sessions, and mails the other staff. First make "
                "sure, by a call or in person, that its owner asks for it; then run this with --yes."
            )
        deleted = accounts.reset_second_factor(account.pk, by=OPERATOR, at=database_now())
        self.stdout.write(f"{deleted} second factors of {name} were deleted, and its sessions have ended.")
        self.stdout.write(
            f"Now {name} signs in with the password and sets up a new second factor at once; if somebody else may know "
            f"the password, first run `manage.py changepassword {name}`."
        )
