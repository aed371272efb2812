"""Mails: who owes them, and the one place where they leave."""

import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

from petition.mail import messages, outbox
from petition.models import Contact, Endorsement, OutgoingMail, PrivateLink
from petition.protection import contacts
from petition.protection.tokens import digest_of_token
from petition.vocabulary import clock, mailboxes


def owe_to_contact(
    message: str,
    endorsement: Endorsement,
    *,
    content: Mapping[str, object],
    at: datetime,
    due: datetime | None = None,
    reports: int | None = None,
) -> OutgoingMail | None:
    """Owe a mail to the endorsement's contact from `due` on (else from `at`); None where there is no contact.

    It tells of the audit event `reports`, else of the last change of the endorsement's state (mail_claims.py). The
    address is copied sealed, as it is stored.
    """
    contact = Contact.objects.filter(endorsement=endorsement).first()
    if contact is None:
        return None
    return outbox.owe(
        message,
        sealed_address=contact.sealed_mailbox,
        sealed_content=contacts.seal(dict(content)),
        language=endorsement.language,
        at=at,
        due=due,
        endorsement=endorsement,
        reports=reports or endorsement.explained_by,
    )


def owe_to(
    message: str,
    mailbox: str,
    *,
    content: Mapping[str, object],
    language: str,
    at: datetime,
    due: datetime | None = None,
    about: Endorsement | None = None,
    mailbox_index: str = "",
) -> OutgoingMail:
    """Owe a mail to `mailbox`, which is no contact's or not known to be, from `due` on (else from `at`)."""
    return outbox.owe(
        message,
        sealed_address=contacts.seal(mailbox),
        sealed_content=contacts.seal(dict(content)),
        language=language,
        at=at,
        due=due,
        endorsement=about,
        mailbox_index=mailbox_index,
    )


def owe_sealed(
    message: str,
    sealed_address: str,
    *,
    content: Mapping[str, object],
    language: str,
    at: datetime,
    mailbox_index: str = "",
    about: Endorsement | None = None,
) -> OutgoingMail:
    """Owe a mail to an address that is at hand sealed only."""
    return outbox.owe(
        message,
        sealed_address=sealed_address,
        sealed_content=contacts.seal(dict(content)),
        language=language,
        at=at,
        endorsement=about,
        mailbox_index=mailbox_index,
    )


def carry_link(mail: OutgoingMail | None, token: str, purpose: str) -> None:
    """Bind the link of `token` to the mail that carries it: its time begins anew when the mail leaves."""
    PrivateLink.objects.filter(digest=digest_of_token(token, purpose)).update(mail=mail)


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


def written(mail: OutgoingMail, address: str, content: dict[str, str], connection: BaseEmailBackend) -> EmailMessage:
    """Return the mail as it leaves to `address`, with `content`. Raises KeyError for an unknown message."""
    with translation.override(mail.language):
        letter = messages.write(mail.message, content)
    reply_to = [settings.SECRETARIAT_ADDRESS] if settings.SECRETARIAT_ADDRESS else None
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    return EmailMessage(
        letter.subject,
        letter.text,
        settings.SENDER,
        [_to(address)],
        connection=connection,
        headers=headers,
        reply_to=reply_to,
    )


def _to(address: str) -> str:
    """Return the address with an ASCII domain: of any other, such as `createsuperuser` takes, Django's mailer makes
    one by IDNA 2003, which may be somebody else's."""
    return mailboxes.canonical(address) or address


def _code_of(error: Exception) -> str:
    """An SMTP code or the class of the error: its words may carry the address."""
    codes = _codes(error)
    return f"smtp {codes[0]}" if codes else type(error).__name__[:40]


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def refuse(mail: OutgoingMail, error: Exception, *, at: datetime) -> None:
    """Write down that an attempt failed: final after a 5xx answer for this recipient or message (RFC 5321, 4.2.1).

    A refused login or sender is ours to repair, so the mail is tried again.
    """
    is_final = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    is_final = is_final and all(500 <= code < 600 for code in _codes(error))
    outbox.refused(mail, error=_code_of(error), at=at, final=is_final)
