"""The queue of mails to send: each at least once, one Message-ID for all attempts, safe for several workers."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from petition.models import Endorsement, OutgoingMail

LEASE = timedelta(seconds=120)  # after this time another worker takes up a mail whose worker died
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(hours=96)


def queue_mail(
    message: str,
    *,
    sealed_address: str,
    sealed_content: str,
    language: str,
    at: datetime,
    due: datetime | None = None,
    endorsement: Endorsement | None = None,
    reports: int | None = None,
    mailbox_index: str = "",
) -> OutgoingMail:
    """Queue a mail to leave from `due` on (else from `at`), once the surrounding transaction commits.

    `reports` is the number of the audit event that the mail tells of. A mail with a `mailbox_index` counts as one that
    a stranger can cause (actions/mailing/mailbox_mails.py).
    """
    return OutgoingMail.objects.create(
        message=message,
        language=language,
        endorsement=endorsement,
        reports=reports,
        mailbox_index=mailbox_index,
        sealed_address=sealed_address,
        sealed_content=sealed_content,
        message_id=f"<{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}>",
        created_at=at,
        due_at=due or at,
    )


@transaction.atomic
def lease_next(*, at: datetime) -> OutgoingMail | None:
    """Return the mail that is due longest, leased to the caller alone for LEASE; None when nothing is due."""
    # Workers on PostgreSQL pass over what another one is leasing; on SQLite the transaction holds the only write lock.
    skip = connection.features.has_select_for_update_skip_locked
    mail = OutgoingMail.objects.due(at).select_for_update(skip_locked=skip).order_by("due_at", "pk").first()
    if mail:
        mail.lease = secrets.token_hex(16)
        mail.leased_until = at + LEASE
        mail.attempts += 1
        mail.save(update_fields=["lease", "leased_until", "attempts"])
    return mail


def _end_lease(mail: OutgoingMail, **outcome: object) -> bool:
    """Store the outcome of an attempt and return whether the lease was still ours."""
    # A worker that took longer than LEASE changes nothing: another one may have sent the mail meanwhile.
    ours = OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease)
    return bool(ours.update(lease="", leased_until=None, **outcome))


def replace_content(mail: OutgoingMail, *, sealed_content: str) -> None:
    """Change what further attempts say, if the lease is still ours."""
    OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease).update(sealed_content=sealed_content)


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
