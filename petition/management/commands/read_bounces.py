import sys
from mailbox import Maildir
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.audit import OPERATOR
from petition.actions.mailing.bounces import record_bounce
from petition.mail.bounces import MAX_BYTES, read_report
from petition.models.database.database_clock import database_now

_SEEN = "S"


class Command(BaseCommand):
    help = (
        "Reads reports of mails that came back: one from standard input, or those of a folder: "
        "`manage.py read_bounces --maildir DIR`. Staff then see it at the endorsement."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--maildir", type=Path, help="a mailbox in Maildir format; reports of ours are deleted")

    def handle(self, *args: Any, maildir: Path | None, **options: Any) -> None:
        if maildir is None:
            self._record(sys.stdin.buffer.read(MAX_BYTES))
            return
        if not (maildir / "new").is_dir():
            raise CommandError(f"{maildir} is no mailbox in Maildir format: name a folder that has `new` and `cur`.")
        recorded = others = 0
        box = Maildir(maildir, create=False)
        for key in list(box.keys()):
            message = box.get_message(key)
            if _SEEN in message.get_flags():
                continue
            if self._record(box.get_bytes(key)):
                box.discard(key)  # it has addresses, which nobody needs here
                recorded += 1
            else:
                message.add_flag(_SEEN)
                message.set_subdir("cur")
                box[key] = message
                others += 1
        self.stdout.write(f"{recorded} returned mails were recorded; {others} other mails were left in {maildir}.")

    def _record(self, content: bytes) -> bool:
        report = read_report(content)
        return report is not None and record_bounce(report, by=OPERATOR, at=database_now())
