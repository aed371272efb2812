"""Deliver mail without a mail server: each mail becomes a file; on loopback its links appear on the terminal."""

import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_LEFTOVER_AFTER = timedelta(hours=1)
_LINK = re.compile(r"https?://\S+")


def remove_leftovers(*, at: datetime) -> None:
    """Delete what a process that was killed more than an hour ago had half written."""
    for part in settings.MAIL_DIR.glob("*.part"):
        if part.stat().st_mtime < (at - _LEFTOVER_AFTER).timestamp():
            part.unlink(missing_ok=True)


class EmailBackend(BaseEmailBackend):
    """Write each mail to `<DATA_DIR>/mail/<Message-ID>.eml`, for its owner only; sending again writes the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = re.sub(r"[^A-Za-z0-9]", "", message.extra_headers["Message-ID"].split("@")[0])
            self._write(settings.MAIL_DIR / f"{name}.eml", message)
            if not settings.SITE_IS_LOOPBACK:
                continue  # on a public site the output lands in a log, where no mailbox and no token belongs
            links = _LINK.findall(str(message.body))
            sys.stdout.write(f"Mail for {', '.join(message.to)}: {settings.MAIL_DIR / name}.eml\n")
            sys.stdout.writelines(f"  {link}\n" for link in links)
            sys.stdout.flush()
        return len(email_messages)

    @staticmethod
    def _write(path: Path, message: EmailMessage) -> None:
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.message().as_bytes())
        part.replace(path)  # so that nobody reads half a mail
