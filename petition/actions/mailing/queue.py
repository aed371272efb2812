"""Queue mails: to the contact of an endorsement, and those that another part of Django sends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

from petition.mail import outbox
from petition.models import Contact, Endorsement, OutgoingMail, PrivateLink
from petition.reference import clock
from petition.security import encryption
from petition.security.tokens import hash_token


def queue_mail_to_contact(
    message: str,
    endorsement: Endorsement,
    *,
    content: Mapping[str, object] | None = None,
    at: datetime,
    due: datetime | None = None,
) -> OutgoingMail | None:
    """Queue a mail to the endorsement's contact, to leave from `due` on (else from `at`); None without a contact.

    The mail reports the last change of the endorsement's state, and is dropped if another one follows.
    """
    contact = Contact.objects.filter(endorsement=endorsement).first()
    if contact is None:
        return None
    return outbox.queue_mail(
        message,
        address=encryption.decrypt_column(contact, "sealed_mailbox"),
        content=content or {},
        language=endorsement.language,
        at=at,
        due=due,
        endorsement=endorsement,
        reports=endorsement.explained_by,
    )


def attach_link(mail: OutgoingMail | None, token: str, purpose: str) -> None:
    """Bind the link of `token` to the mail that carries it, so that the link expires counted from when it leaves."""
    PrivateLink.objects.filter(digest=hash_token(token, purpose)).update(mail=mail)


class OutboxBackend(BaseEmailBackend):
    """Django's way to send mail, which allauth uses: each message is queued for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            content = {"subject": str(mail.subject), "text": str(mail.body)}
            for recipient in mail.recipients():
                outbox.queue_mail(
                    "prepared",
                    address=parseaddr(recipient)[1],
                    content=content,
                    language=translation.get_language() or settings.LANGUAGE_CODE,
                    at=clock.now(),
                )
        return len(email_messages)
