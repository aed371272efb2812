"""Do one action on many endorsements as they were shown, in pieces, and undo it as one step."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from petition.actions import stale_forms
from petition.actions.audit import Actor, record_for
from petition.actions.lifecycle import lock_endorsement, lock_endorsements
from petition.actions.listing import entries
from petition.actions.mailing import decision_mails
from petition.actions.moderation import decision_records, decisions, hold
from petition.actions.refusals import (
    AlreadyDecided,
    ChangedMeanwhile,
    EndorsedAgain,
    MailboxNotConfirmed,
    NothingToDo,
    NotPossible,
    SecondPersonNeeded,
    UnknownReason,
)
from petition.models import (
    Batch,
    BatchAction,
    BatchOutcome,
    BatchPart,
    BatchState,
    Endorsement,
    Origin,
    State,
    Status,
    Suspicion,
)
from petition.models.choices import UNDECIDED
from petition.reference import clock
from petition.security.encryption import CannotDecrypt

MOST_BY_ONE_PERSON = 25
"""More approvals or rejections than this in one step take two people, whether they send a mail or not."""
_ALWAYS_BY_ONE_PERSON = (BatchAction.QUARANTINE, BatchAction.RELEASE)  # no decision, no mail
REMOVING = (BatchAction.REVOKE, BatchAction.HIDE)
"""These take names off the list: always by two people, and undone one by one."""
# How many endorsements one transaction changes. It holds their locks, and mails and public entries take a while.
_PIECE = dict.fromkeys(BatchAction, 25) | dict.fromkeys(_ALWAYS_BY_ONE_PERSON, 2000)
# The actions that have a reason, and the one where none is given.
_REASONS = {BatchAction.QUARANTINE: Suspicion.MODERATOR, BatchAction.REJECT: decision_mails.OTHER_REASON}


def list_eligible(action: str) -> QuerySet[Endorsement]:
    """Return the endorsements on which `action` can be done now."""
    if action == BatchAction.QUARANTINE:
        return hold.list_eligible()
    if action == BatchAction.RELEASE:
        return Endorsement.objects.on_hold().not_being_withdrawn()
    if action in REMOVING:
        listed = Endorsement.objects.not_being_withdrawn().filter(signatory__status=Status.LISTED)
        return listed.exclude(origin=Origin.IMPORTED) if action == BatchAction.REVOKE else listed
    states = (State.CONFIRMED,) if action == BatchAction.APPROVE else UNDECIDED
    return Endorsement.objects.not_being_withdrawn().filter(state__in=states)


def filter_mail_recipients(action: str, endorsements: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
    """Return those to which `action` may send a mail: a decision, to each confirmed mailbox."""
    if action in (*_ALWAYS_BY_ONE_PERSON, *REMOVING):
        return endorsements.none()
    return endorsements.filter(confirmed_at__isnull=False, contact__isnull=False)


def can_carry_out_alone(action: BatchAction, numbers: Iterable[int]) -> bool:
    """Return whether the person who starts `action` on these endorsements also carries it out."""
    return not needs_second_person(action, list_eligible(action).filter(pk__in=list(numbers)).count())


def needs_second_person(action: str, count: int) -> bool:
    """Return whether `action` on so many endorsements takes a second person."""
    return action in REMOVING or (action not in _ALWAYS_BY_ONE_PERSON and count > MOST_BY_ONE_PERSON)


def count_names_removed_by_undo(batch: Batch, *, at: datetime) -> int:
    """Return how many names undoing `batch` would remove from the list; 0 within its minute, when no mail has left."""
    if (
        batch.deed != BatchAction.APPROVE
        or batch.carried_out_at is None
        or at < decision_records.undo_deadline(batch.carried_out_at)
    ):
        return 0
    return batch.parts.filter(outcome=BatchOutcome.DONE).count() if batch.can_be_undone else 0


@transaction.atomic
def start(
    action: BatchAction,
    numbers: Iterable[int],
    *,
    reason: str = "",
    seen: int | None = None,
    by: int,
    at: datetime,
) -> Batch:
    """Start a batch of these endorsements, or propose it to a second person; `by` is the number of a staff account.

    Leaves out those that are not in a state for the action, and those that have changed since `seen` was the newest
    event. `reason` is that of a hold or a rejection. Raises NothingToDo, UnknownReason.
    """
    reason = reason or _REASONS.get(action, "")
    endorsements = list_eligible(action).filter(pk__in=list(numbers)).order_by("pk")
    if seen is not None:
        endorsements = stale_forms.unchanged_since(endorsements, seen)
    rows = list(endorsements.values_list("pk", "quarantined_for", stale_forms.last_change_column()))
    if not rows:
        raise NothingToDo
    if action == BatchAction.REJECT:
        decision_mails.build_rejection_mail(reason, settings.LANGUAGE_CODE)  # raises UnknownReason
    is_alone = not needs_second_person(action, len(rows))
    batch = Batch.objects.create(
        deed=action,
        state=BatchState.RUNNING if is_alone else BatchState.PROPOSED,
        reason=reason if action in _REASONS else "",
        begun_by=by,
        begun_at=at,
        carried_out_by=by if is_alone else None,
        carried_out_at=at if is_alone else None,
    )
    BatchPart.objects.bulk_create(
        BatchPart(batch=batch, endorsement_id=pk, quarantined_for=reason_before, seen=token)
        for pk, reason_before, token in rows
    )
    record_for("batch", batch.pk, "begin" if is_alone else "propose", by=Actor.staff(by), at=at, reason=action)
    return batch


@transaction.atomic
def carry_out(batch_id: int, *, by: int, at: datetime) -> None:
    """Start what one person proposed, as another one wants; does nothing twice. Raises SecondPersonNeeded."""
    batch = _lock_batch(batch_id)
    if batch.state != BatchState.PROPOSED:
        return
    if batch.begun_by == by:
        raise SecondPersonNeeded
    batch.state, batch.carried_out_by, batch.carried_out_at = BatchState.RUNNING, by, at
    batch.save()
    record_for("batch", batch.pk, "begin", by=Actor.staff(by), at=at, reason=batch.deed)


@transaction.atomic
def discard(batch_id: int, *, by: int, at: datetime) -> None:
    """Discard what was proposed; anybody may. Does nothing to what is under way."""
    batch = _lock_batch(batch_id)
    if batch.state == BatchState.PROPOSED:
        batch.state = BatchState.DROPPED
        batch.save()
        record_for("batch", batch.pk, "drop", by=Actor.staff(by), at=at, reason=batch.deed)


@transaction.atomic
def undo(batch_id: int, *, by: int, at: datetime) -> None:
    """Start undoing everything that was done and that nobody has changed since; mails that still wait are dropped."""
    batch = _lock_batch(batch_id)
    if batch.can_be_undone:
        batch.parts.filter(outcome=BatchOutcome.WAITING).update(outcome=BatchOutcome.SKIPPED)
        batch.state, batch.undone_by, batch.undone_at = BatchState.UNDOING, by, at
        batch.save()
        record_for("batch", batch.pk, "undo", by=Actor.staff(by), at=at, reason=batch.deed)


def continue_batches(*, batch_id: int | None = None, seconds: float = 0) -> bool:
    """Do one piece of the oldest batch under way, or of this one, and more until `seconds` have passed.

    Return whether there may be more to do. Several processes may call it at once; each piece is done by one.
    """
    until = time.monotonic() + seconds
    while _list_under_way(batch_id).exists():
        _do_piece(batch_id)
        if time.monotonic() >= until:
            return True
    return False


def _list_under_way(batch_id: int | None) -> QuerySet[Batch]:
    batches = Batch.objects.filter(state__in=(BatchState.RUNNING, BatchState.UNDOING)).order_by("pk")
    return batches.filter(pk=batch_id) if batch_id else batches


@transaction.atomic
def _do_piece(batch_id: int | None) -> None:
    batch = _list_under_way(batch_id).select_for_update().first()
    if batch is None:
        return  # somebody else did the last piece
    is_undoing = batch.state == BatchState.UNDOING
    parts = list(
        batch.parts.filter(outcome=BatchOutcome.DONE if is_undoing else BatchOutcome.WAITING).order_by("pk")[
            : _PIECE[BatchAction(batch.deed)]
        ]
    )
    if not parts:
        batch.state = BatchState.UNDONE if is_undoing else BatchState.DONE
        batch.save()
        return
    # All at once: each decision below takes the appeal's lock, which comes after all of theirs (lifecycle.py).
    lock_endorsements(part.endorsement_id for part in parts)
    changed = set((_undo_parts if is_undoing else _carry_out_parts)(batch, parts))
    done = [part.pk for part in parts if part.endorsement_id in changed]
    others = [part.pk for part in parts if part.endorsement_id not in changed]
    BatchPart.objects.filter(pk__in=done).update(outcome=BatchOutcome.UNDONE if is_undoing else BatchOutcome.DONE)
    BatchPart.objects.filter(pk__in=others).update(outcome=BatchOutcome.KEPT if is_undoing else BatchOutcome.SKIPPED)


def _carry_out_parts(batch: Batch, parts: list[BatchPart]) -> list[int]:
    """Carry out the action; return the numbers of the endorsements changed. The others have changed meanwhile."""
    numbers = [part.endorsement_id for part in parts]
    by, at = Actor.staff(batch.carried_out_by or 0), batch.carried_out_at or batch.begun_at
    if batch.deed == BatchAction.QUARANTINE:
        return hold.put_on_hold(numbers, reason=batch.reason, by=by, at=at)
    if batch.deed == BatchAction.RELEASE:
        return hold.release(numbers, by=by, at=at)
    by_action: dict[BatchAction, Callable[..., Endorsement]] = {
        BatchAction.APPROVE: decisions.approve,
        BatchAction.REJECT: partial(decisions.reject, reason=batch.reason),
        BatchAction.REVOKE: decisions.revoke,
        BatchAction.HIDE: _hide,
    }
    decide = by_action[BatchAction(batch.deed)]
    seen = {part.endorsement_id: part.seen for part in parts}
    done = _for_each(_unless_changed(decide, seen), numbers, by=by, at=at)
    if batch.deed not in REMOVING:
        decision_records.postpone_mails(done, at=max(at, clock.now()))
    return done


def _hide(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    endorsement = lock_endorsement(endorsement_id)
    entries.hide_name(endorsement, by=by, at=at)
    return endorsement


def _unless_changed(decide: Callable[..., Endorsement], seen: dict[int, int | None]) -> Callable[..., Endorsement]:
    """Return `decide` with a check before it: it raises ChangedMeanwhile if something changed since it was shown."""

    def decide_if_unchanged(number: int, *, by: Actor, at: datetime) -> Endorsement:
        endorsement = lock_endorsement(number)  # so that nothing changes until the decision is stored
        # A part of an old batch has no token: it counts as changed, since every endorsement has an event.
        stale_forms.refuse_if_changed(endorsement, stale_forms.ANYTHING, seen=seen[number] or 0)
        return decide(number, by=by, at=at)

    return decide_if_unchanged


def _undo_parts(batch: Batch, parts: list[BatchPart]) -> list[int]:
    """Undo the action; return the numbers of the endorsements changed. Nothing may have happened to them since."""
    numbers = [part.endorsement_id for part in parts]
    by, at = Actor.staff(batch.undone_by or 0), batch.undone_at or batch.begun_at
    rows = Endorsement.objects.filter(pk__in=numbers)
    if batch.deed == BatchAction.QUARANTINE:
        unchanged = rows.filter(quarantined_at=batch.carried_out_at, quarantined_for=batch.reason)
        return hold.release(list(unchanged.values_list("pk", flat=True)), by=by, at=at)
    if batch.deed == BatchAction.RELEASE:
        return [
            pk
            for reason in sorted({part.quarantined_for for part in parts})
            for pk in hold.put_on_hold(
                [part.endorsement_id for part in parts if part.quarantined_for == reason], reason=reason, by=by, at=at
            )
        ]
    is_approval = batch.deed == BatchAction.APPROVE
    unchanged = rows.filter(state=State.APPROVED if is_approval else State.REJECTED, decided_at=batch.carried_out_at)
    undo_one = decisions.revoke if is_approval else decisions.reopen
    return _for_each(undo_one, list(unchanged.values_list("pk", flat=True)), by=by, at=at)


_SKIPPED = (
    *(AlreadyDecided, NotPossible, MailboxNotConfirmed, EndorsedAgain, UnknownReason, CannotDecrypt, ChangedMeanwhile),
    Endorsement.DoesNotExist,
)


def _for_each(decide: Callable[..., Endorsement], numbers: list[int], *, by: Actor, at: datetime) -> list[int]:
    done = []
    for number in numbers:
        try:
            with transaction.atomic():  # one that is skipped leaves nothing behind, and the others stay
                decide(number, by=by, at=at)
        except _SKIPPED:
            continue
        done.append(number)
    return done


def _lock_batch(batch_id: int) -> Batch:
    return Batch.objects.select_for_update().get(pk=batch_id)
