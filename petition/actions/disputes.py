"""Somebody says that a name should not stand where it stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, Actor, record, record_of
from petition.models import About, Appeal, AuditEvent, Dispute
from petition.protection import contacts


@transaction.atomic
def raise_dispute(
    appeal: Appeal, *, reference: str, words: str, mailbox: str, at: datetime, about: About = About.NOT_AGREED
) -> None:
    """The message lies on top of the queue, sealed; `reference` names the line, `mailbox` where to answer, or ''."""
    Dispute.objects.create(
        appeal=appeal,
        about=about,
        reference=reference,
        sealed_message=contacts.seal(words),
        sealed_mailbox=contacts.seal(mailbox) if mailbox else "",
        raised_at=at,
    )
    record("dispute", subject=appeal, by=CONTACT, at=at)


@dataclass(frozen=True)
class OpenDispute:
    """One dispute in clear text; `mailbox` is '' where nobody is to be answered."""

    dispute: Dispute
    words: str
    mailbox: str


@transaction.atomic
def open_dispute(dispute_id: int, *, by: Actor, at: datetime) -> OpenDispute:
    """The dispute in clear text, once the trail says that `by` looked. Raises Dispute.DoesNotExist, CannotOpen."""
    dispute = Dispute.objects.open().select_related("appeal").get(pk=dispute_id)
    words = contacts.opened(dispute.sealed_message)
    mailbox = contacts.opened(dispute.sealed_mailbox) if dispute.sealed_mailbox else ""
    record_of("dispute", dispute.pk, "open_dispute", by=by, at=at)
    return OpenDispute(dispute, words, mailbox)


@transaction.atomic
def settle(dispute_id: int, *, by: Actor, at: datetime) -> AuditEvent:
    """The dispute is off the queue; what to do about the line is a decision of its own.

    The event that settled it, which is somebody else's when they were first. Raises Dispute.DoesNotExist.
    """
    dispute = Dispute.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=dispute_id)
    if dispute.settled_at is None:
        dispute.settled_at = at
        dispute.save(update_fields=["settled_at"])
        return record("settle", subject=dispute.appeal, by=by, at=at)
    settled = AuditEvent.objects.filter(verb="settle", subject_kind="appeal", subject_id=dispute.appeal_id)
    return settled.filter(at=dispute.settled_at).latest("pk")
