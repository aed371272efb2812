"""One connection to the mail server for many mails: opening one takes longer than sending a mail over it."""

import smtplib
import time
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

UNUSED_SECONDS: Final = 20.0
"""After so long without a mail the connection is ended. Mail servers end theirs after minutes (RFC 5321, 4.5.3.2.7)."""
_CLOSING: Final = 421
"""With this code a server ends a connection, for example after a hundred mails (RFC 5321, 3.8)."""


class KeptConnection:
    """The connection of one worker. It is opened for the first mail, and again after it was ended."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None
        self._used_at = 0.0  # by the monotonic clock

    def send(self, email: EmailMessage) -> None:
        """Send `email`. Raises what a refusal or a lost connection raises; the next mail then begins a new one."""
        self.close_if_unused()
        is_kept = self._backend is not None
        try:
            self._send(email)
        except (OSError, smtplib.SMTPException) as error:
            if not (is_kept and _was_closed(error)):
                raise
            self._send(email)  # the server may end a connection at any time: nothing is wrong with the mail

    def _send(self, email: EmailMessage) -> None:
        try:
            self._get_backend().send_messages([email])
        except Exception:
            self.close()  # what state it is in is unknown
            raise
        self._used_at = time.monotonic()

    def close_if_unused(self) -> None:
        """End the connection if no mail has left over it for UNUSED_SECONDS."""
        if self._backend is not None and time.monotonic() - self._used_at > UNUSED_SECONDS:
            self.close()

    def close(self) -> None:
        """End the connection, if there is one."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with suppress(OSError, smtplib.SMTPException):  # the server may have ended it
                backend.close()

    def _get_backend(self) -> BaseEmailBackend:
        if self._backend is None:
            self._backend = get_connection(settings.DELIVERY_BACKEND)
            self._backend.open()  # or Django would open and close one for each mail
        return self._backend


def _was_closed(error: Exception) -> bool:
    """Return whether the server ended the connection, so that the mail can be sent over another one."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == _CLOSING
    return isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError)
