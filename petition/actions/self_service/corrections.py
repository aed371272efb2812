"""Corrections: the organisation proposes another line, a moderator accepts or refuses; until then the old one stays."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, Actor, record
from petition.actions.lifecycle import AlreadyDecided, locked, refuse_if_being_withdrawn
from petition.actions.moderation import decision_records, spelling
from petition.actions.moderation.spelling import Proposal, SameBodyTwice
from petition.actions.self_service.private_links import behind
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import AuditEvent, Correction, CorrectionState, Endorsement, Origin, State
from petition.models.endorsements import ACTIVE
from petition.security import encryption

__all__ = ["Proposal", "SameBodyTwice", "accept", "propose", "refuse"]


@transaction.atomic
def propose(digest: str, proposal: Proposal, *, at: datetime, old_line_public: bool = False) -> None:
    """The proposal waits for a moderator, in place of an earlier one. Raises NoSuchLink, NotPossible.

    `old_line_public`: the organisation agrees that its line, as it is now, stays in the public list of changes.
    The proposal is sealed: this process can't read it again. The originals are hidden or shown, never corrected.
    """
    endorsement = locked(behind(digest, at=at).pk)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state not in ACTIVE or endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    endorsement.corrections.waiting().delete()
    Correction.objects.create(
        endorsement=endorsement,
        sealed_proposal=encryption.seal(asdict(proposal)),
        old_line_public=old_line_public,
        proposed_at=at,
    )
    record("propose_correction", subject=endorsement, by=CONTACT, at=at)


@transaction.atomic
def accept(correction_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """The line reads as proposed, wherever it stands. Raises AlreadyDecided, CannotOpen, SameBodyTwice."""
    correction, endorsement = _waiting(correction_id)
    proposal = Proposal(**encryption.opened(correction.sealed_proposal))
    event = record("correct", subject=endorsement, by=by, at=at)
    was = {"correction": correction.pk, "proposal": asdict(proposal), "line": spelling.line_before(endorsement)}
    spelling.change(endorsement, proposal, event=event, old_line_public=correction.old_line_public)
    _decided(correction, CorrectionState.ACCEPTED, at=at)
    mail = decision_records.owe_later("correction_accepted", endorsement, content={"correction": correction.pk}, at=at)
    decision_records.remember(endorsement, "correct", before=endorsement.state, by=by, at=at, mail=mail, was=was)
    return endorsement


@transaction.atomic
def refuse(correction_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """The line stays as it was. Raises AlreadyDecided, CannotOpen."""
    correction, endorsement = _waiting(correction_id)
    was = {"correction": correction.pk, "proposal": encryption.opened(correction.sealed_proposal)}
    record("refuse_correction", subject=endorsement, by=by, at=at)
    _decided(correction, CorrectionState.REFUSED, at=at)
    mail = decision_records.owe_later("correction_refused", endorsement, content={"correction": correction.pk}, at=at)
    decision_records.remember(
        endorsement, "refuse_correction", before=endorsement.state, by=by, at=at, mail=mail, was=was
    )
    return endorsement


def _waiting(correction_id: int) -> tuple[Correction, Endorsement]:
    """The correction and its endorsement, locked. First decision wins here as well."""
    endorsement = locked(Correction.objects.get(pk=correction_id).endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    correction = Correction.objects.get(pk=correction_id)
    if correction.state != CorrectionState.PROPOSED or endorsement.state not in ACTIVE:
        about = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk)
        decided = about.filter(verb__in=("correct", "refuse_correction", "reject")).latest("pk")
        raise AlreadyDecided(decided, State(endorsement.state))
    return correction, endorsement


def _decided(correction: Correction, state: CorrectionState, *, at: datetime) -> None:
    correction.state, correction.decided_at, correction.sealed_proposal = state, at, ""
    correction.save()
