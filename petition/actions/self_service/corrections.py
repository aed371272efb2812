"""Corrections of an entry: the organisation proposes one, and a moderator accepts or refuses it."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, Actor, record
from petition.actions.lifecycle import lock_endorsement, refuse_if_being_withdrawn
from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing import queue
from petition.actions.moderation import decision_records, name_changes
from petition.actions.refusals import AlreadyDecided, NotPossible
from petition.actions.self_service.private_links import lock_by_link
from petition.models import AuditEvent, Correction, CorrectionState, Endorsement, Origin, State
from petition.models.choices import ACTIVE
from petition.security import encryption


@transaction.atomic
def propose_correction(digest: str, proposal: EntryProposal, *, at: datetime, old_line_public: bool = False) -> None:
    """Store a proposal for a moderator, in place of an earlier one. Raises NoSuchLink, NotPossible.

    `old_line_public`: the organisation agrees that its present entry stays in the public list of changes. An original
    cannot be corrected, only hidden or shown. The proposal is encrypted: the public process cannot read it again.
    """
    endorsement = lock_by_link(digest, at=at)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state not in ACTIVE or endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    endorsement.corrections.waiting().delete()
    correction = Correction(endorsement=endorsement, old_line_public=old_line_public, proposed_at=at)
    encryption.encrypt_column(correction, "sealed_proposal", asdict(proposal))
    correction.save()
    record("propose_correction", subject=endorsement, by=CONTACT, at=at)


@transaction.atomic
def accept_correction(correction_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Change the entry as proposed. Raises AlreadyDecided, CannotDecrypt, DuplicateEndorsement."""
    correction, endorsement = _lock_waiting(correction_id)
    proposal = EntryProposal(**encryption.decrypt_column(correction, "sealed_proposal"))
    event = record("correct", subject=endorsement, by=by, at=at)
    was = {
        "correction": correction.pk,
        "proposal": asdict(proposal),
        "line": name_changes.read_entry_fields(endorsement),
    }
    name_changes.change_name(endorsement, proposal, event=event, old_line_public=correction.old_line_public)
    _save_decision(correction, CorrectionState.ACCEPTED, at=at)
    content, due = {"correction": correction.pk}, decision_records.undo_deadline(at)
    mail = queue.queue_mail_to_contact("correction_accepted", endorsement, content=content, at=at, due=due)
    decision_records.remember(endorsement, "correct", before=endorsement.state, by=by, at=at, mail=mail, was=was)
    return endorsement


@transaction.atomic
def refuse_correction(correction_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Refuse the correction: the entry stays as it is. Raises AlreadyDecided, CannotDecrypt."""
    correction, endorsement = _lock_waiting(correction_id)
    was = {"correction": correction.pk, "proposal": encryption.decrypt_column(correction, "sealed_proposal")}
    record("refuse_correction", subject=endorsement, by=by, at=at)
    _save_decision(correction, CorrectionState.REFUSED, at=at)
    content, due = {"correction": correction.pk}, decision_records.undo_deadline(at)
    mail = queue.queue_mail_to_contact("correction_refused", endorsement, content=content, at=at, due=due)
    decision_records.remember(
        endorsement, "refuse_correction", before=endorsement.state, by=by, at=at, mail=mail, was=was
    )
    return endorsement


def _lock_waiting(correction_id: int) -> tuple[Correction, Endorsement]:
    """Return the correction and its locked endorsement. Raises AlreadyDecided: the first decision wins."""
    endorsement = lock_endorsement(Correction.objects.get(pk=correction_id).endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    correction = Correction.objects.get(pk=correction_id)
    if correction.state != CorrectionState.PROPOSED or endorsement.state not in ACTIVE:
        events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk)
        decision = events.filter(verb__in=("correct", "refuse_correction", "reject")).latest("pk")
        raise AlreadyDecided(decision, State(endorsement.state))
    return correction, endorsement


def _save_decision(correction: Correction, state: CorrectionState, *, at: datetime) -> None:
    correction.state, correction.decided_at, correction.sealed_proposal = state, at, ""
    correction.save()
