"""The queue of mails to send: each at least once, one Message-ID for all attempts, safe for several workers."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from petition.models import Endorsement, OutgoingMail
from petition.security import encryption

LEASE = timedelta(seconds=120)  # after this time another worker takes up a mail whose worker died
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(hours=96)
# One statement, so one commit. Workers on PostgreSQL pass over what another one is leasing; on SQLite a statement that
# writes holds the only write lock.
_LEASE = """
    UPDATE petition_outgoingmail SET lease = %(lease)s, leased_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM petition_outgoingmail
        WHERE sent_at IS NULL AND failed_at IS NULL AND dropped_at IS NULL
            AND due_at <= %(at)s AND (leased_until IS NULL OR leased_until <= %(at)s)
        ORDER BY due_at, id LIMIT 1 {skip}
    )
    RETURNING *
"""


def queue_mail(message: str, **fields: Any) -> OutgoingMail:
    """Queue a mail, with the fields of `build_mail`, to leave once the surrounding transaction commits."""
    mail = build_mail(message, **fields)
    mail.save()
    return mail


def build_mail(
    message: str,
    *,
    address: str,
    content: Mapping[str, Any],
    language: str,
    at: datetime,
    due: datetime | None = None,
    endorsement: Endorsement | None = None,
    reports: int | None = None,
    mailbox_index: str = "",
) -> OutgoingMail:
    """Return a mail, not saved, that is to leave from `due` on (else from `at`).

    `reports` is the number of the audit event that the mail tells of. A mail with a `mailbox_index` counts as one that
    a stranger can cause (actions/mailing/mailbox_mails.py).
    """
    mail = OutgoingMail(
        message=message,
        language=language,
        endorsement=endorsement,
        reports=reports,
        mailbox_index=mailbox_index,
        message_id=f"<{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>",
        created_at=at,
        due_at=due or at,
    )
    encryption.encrypt_column(mail, "sealed_address", address)
    encryption.encrypt_column(mail, "sealed_content", dict(content))
    return mail


def lease_next(*, at: datetime) -> OutgoingMail | None:
    """Return the mail that is due longest, leased to the caller alone for LEASE; None when nothing is due."""
    moments = {"at": at, "until": at + LEASE}
    parameters = {name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()}
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    parameters["lease"] = secrets.token_hex(16)
    leased = list(OutgoingMail.objects.raw(_LEASE.format(skip=skip), parameters))
    return next(iter(leased), None)


def _end_lease(mail: OutgoingMail, **outcome: object) -> bool:
    """Store the outcome of an attempt and return whether the lease was still ours."""
    # A worker that took longer than LEASE changes nothing: another one may have sent the mail meanwhile.
    ours = OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease)
    return bool(ours.update(lease="", leased_until=None, **outcome))


def replace_content(mail: OutgoingMail, content: Mapping[str, Any]) -> None:
    """Change what further attempts say, if the lease is still ours."""
    encryption.encrypt_column(mail, "sealed_content", dict(content))
    OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease).update(sealed_content=mail.sealed_content)


def mark_delivered(mail: OutgoingMail, *, at: datetime) -> bool:
    """Mark the mail as sent, and erase its address and content."""
    return _end_lease(mail, sent_at=at, sealed_address="", sealed_content="", last_error="")


def mark_failed(mail: OutgoingMail, *, error: str, at: datetime, final: bool) -> bool:
    """Mark the attempt as failed: try again after a growing pause, or give up when the failure is final or too old."""
    if final or at - mail.created_at >= GIVE_UP:
        return _end_lease(mail, failed_at=at, sealed_address="", sealed_content="", last_error=error)
    return _end_lease(mail, due_at=at + pause_after(mail.attempts), last_error=error)


def postpone_mail(mail: OutgoingMail, *, until: datetime) -> bool:
    """Postpone a mail that may not leave yet, without counting an attempt."""
    return _end_lease(mail, due_at=until, attempts=mail.attempts - 1)


def mark_dropped(mail: OutgoingMail, *, at: datetime) -> bool:
    """End a mail that is no longer true without sending it, and erase its address and content."""
    return _end_lease(mail, dropped_at=at, sealed_address="", sealed_content="", last_error="")


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after that many attempts: 30 seconds, doubling up to an hour."""
    doublings = min(attempts - 1, 20)  # a timedelta overflows beyond
    return min(FIRST_PAUSE * int(2**doublings), LONGEST_PAUSE)
