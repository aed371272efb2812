"""Record how a moderator verified an organisation, and whether it is a member. No check is required."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from petition.actions import stale_forms
from petition.actions.audit import Actor, record
from petition.actions.lifecycle import lock_endorsement, refuse_if_being_withdrawn
from petition.actions.listing import entries
from petition.actions.refusals import NotPossible
from petition.models import Check, Endorsement, Signatory, State, Status
from petition.security import encryption


@dataclass(frozen=True)
class CheckResult:
    """What was found. `how` is '' when only its own mailbox was checked; `voucher` is the number of a listed entry."""

    how: str
    member: bool
    note: str = ""
    voucher: int | None = None


@transaction.atomic
def record_check(endorsement_id: int, result: CheckResult, *, seen: int, by: Actor, at: datetime) -> Endorsement:
    """Record how the organisation was checked, and publish it with a listed entry. The same again changes nothing.

    Raises NotPossible where the endorsement has ended or was imported, or the voucher is not listed, and
    ChangedMeanwhile where another check was recorded after the event `seen`.
    """
    endorsement = lock_endorsement(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    is_imported = endorsement.checked_how == Check.IMPORTED
    if endorsement.state == State.WITHDRAWN or (result.how == Check.IMPORTED) != is_imported:
        raise NotPossible
    stale_forms.refuse_if_changed(endorsement, stale_forms.CHECK, seen=seen)
    voucher = _find_voucher(endorsement, result)
    if _is_recorded(endorsement, result, voucher):
        return endorsement
    endorsement.vouched_by = voucher
    endorsement.checked_how = result.how
    endorsement.member_confirmed = result.member
    endorsement.sealed_check_note = ""
    if result.note:
        encryption.encrypt_column(endorsement, "sealed_check_note", result.note)
    event = record("check", subject=endorsement, by=by, at=at, reason=result.how)
    entries.publish_check(endorsement, event=event)
    endorsement.save()
    return endorsement


def _is_recorded(endorsement: Endorsement, result: CheckResult, voucher: Signatory | None) -> bool:
    try:
        note = encryption.decrypt_column(endorsement, "sealed_check_note") or ""
    except encryption.CannotDecrypt:
        return False
    recorded = (endorsement.checked_how, endorsement.member_confirmed, endorsement.vouched_by, note)
    return recorded == (result.how, result.member, voucher, result.note)


def _find_voucher(endorsement: Endorsement, result: CheckResult) -> Signatory | None:
    if result.how != Check.VOUCHED:
        return None
    listed = Signatory.objects.filter(appeal=endorsement.appeal_id, status=Status.LISTED)
    voucher = listed.filter(pk=result.voucher or 0).exclude(pk=endorsement.signatory_id or 0).first()
    if voucher is None:
        raise NotPossible
    return voucher
