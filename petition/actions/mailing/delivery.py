"""Deliver queued mails: each is checked, rendered and given to the mail server, outside any transaction."""

import smtplib
from collections.abc import Callable
from datetime import datetime
from email.charset import QP, Charset
from email.headerregistry import Address
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import translation

from petition.actions.mailing import mailbox_mails, pre_send_checks
from petition.actions.mailing.kept_connection import KeptConnection
from petition.actions.refusals import MailboxLimitReached, NoLongerTrue
from petition.mail import bounces, messages, outbox
from petition.models import OutgoingMail
from petition.reference import clock
from petition.security import encryption
from petition.text.mailboxes import normalize_mailbox

_CHARSET = Charset("utf-8")
_CHARSET.body_encoding = QP
"""Without it a Cyrillic mail would leave as 8bit, which a server without 8BITMIME need not accept (RFC 6152)."""


class Delivery:
    """Delivers queued mails, one after the other, over one connection to the mail server that is kept meanwhile."""

    def __init__(self) -> None:
        self._connection = KeptConnection()

    def deliver_due(self, *, most: int | None = None, may_go_on: Callable[[], bool] = lambda: True) -> int:
        """Try the mails that are due, up to `most` and while `may_go_on`, but at least one; return how many were tried.

        Runs outside any transaction.
        """
        tried = 0
        while tried == 0 or (tried != most and may_go_on()):
            if tried % mailbox_mails.AT_ONCE == 0:
                mailbox_mails.queue_due_mails(at=clock.now())
            mail = outbox.lease_next(at=clock.now())
            if mail is None:
                break
            tried += 1
            self._deliver(mail)
        self._connection.close_if_unused()
        return tried

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _deliver(self, mail: OutgoingMail) -> None:
        now = clock.now()
        try:
            address, content = pre_send_checks.prepare(mail, at=now)
            self._connection.send(_build_email(mail, address, content))
        except NoLongerTrue:
            pre_send_checks.drop(mail, at=now)
        except MailboxLimitReached as limit:
            outbox.postpone_mail(mail, until=limit.until)
        except encryption.CannotDecrypt:
            outbox.mark_failed(mail, error="no key", at=clock.now(), final=False)
        except Exception as error:  # noqa: BLE001  (one mail that cannot be rendered or sent holds up no other)
            _record_failure(mail, error, at=clock.now())
        else:
            _mark_delivered(mail, at=clock.now())


def deliver_due(*, most: int = 100) -> int:
    """Try each mail that is due, up to `most`; return how many were tried. Runs outside any transaction."""
    delivery = Delivery()
    try:
        return delivery.deliver_due(most=most)
    finally:
        delivery.close()


@transaction.atomic
def _mark_delivered(mail: OutgoingMail, *, at: datetime) -> None:
    if outbox.mark_delivered(mail, at=at):
        mailbox_mails.restart_expiry(mail, at=at)


def try_delivery(mailbox: str) -> str:
    """Send a test mail to `mailbox` at once; return '' if the mail server took it, else a code for what went wrong.

    For the operator who has just configured mail. Nothing is stored.
    """
    connection = get_connection(settings.DELIVERY_BACKEND)
    rendered = messages.delivery_check({})
    headers = {"Message-ID": make_msgid(domain="check.invalid"), "Auto-Submitted": "auto-generated"}
    email = EmailMessage(
        rendered.subject, rendered.text, format_sender(), [mailbox], connection=connection, headers=headers
    )
    email.encoding = _CHARSET
    try:
        email.send()
    except Exception as error:  # noqa: BLE001  (whatever it is, the operator reads a sentence)
        return _error_code(error)
    finally:
        connection.close()
    return ""


def format_sender() -> str:
    """Return the From header: the name of the secretariat, or the neutral one that is set, and the sender's address."""
    return str(Address(display_name=settings.MAIL_NAME, addr_spec=parseaddr(settings.SENDER)[1]))


def _build_email(mail: OutgoingMail, address: str, content: dict[str, str]) -> EmailMessage:
    """Return the mail as it leaves to `address`, with `content`. Raises KeyError for an unknown message."""
    with translation.override(mail.language):
        rendered = messages.render(mail.message, content)
    reply_to = [settings.SECRETARIAT_ADDRESS] if settings.SECRETARIAT_ADDRESS else None
    # One Message-ID for all attempts: a mailbox that gets a mail twice shows it once.
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", "From": format_sender()}
    email = EmailMessage(
        rendered.subject,
        rendered.text,
        bounces.build_envelope_sender(mail.message_id) or format_sender(),  # RFC 5321: MAIL FROM
        # With an ASCII domain: of any other, such as `createsuperuser` takes, Django's mailer would make one by
        # IDNA 2003, which may be somebody else's.
        [normalize_mailbox(address) or address],
        headers=headers,
        reply_to=reply_to,
    )
    email.encoding = _CHARSET
    return email


def _record_failure(mail: OutgoingMail, error: Exception, *, at: datetime) -> None:
    """Record a failed attempt: final after a 5xx answer for this recipient or message (RFC 5321, 4.2.1)."""
    # A refused login or sender (other SMTP errors) is ours to repair, so the mail is tried again.
    is_about_mail = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    is_final = is_about_mail and all(500 <= code < 600 for code in _smtp_codes(error))
    outbox.mark_failed(mail, error=_error_code(error), at=at, final=is_final)


def _error_code(error: Exception) -> str:
    """Return an SMTP code or the class of the error. Its words may carry the address, so they are not stored."""
    codes = _smtp_codes(error)
    return f"smtp {codes[0]}" if codes else type(error).__name__[:40]


def _smtp_codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
