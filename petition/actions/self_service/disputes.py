"""Somebody says that a name should not stand where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from petition.actions.audit import CONTACT, Actor, record, record_each, record_of
from petition.models import About, Appeal, AuditEvent, Claim, Dispute, Endorsement, KnownOrganisation
from petition.reference import mail_domains
from petition.screening.similarity import forms, likeness
from petition.security import encryption, rate_limits


def raise_dispute(
    appeal: Appeal,
    *,
    reference: str,
    words: str,
    mailbox: str,
    at: datetime,
    about: About = About.NOT_AGREED,
    network: str | None = None,
) -> None:
    """Store a message, encrypted; `reference` names the entry, `mailbox` where to answer, each may be ''.

    Nothing is refused here: what comes above a limit is marked, so that the desk shows it behind the others.
    `network` is that of the public form; None where none sent it, which counts for nothing.
    """
    claim = _claim_of(appeal, reference, mailbox) if mailbox else ""
    above_limit = network is not None and _is_above_limit(appeal, reference, claim, network, at=at)
    with transaction.atomic():
        Dispute.objects.create(
            appeal=appeal,
            about=about,
            reference=reference,
            claim=claim,
            above_limit=above_limit,
            sealed_message=encryption.seal(words),
            sealed_mailbox=encryption.seal(mailbox) if mailbox else "",
            raised_at=at,
        )
        record("dispute", subject=appeal, by=CONTACT, at=at)


def _claim_of(appeal: Appeal, reference: str, mailbox: str) -> str:
    """Whether `mailbox` is the contact's of the entry, or at its domain; without an entry, of any that is listed.

    The originals have no contact: there the domain is the one at which the secretariat knows an organisation of that
    name. A domain at which everybody gets a mailbox tells nothing.
    """
    listed = Endorsement.objects.filter(appeal=appeal, signatory__isnull=False)
    kind, _, number = reference.partition("-")
    if reference:
        listed = listed.filter(signatory__kind=kind, signatory__number=int(number) if number.isdecimal() else 0)
    if listed.filter(mailbox_index=encryption.mailbox_index(mailbox)).exists():
        return Claim.MAILBOX
    domain = mail_domains.domain_of(mailbox)
    if domain in mail_domains.FREE:
        return ""
    domain_index = encryption.index_of("domain", domain)
    if listed.filter(domain_index=domain_index).exists():
        return Claim.DOMAIN
    known = [
        forms(name)
        for name in KnownOrganisation.objects.filter(domain_index=domain_index).values_list("name", flat=True)
    ]
    if not known or not reference:
        return Claim.DOMAIN if known else ""
    names = listed.exclude(organisation_name="").values_list("organisation_name", "acronym")
    alike = any(likeness(forms(*name), other) for name in names for other in known)
    return Claim.DOMAIN if alike else ""


def _is_above_limit(appeal: Appeal, reference: str, claim: str, network: str, *, at: datetime) -> bool:
    """Count the message, and say whether there were very many, about this entry or from this network."""
    wanted = [(rate_limits.MESSAGES_ABOUT_ONE_ENTRY, f"{appeal.pk}/{reference}/{claim}")]
    if network:
        wanted.append((rate_limits.MANY_MESSAGES_FROM_ONE_NETWORK, network))
    return bool(rate_limits.exceeded(wanted, at=at))


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
    words = encryption.opened(dispute.sealed_message)
    mailbox = encryption.opened(dispute.sealed_mailbox) if dispute.sealed_mailbox else ""
    record_of("dispute", dispute.pk, "open_dispute", by=by, at=at)
    return OpenDispute(dispute, words, mailbox)


@transaction.atomic
def settle(dispute_id: int, *, by: Actor, at: datetime) -> AuditEvent:
    """The dispute is off the queue; what to do about the line is a decision of its own.

    The event that settled it, which is somebody else's when they were first. Raises Dispute.DoesNotExist.
    """
    dispute = Dispute.objects.get(pk=dispute_id)  # also refuses a number that is too large for the database
    settle_many([dispute.pk], by=by, at=at)
    dispute.refresh_from_db()
    about = Q(subject_kind="dispute", subject_id=dispute.pk)
    about |= Q(subject_kind="appeal", subject_id=dispute.appeal_id)  # of those settled before there was one for each
    return AuditEvent.objects.filter(about, verb="settle", at=dispute.settled_at or at).latest("pk")


@transaction.atomic
def settle_many(numbers: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Settle those of these messages that are still open, each with a line in the trail; return how many they were.

    Three statements, however many there are.
    """
    wanted = Dispute.objects.open().filter(pk__in=numbers).select_for_update(of=("self",)).order_by("pk")
    found = list(wanted.values_list("pk", "appeal_id", "appeal__is_demo"))
    record_each("settle", found, by=by, at=at, kind="dispute")
    Dispute.objects.filter(pk__in=[pk for pk, _, _ in found]).update(settled_at=at)
    return len(found)


def count_unopened(numbers: Sequence[int]) -> int:
    """How many of these messages nobody has opened, as the trail says."""
    looks = AuditEvent.objects.filter(verb="open_dispute", subject_kind="dispute", subject_id__in=numbers)
    return len(set(numbers)) - looks.values("subject_id").distinct().count()
