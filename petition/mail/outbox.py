"""The queue of owed mails: at least once, one Message-ID for all attempts, safe for several workers."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from petition.models import Endorsement, OutgoingMail

LEASE = timedelta(seconds=120)
"""A mail whose worker died is taken up again after this time."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(hours=96)


def owe(
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
    """Owe a mail from `due` on, else from `at`, as soon as the surrounding transaction commits.

    It tells of the audit event `reports`. With a `mailbox_index` it counts as one that a stranger can cause.
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
    """The mail that is due longest, leased for LEASE to the caller and to nobody else; None when nothing is due."""
    skip = connection.features.has_select_for_update_skip_locked
    mail = OutgoingMail.objects.due(at).select_for_update(skip_locked=skip).order_by("due_at", "pk").first()
    if mail:
        mail.lease = secrets.token_hex(16)
        mail.leased_until = at + LEASE
        mail.attempts += 1
        mail.save(update_fields=["lease", "leased_until", "attempts"])
    return mail


def _done(mail: OutgoingMail, **outcome: object) -> bool:
    """Writes the outcome if the lease is still ours; a worker that was too slow changes nothing."""
    ours = OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease)
    return bool(ours.update(lease="", leased_until=None, **outcome))


def rewrite(mail: OutgoingMail, *, sealed_content: str) -> None:
    """Further attempts say this instead, if the lease is still ours."""
    OutgoingMail.objects.owed().filter(pk=mail.pk, lease=mail.lease).update(sealed_content=sealed_content)


def delivered(mail: OutgoingMail, *, at: datetime) -> bool:
    """The mail is no longer owed, and its address and content are forgotten."""
    return _done(mail, sent_at=at, sealed_address="", sealed_content="", last_error="")


def refused(mail: OutgoingMail, *, error: str, at: datetime, final: bool) -> bool:
    """The attempt failed: due again after a growing pause (30 s doubling to 1 h), or given up when final or too old."""
    if final or at - mail.created_at >= GIVE_UP:
        return _done(mail, failed_at=at, sealed_address="", sealed_content="", last_error=error)
    return _done(mail, due_at=at + pause_after(mail.attempts), last_error=error)


def postpone(mail: OutgoingMail, *, until: datetime) -> bool:
    """Put off a mail that may not leave yet; this was no attempt to send it."""
    return _done(mail, due_at=until, attempts=mail.attempts - 1)


def dropped(mail: OutgoingMail, *, at: datetime) -> bool:
    """End a mail that is no longer true without sending it, and forget its address and content."""
    return _done(mail, dropped_at=at, sealed_address="", sealed_content="", last_error="")


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts."""
    doublings = min(attempts - 1, 20)
    return min(_FIRST_PAUSE * int(2**doublings), _LONGEST_PAUSE)
