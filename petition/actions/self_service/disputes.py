"""Disputes: messages that a name should not be listed, or is listed wrongly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from petition.actions.audit import CONTACT, Actor, record, record_for, record_many
from petition.actions.refusals import NotPossible
from petition.mail import outbox
from petition.models import Appeal, AuditEvent, Claim, Dispute, DisputeTopic, Endorsement, KnownOrganisation
from petition.reference import mail_domains
from petition.screening.similarity import build_name_forms, compare_names
from petition.security import encryption, rate_limits
from petition.security.encrypted_names import get_name
from petition.text.references import parse_reference


def raise_dispute(
    appeal: Appeal,
    *,
    reference: str,
    words: str,
    mailbox: str,
    at: datetime,
    about: DisputeTopic = DisputeTopic.NOT_AGREED,
    network: str | None = None,
) -> None:
    """Store an encrypted message. `reference` names the entry and `mailbox` where to answer; both may be ''.

    Nothing is refused: messages above a limit are marked, and staff see them after the others. `network` is the
    sender's network; with None (not sent by the public form) the message is not counted.
    """
    claim = _assess_claim(appeal, reference, mailbox) if mailbox else ""
    above_limit = network is not None and _is_above_limit(appeal, reference, claim, network, at=at)
    with transaction.atomic():
        dispute = Dispute(
            appeal=appeal, about=about, reference=reference, claim=claim, above_limit=above_limit, raised_at=at
        )
        encryption.encrypt_column(dispute, "sealed_message", words)
        if mailbox:
            encryption.encrypt_column(dispute, "sealed_mailbox", mailbox)
        dispute.save()
        record("dispute", subject=appeal, by=CONTACT, at=at)


def _assess_claim(appeal: Appeal, reference: str, mailbox: str) -> str:
    """Return whether `mailbox` is that of the entry's contact, or at its domain; without an entry, of any listed one.

    For an original, which has no contact, it is a domain at which the secretariat knows an organisation of that name.
    """
    listed = Endorsement.objects.filter(appeal=appeal, signatory__isnull=False)
    if reference:
        kind, number = parse_reference(reference)
        listed = listed.filter(signatory__kind=kind, signatory__number=number)
    if listed.filter(mailbox_index=encryption.compute_mailbox_index(mailbox)).exists():
        return Claim.MAILBOX
    domain = mail_domains.mail_domain(mailbox)
    if domain in mail_domains.FREE_DOMAINS:  # anybody can have a mailbox there
        return ""
    domain_index = encryption.compute_index("domain", domain)
    if listed.filter(domain_index=domain_index).exists():
        return Claim.DOMAIN
    organisations = KnownOrganisation.objects.filter(domain_index=domain_index)
    known = [build_name_forms(name) for name in organisations.values_list("name", flat=True)]
    if not known or not reference:
        return Claim.DOMAIN if known else ""
    names = [get_name(row) for row in listed]
    forms = [build_name_forms(name["organisation_name"], name["acronym"]) for name in names]
    is_alike = any(compare_names(one, other) for one in forms for other in known)
    return Claim.DOMAIN if is_alike else ""


def _is_above_limit(appeal: Appeal, reference: str, claim: str, network: str, *, at: datetime) -> bool:
    """Count the message, and return whether there were too many about this entry or from this network."""
    limits = [(rate_limits.MESSAGES_ABOUT_ONE_ENTRY, f"{appeal.pk}/{reference}/{claim}")]
    if network:
        limits.append((rate_limits.MANY_MESSAGES_FROM_ONE_NETWORK, network))
    return bool(rate_limits.consume_all(limits, at=at))


@dataclass(frozen=True)
class OpenDispute:
    """A decrypted dispute; `mailbox` is '' if there is nobody to answer."""

    dispute: Dispute
    words: str
    mailbox: str


@transaction.atomic
def open_dispute(dispute_id: int, *, by: Actor, at: datetime) -> OpenDispute:
    """Return the decrypted dispute, and record that `by` read it. Raises Dispute.DoesNotExist, CannotDecrypt."""
    dispute = Dispute.objects.open().select_related("appeal").get(pk=dispute_id)
    words = encryption.decrypt_column(dispute, "sealed_message")
    mailbox = encryption.decrypt_column(dispute, "sealed_mailbox") or ""
    record_for("dispute", dispute.pk, "open_dispute", by=by, at=at)
    return OpenDispute(dispute, words, mailbox)


@transaction.atomic
def answer_dispute(dispute_id: int, words: str, *, language: str, by: Actor, at: datetime) -> None:
    """Queue a mail with `words` to the address that the message gave, and settle the message.

    Raises Dispute.DoesNotExist, NotPossible (it gave no address, or is settled already), CannotDecrypt.
    """
    dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
    mailbox = encryption.decrypt_column(dispute, "sealed_mailbox") or ""
    if not mailbox or dispute.settled_at:
        raise NotPossible
    record_for("dispute", dispute.pk, "answer_dispute", by=by, at=at)
    outbox.queue_mail("dispute_answer", address=mailbox, content={"words": words}, language=language, at=at)
    settle_many([dispute.pk], by=by, at=at)


@transaction.atomic
def settle_dispute(dispute_id: int, *, by: Actor, at: datetime) -> AuditEvent:
    """Mark the dispute as settled, and return the event of whoever settled it first. Raises Dispute.DoesNotExist.

    The entry is not changed by this.
    """
    dispute = Dispute.objects.get(pk=dispute_id)  # also raises for an id that is too large for the database
    settle_many([dispute.pk], by=by, at=at)
    dispute.refresh_from_db()
    subject = Q(subject_kind="dispute", subject_id=dispute.pk)
    subject |= Q(subject_kind="appeal", subject_id=dispute.appeal_id)  # how older events recorded it
    return AuditEvent.objects.filter(subject, verb="settle", at=dispute.settled_at or at).latest("pk")


@transaction.atomic
def settle_many(dispute_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Settle those of these disputes that are still open, each with an audit event, and return how many.

    Takes three statements for any number of disputes.
    """
    rows = Dispute.objects.open().filter(pk__in=dispute_ids).select_for_update(of=("self",)).order_by("pk")
    subjects = list(rows.values_list("pk", "appeal_id", "appeal__is_demo"))
    record_many("settle", subjects, by=by, at=at, kind="dispute")
    Dispute.objects.filter(pk__in=[pk for pk, _, _ in subjects]).update(settled_at=at)
    return len(subjects)


def count_unopened(dispute_ids: Sequence[int]) -> int:
    """Return how many of these disputes nobody has read, according to the audit log."""
    reads = AuditEvent.objects.filter(verb="open_dispute", subject_kind="dispute", subject_id__in=dispute_ids)
    return len(set(dispute_ids)) - reads.values("subject_id").distinct().count()
