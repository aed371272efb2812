"""Deliver what is owed: each mail is checked, written and given to the mail server, outside any transaction."""

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from petition.actions.mailing import claims, mailbox_mails, queue
from petition.mail import outbox
from petition.models import OutgoingMail
from petition.reference import clock
from petition.security import encryption


def deliver_due(*, most: int = 100) -> int:
    """Try each mail that is due, up to `most`; return how many were tried. Runs outside any transaction."""
    mailbox_mails.queue(at=clock.now())
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
    now = clock.now()
    try:
        address, content = claims.departure_of(mail, at=now)
        queue.written(mail, address, content, connection).send()
    except claims.NoLongerTrue:
        claims.drop(mail, at=now)
    except claims.NotYet as wait:
        outbox.postpone(mail, until=wait.until)
    except encryption.CannotOpen:
        outbox.refused(mail, error="no key", at=clock.now(), final=False)
    except Exception as error:  # noqa: BLE001  (one mail that cannot be written or sent holds up no other)
        connection.close()  # what state it is in is unknown: the next mail begins a new one
        queue.refuse(mail, error, at=clock.now())
    else:
        if outbox.delivered(mail, at=clock.now()):
            mailbox_mails.restart_expiry(mail, at=clock.now())
