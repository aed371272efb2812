"""Find private facts whose time is over, and erase them. endorsing/expiry.py decides about endorsements."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from petition.actions.audit import WORKER, record
from petition.actions.endorsing import contact_erasure
from petition.actions.endorsing.contact_erasure import erase_contact
from petition.actions.listing import entries
from petition.mail import outbox
from petition.models import (
    AppealDraft,
    Batch,
    BulkUpload,
    ContactChange,
    Decision,
    Dispute,
    Endorsement,
    IntakeRow,
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
"""Something about a person is left, perhaps written after the contact was erased."""
_AT_ONCE = 500
_BOTH_CONTACTS = (Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)


def find_unconfirmed(*, at: datetime) -> QuerySet[Endorsement]:
    """Return the endorsements whose mailbox never confirmed them and no longer can.

    A form expires a week after its confirmation mail left; one that staff entered expires when it has no live link.
    """
    until = at - periods.UNCONFIRMED
    is_over = Q(origin=Origin.FORM, asked_at__lte=until) | Q(~Q(origin=Origin.FORM), submitted_at__lte=until)
    owed = OutgoingMail.objects.owed().exclude(mailbox_index="").filter(mailbox_index=OuterRef("mailbox_index"))
    old = Endorsement.objects.unconfirmed().filter(is_over)
    old = old.exclude(links__expires_at__gt=at).exclude(Exists(owed))
    used = PrivateLink.objects.filter(digest__in=_list_waiting_links(at=at))
    of_mailbox = used.exclude(mailbox_index="").values("mailbox_index")
    return old.exclude(mailbox_index__in=of_mailbox).exclude(
        pk__in=used.exclude(endorsement=None).values("endorsement")
    )


def _list_waiting_links(*, at: datetime) -> QuerySet[IntakeRow, str]:
    """Return the digests of links through which something was sent that is not done yet: it needs what they open."""
    # Not for ever: somebody with a link could keep everything behind it with a row that nobody can open.
    waiting = IntakeRow.objects.filter(done_at=None, arrived_at__gt=at - periods.UNCONFIRMED).exclude(link_digest="")
    return waiting.values_list("link_digest", flat=True)


def erase_unconfirmed(endorsement: Endorsement, *, at: datetime) -> None:
    """Erase the endorsement and everything that belongs to it."""
    contact_erasure.erase_unconfirmed(endorsement, by=WORKER, reason="unconfirmed", at=at)


def find_ended(*, at: datetime) -> QuerySet[Endorsement]:
    """Return endorsements rejected or withdrawn long ago that still have personal data or a readable name."""
    until = at - periods.REJECTED_OR_WITHDRAWN
    over = Q(state=State.REJECTED, decided_at__lte=until) | Q(state=State.WITHDRAWN, withdrawn_at__lte=until)
    left = _PERSON | ~Q(mailbox_index="") | ~Q(fingerprint="") | ~Q(organisation_name="")
    return _exclude_unsent(Endorsement.objects.filter(over, left), at=at)


def erase_ended(endorsement: Endorsement, *, at: datetime) -> None:
    """Erase contact, questions, answers, the hashes of the mailbox, and a name in clear."""
    entries.empty_clear_name(endorsement)
    endorsement.corrections.waiting().delete()
    endorsement.mailbox_index = endorsement.domain_index = endorsement.fingerprint = ""
    _erase_contact(endorsement, at=at)


def find_approved(*, at: datetime) -> QuerySet[Endorsement]:
    """Return endorsements approved long ago, or before a closing long ago, that still have personal data."""
    since_approval = Q(decided_at__lte=at - periods.APPROVED)
    since_closing = Q(appeal__closes_at__lte=at - periods.APPROVED_AFTER_CLOSING)
    endorsements = Endorsement.objects.filter(since_approval | since_closing, _PERSON, state=State.APPROVED)
    return _exclude_unsent(endorsements, at=at)


def erase_approved(endorsement: Endorsement, *, at: datetime) -> None:
    """Erase contact, questions and answers. The hash of the mailbox stays, so a lost link can be requested."""
    _erase_contact(endorsement, at=at)


def _exclude_unsent(endorsements: QuerySet[Endorsement], *, at: datetime) -> QuerySet[Endorsement]:
    """Exclude endorsements with a mail that is still being tried: a contact hears of a late decision first."""
    owed = OutgoingMail.objects.owed().filter(endorsement=OuterRef("pk"), created_at__gt=at - outbox.GIVE_UP)
    return endorsements.exclude(Exists(owed))


def _erase_contact(endorsement: Endorsement, *, at: datetime) -> None:
    record("erase_contact", subject=endorsement, by=WORKER, at=at)
    OutgoingMail.objects.owed().filter(endorsement=endorsement).delete()
    endorsement.links.filter(purpose__in=_BOTH_CONTACTS).delete()
    erase_contact(endorsement, at=at)
    endorsement.save()


def find_settled_disputes(*, at: datetime) -> QuerySet[Dispute]:
    """Return the disputes settled long ago."""
    return Dispute.objects.filter(settled_at__lte=at - periods.SETTLED_DISPUTE)


def erase_dispute(dispute: Dispute, *, at: datetime) -> None:
    """Erase the message; the audit log keeps that there was one."""
    record("erase_dispute", subject=dispute.appeal, by=WORKER, at=at)
    dispute.delete()


def find_final_decisions(*, at: datetime) -> QuerySet[Decision]:
    """Return the decisions that can no longer be undone."""
    return Decision.objects.filter(decided_at__lte=at - timedelta(seconds=settings.UNDO_SECONDS))


def erase_decision(decision: Decision, *, at: datetime) -> None:
    """Erase what undoing would restore; the audit log keeps that the decision was made."""
    decision.delete()


def find_expired_contact_changes(*, at: datetime) -> QuerySet[ContactChange]:
    """Return the contact changes that one of the two mailboxes did not confirm while its link worked."""
    of_change = PrivateLink.objects.filter(endorsement=OuterRef("endorsement"), purpose__in=_BOTH_CONTACTS)
    used = of_change.filter(digest__in=_list_waiting_links(at=at))
    return ContactChange.objects.exclude(Exists(of_change.live(at))).exclude(Exists(used))


def erase_contact_change(change: ContactChange, *, at: datetime) -> None:
    """Erase the proposed person and mailbox; the contact stays as it is."""
    change.delete()


def find_expired_links(*, at: datetime) -> QuerySet[PrivateLink]:
    """Return the links and codes that have expired."""
    return PrivateLink.objects.filter(expires_at__lte=at).exclude(digest__in=_list_waiting_links(at=at))


def erase_link(link: PrivateLink, *, at: datetime) -> None:
    """Erase the hash of the link."""
    link.delete()


def find_old_mails(*, at: datetime) -> QuerySet[OutgoingMail]:
    """Return the mails delivered, given up or dropped long ago."""
    until = at - periods.DELIVERED_MAIL
    return OutgoingMail.objects.filter(Q(sent_at__lte=until) | Q(failed_at__lte=until) | Q(dropped_at__lte=until))


def erase_mail(mail: OutgoingMail, *, at: datetime) -> None:
    """Erase also that the mail was sent."""
    mail.delete()


def erase_mailbox_indexes(*, at: datetime) -> int:
    """Clear the hash of the mailbox in mails that no longer count for a limit; return in how many."""
    until = at - periods.MAILBOX_OF_MAIL
    old = OutgoingMail.objects.filter(Q(sent_at__lte=until) | Q(dropped_at__lte=until)).exclude(mailbox_index="")
    LinkRequest.objects.filter(requested_at__lte=at - periods.UNCONFIRMED).delete()
    return old.update(mailbox_index="")


def find_old_batches(*, at: datetime) -> QuerySet[Batch]:
    """Return the bulk actions carried out or proposed long ago."""
    return Batch.objects.filter(begun_at__lte=at - periods.BATCH)


def erase_batch(batch: Batch, *, at: datetime) -> None:
    """Erase which endorsements it was about; what was done with each is in the audit log."""
    batch.delete()


def find_old_uploads(*, at: datetime) -> QuerySet[BulkUpload]:
    """Return the tables of endorsements uploaded long ago."""
    return BulkUpload.objects.filter(created_at__lte=at - periods.BULK_UPLOAD)


def erase_upload(upload: BulkUpload, *, at: datetime) -> None:
    """Erase the table with every row that was not added."""
    upload.delete()


def find_forgotten_drafts(*, at: datetime) -> QuerySet[AppealDraft]:
    """Return the appeals that are not published and that nobody has changed for long."""
    return AppealDraft.objects.filter(changed_at__lte=at - periods.DRAFT)


def erase_draft(draft: AppealDraft, *, at: datetime) -> None:
    """Erase a draft with its text."""
    draft.delete()


def erase_done_intake_rows(*, at: datetime) -> Iterator[None]:
    """Erase that something was sent and has been processed long ago; yield after each step."""
    done = IntakeRow.objects.filter(done_at__lte=at - periods.DONE_INTAKE).order_by("done_at")
    while numbers := list(done.values_list("pk", flat=True)[:_AT_ONCE]):
        IntakeRow.objects.filter(pk__in=numbers).delete()
        yield


def erase_network_indexes(*, at: datetime) -> int:
    """Clear the hash of the network in old endorsements; return in how many."""
    old = Endorsement.objects.filter(submitted_at__lte=at - periods.NETWORK).exclude(network_index="")
    return old.update(network_index="")
