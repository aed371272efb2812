"""Private facts whose time is over, and how each of them goes. Nothing here decides; lapsing.py does."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from petition.actions.audit import WORKER, record
from petition.actions.endorsing.confirmation import erase
from petition.actions.listing import entries
from petition.actions.self_service.own_page import forget_contact
from petition.mail import outbox
from petition.models import (
    Batch,
    ContactChange,
    Decision,
    Dispute,
    Endorsement,
    LinkRequest,
    Origin,
    OutgoingMail,
    PrivateLink,
    Purpose,
    Question,
    State,
)
from petition.reference import retention_periods as periods

_PERSON = (
    Q(contact__isnull=False)
    | ~Q(sealed_note="")
    | ~Q(sealed_check_note="")
    | Exists(Question.objects.filter(endorsement=OuterRef("pk")))
)
"""Something is left that tells of a person, also where the contact was forgotten before it was written."""
_BOTH_CONTACTS = (Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)


def unconfirmed(*, at: datetime) -> QuerySet[Endorsement]:
    """Those whose mailbox never confirmed and no longer can.

    A form expires a week after the mail left that asked about it; what was entered, when it has no live link.
    """
    until = at - periods.UNCONFIRMED
    is_over = Q(origin=Origin.FORM, asked_at__lte=until) | Q(~Q(origin=Origin.FORM), submitted_at__lte=until)
    owed = OutgoingMail.objects.owed().exclude(mailbox_index="").filter(mailbox_index=OuterRef("mailbox_index"))
    old = Endorsement.objects.unproven().filter(is_over)
    return old.exclude(links__expires_at__gt=at).exclude(Exists(owed))


def erase_unconfirmed(endorsement: Endorsement, *, at: datetime) -> None:
    """The endorsement is gone with all that hangs on it."""
    erase(endorsement, by=WORKER, reason="unconfirmed", at=at)


def ended(*, at: datetime) -> QuerySet[Endorsement]:
    """Rejected and withdrawn long ago, with something left that points at a person or, of a rejected one, the name."""
    until = at - periods.ENDED
    over = Q(state=State.REJECTED, decided_at__lte=until) | Q(state=State.WITHDRAWN, withdrawn_at__lte=until)
    left = _PERSON | ~Q(mailbox_index="") | ~Q(fingerprint="") | Q(sealed_name="")
    return _told(Endorsement.objects.filter(over, left), at=at)


def erase_ended(endorsement: Endorsement, *, at: datetime) -> None:
    """Contact, questions and answers are gone with the keys that would find the mailbox; a readable name is sealed."""
    entries.seal_name(endorsement)
    endorsement.corrections.waiting().delete()
    endorsement.mailbox_index = endorsement.domain_index = endorsement.fingerprint = ""
    _erase_contact(endorsement, at=at)


def approved(*, at: datetime) -> QuerySet[Endorsement]:
    """Approved long ago, or long enough after the closing, with something left that tells of a person."""
    since_approval = Q(decided_at__lte=at - periods.APPROVED)
    since_closing = Q(appeal__closes_at__lte=at - periods.APPROVED_AFTER_CLOSING)
    return _told(Endorsement.objects.filter(since_approval | since_closing, _PERSON, state=State.APPROVED), at=at)


def erase_approved(endorsement: Endorsement, *, at: datetime) -> None:
    """Contact, questions and answers are gone. The keyed hash of the mailbox stays, so a lost link is still found."""
    _erase_contact(endorsement, at=at)


def _told(endorsements: QuerySet[Endorsement], *, at: datetime) -> QuerySet[Endorsement]:
    """Without those to whom a mail is owed that is still being tried: who was decided on late hears of it first."""
    owed = OutgoingMail.objects.owed().filter(endorsement=OuterRef("pk"), created_at__gt=at - outbox.GIVE_UP)
    return endorsements.exclude(Exists(owed))


def _erase_contact(endorsement: Endorsement, *, at: datetime) -> None:
    record("erase_contact", subject=endorsement, by=WORKER, at=at)
    OutgoingMail.objects.owed().filter(endorsement=endorsement).delete()
    endorsement.links.filter(purpose__in=_BOTH_CONTACTS).delete()
    forget_contact(endorsement, at=at)
    endorsement.save()


def disputes(*, at: datetime) -> QuerySet[Dispute]:
    """Those settled long ago."""
    return Dispute.objects.filter(settled_at__lte=at - periods.SETTLED_DISPUTE)


def erase_dispute(dispute: Dispute, *, at: datetime) -> None:
    """The message is gone; the trail says that there was one."""
    record("erase_dispute", subject=dispute.appeal, by=WORKER, at=at)
    dispute.delete()


def decisions(*, at: datetime) -> QuerySet[Decision]:
    """Those that can no longer be taken back."""
    return Decision.objects.filter(decided_at__lte=at - timedelta(seconds=settings.UNDO_SECONDS))


def erase_decision(decision: Decision, *, at: datetime) -> None:
    """What there was before it is gone; the trail says that it was made."""
    decision.delete()


def new_contacts(*, at: datetime) -> QuerySet[ContactChange]:
    """Those proposed and not agreed to by both mailboxes as long as their links lived."""
    live = PrivateLink.objects.live(at).filter(endorsement=OuterRef("endorsement"), purpose__in=_BOTH_CONTACTS)
    return ContactChange.objects.exclude(Exists(live))


def erase_new_contact(change: ContactChange, *, at: datetime) -> None:
    """The proposed person and mailbox are gone; the contact is who it was."""
    change.delete()


def dead_links(*, at: datetime) -> QuerySet[PrivateLink]:
    """Links and codes that open nothing any more."""
    return PrivateLink.objects.filter(expires_at__lte=at)


def erase_link(link: PrivateLink, *, at: datetime) -> None:
    """The hash is gone."""
    link.delete()


def mails(*, at: datetime) -> QuerySet[OutgoingMail]:
    """Those delivered, given up or dropped long ago."""
    until = at - periods.DELIVERED_MAIL
    return OutgoingMail.objects.filter(Q(sent_at__lte=until) | Q(failed_at__lte=until) | Q(dropped_at__lte=until))


def erase_mail(mail: OutgoingMail, *, at: datetime) -> None:
    """That it was ever sent is gone as well."""
    mail.delete()


def forget_mailboxes(*, at: datetime) -> int:
    """Empty the keyed hash of the mailbox in mails that no longer count, and return in how many."""
    until = at - periods.MAILBOX_OF_MAIL
    old = OutgoingMail.objects.filter(Q(sent_at__lte=until) | Q(dropped_at__lte=until)).exclude(mailbox_index="")
    LinkRequest.objects.filter(requested_at__lte=at - periods.UNCONFIRMED).delete()
    return old.update(mailbox_index="")


def batches(*, at: datetime) -> QuerySet[Batch]:
    """Those carried out or proposed long ago."""
    return Batch.objects.filter(begun_at__lte=at - periods.BATCH)


def erase_batch(batch: Batch, *, at: datetime) -> None:
    """Which endorsements it was about is gone; what became of each stands in the trail."""
    batch.delete()


def forget_networks(*, at: datetime) -> int:
    """From which network old endorsements came cannot be compared any more; says of how many."""
    old = Endorsement.objects.filter(submitted_at__lte=at - periods.NETWORK).exclude(network_index="")
    return old.update(network_index="")
