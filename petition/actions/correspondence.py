"""Mails: who owes them, and the one place where they leave."""

import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.utils import make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation

from petition.actions import links
from petition.mail import messages, outbox
from petition.models import Contact, Endorsement, OutgoingMail
from petition.protection import contacts
from petition.vocabulary import clock, mailboxes


def owe_to_contact(
    message: str, endorsement: Endorsement, *, content: dict[str, str], at: datetime, due: datetime | None = None
) -> OutgoingMail | None:
    """A mail to the endorsement's contact is owed from `due` on (else from `at`), if it has one.

    The address is copied sealed, as it lies there.
    """
    contact = Contact.objects.filter(endorsement=endorsement).first()
    if contact is None:
        return None
    return outbox.owe(
        message,
        sealed_address=contact.sealed_mailbox,
        sealed_content=contacts.seal(content),
        language=endorsement.language,
        at=at,
        due=due,
        endorsement=endorsement,
    )


def owe_to(
    message: str,
    mailbox: str,
    *,
    content: dict[str, str],
    language: str,
    at: datetime,
    due: datetime | None = None,
    about: Endorsement | None = None,
) -> None:
    """A mail to `mailbox`, which is no contact's or not known to be, is owed from `due` on (else from `at`)."""
    sealed_address, sealed_content = contacts.seal(mailbox), contacts.seal(content)
    outbox.owe(
        message,
        sealed_address=sealed_address,
        sealed_content=sealed_content,
        language=language,
        at=at,
        due=due,
        endorsement=about,
    )


class OutboxBackend(BaseEmailBackend):
    """Django's way to send mail (allauth uses it): nothing is sent, each message is owed to each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            content = {"subject": str(mail.subject), "text": str(mail.body)}
            for recipient in mail.recipients():
                outbox.owe(
                    "prepared",
                    sealed_address=contacts.seal(parseaddr(recipient)[1]),
                    sealed_content=contacts.seal(content),
                    language=translation.get_language() or settings.LANGUAGE_CODE,
                    at=clock.now(),
                )
        return len(email_messages)


def try_delivery(mailbox: str) -> str:
    """One mail, owed by nobody, is given to the mail server at once; '' when it took it, else what went wrong, coded.

    For the operator who has just configured it. Nothing is stored.
    """
    connection = get_connection(settings.DELIVERY_BACKEND)
    letter = messages.delivery_check({})
    headers = {"Message-ID": make_msgid(domain="check.invalid"), "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(letter.subject, letter.text, settings.SENDER, [mailbox], connection=connection, headers=headers)
    try:
        mail.send()
    except Exception as error:  # noqa: BLE001  (whatever it is, the operator reads a sentence)
        return _code_of(error)
    finally:
        connection.close()
    return ""


def deliver_due(*, most: int = 100) -> int:
    """Tries each mail that is due, up to `most`; says how many were tried. Runs outside any transaction."""
    tried = 0
    connection = get_connection(settings.DELIVERY_BACKEND)
    try:
        while tried < most and (mail := outbox.lease_next(at=clock.now())):
            tried += 1
            _deliver(mail, connection)
    finally:
        connection.close()
    return tried


def _deliver(mail: OutgoingMail, connection: BaseEmailBackend) -> None:
    try:
        letter = _written(mail, connection)
        if letter:
            letter.send()
    except contacts.CannotOpen:
        outbox.refused(mail, error="no key", at=clock.now(), final=False)
    except Exception as error:  # noqa: BLE001  (one mail that cannot be written or sent holds up no other)
        connection.close()  # what state it is in is unknown: the next mail begins a new one
        outbox.refused(mail, error=_code_of(error), at=clock.now(), final=_is_final(error))
    else:
        outbox.delivered(mail, at=clock.now())


def _written(mail: OutgoingMail, connection: BaseEmailBackend) -> EmailMultiAlternatives | None:
    """The mail as it leaves; None when there is nothing to tell this mailbox."""
    content = contacts.opened(mail.sealed_content)
    if mail.message == "own_page_again":
        tokens = _own_pages(mail, content)
        if not tokens:
            return None
        content = {"urls": "\n".join(links.address("own_page", token, mail.language) for token in tokens)}
    with translation.override(mail.language):
        letter = messages.write(mail.message, content)
    reply_to = [settings.SECRETARIAT_ADDRESS] if settings.SECRETARIAT_ADDRESS else None
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    email = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        settings.SENDER,
        [_to(contacts.opened(mail.sealed_address))],
        connection=connection,
        headers=headers,
        reply_to=reply_to,
    )
    if letter.html:
        email.attach_alternative(letter.html, "text/html")
    return email


def _to(address: str) -> str:
    """Return the address with an ASCII domain: of any other, such as `createsuperuser` takes, Django's mailer makes
    one by IDNA 2003, which may be somebody else's."""
    return mailboxes.canonical(address) or address


def _own_pages(mail: OutgoingMail, content: dict[str, Any]) -> list[str]:
    """Tokens for who asked by mailbox: made at the first attempt, the same at each further one while they open a page.

    Whatever an attempt that seemed to fail has delivered after all is good as well.
    """
    if "tokens" in content:
        return links.still_open(content["tokens"])
    with transaction.atomic():
        tokens = links.own_pages_again(content["appeal"], content["mailbox_index"])
        outbox.rewrite(mail, sealed_content=contacts.seal(content | {"tokens": tokens}))
    return tokens


def _code_of(error: Exception) -> str:
    """An SMTP code or the class of the error: its words may carry the address."""
    codes = _codes(error)
    return f"smtp {codes[0]}" if codes else type(error).__name__[:40]


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_final(error: Exception) -> bool:
    """5xx for this recipient or this message (RFC 5321, 4.2.1). A refused login or sender is ours to repair: retry."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return False
    return all(500 <= code < 600 for code in _codes(error))
