"""How a moderator made sure of an organisation, and whether it is a member. No rung of the ladder is compulsory."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import locked, refuse_if_being_withdrawn
from petition.actions.listing import entries
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import AuditEvent, Check, Endorsement, Signatory, State, Status
from petition.security import encryption

_VERB = "check"


@dataclass(frozen=True)
class Checked:
    """What was found. `how` is '' when nothing beyond its own mailbox was checked; `voucher` is a listed line."""

    how: str
    member: bool
    note: str = ""
    voucher: int | None = None


class Stale(Exception):
    """Somebody recorded something else since the page was opened. `event` is what they did."""

    def __init__(self, event: AuditEvent) -> None:
        super().__init__("recorded by somebody else since")
        self.event = event


def version(endorsement_id: int) -> int:
    """The number of the last record of a check; 0 when there is none. Who records says which one they saw."""
    return _records(endorsement_id).values_list("pk", flat=True).first() or 0


@transaction.atomic
def check(endorsement_id: int, checked: Checked, *, seen: int, by: Actor, at: datetime) -> Endorsement:
    """It is on record how the organisation was checked; a listed line says so at once. Raises Stale, NotPossible.

    NotPossible: it has ended, it was imported, or who vouches for it is not listed.
    """
    endorsement = locked(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state == State.WITHDRAWN or (checked.how == Check.IMPORTED) != (
        endorsement.checked_how == Check.IMPORTED
    ):
        raise NotPossible
    last = _records(endorsement_id).first()
    if last and last.pk != seen:
        raise Stale(last)
    endorsement.vouched_by = _voucher(endorsement, checked)
    endorsement.checked_how = checked.how
    endorsement.member_confirmed = checked.member
    endorsement.sealed_check_note = encryption.seal(checked.note) if checked.note else ""
    event = record(_VERB, subject=endorsement, by=by, at=at, reason=checked.how)
    entries.show_check(endorsement, event=event)
    endorsement.save()
    return endorsement


def _records(endorsement_id: int) -> QuerySet[AuditEvent]:
    about = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement_id)
    return about.filter(verb=_VERB).order_by("-pk")


def _voucher(endorsement: Endorsement, checked: Checked) -> Signatory | None:
    if checked.how != Check.VOUCHED:
        return None
    listed = Signatory.objects.filter(appeal=endorsement.appeal_id, status=Status.LISTED)
    voucher = listed.filter(pk=checked.voucher or 0).exclude(pk=endorsement.signatory_id or 0).first()
    if voucher is None:
        raise NotPossible
    return voucher
