"""One deed on many endorsements: begun as it was shown, carried out piece by piece, taken back as one step."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from petition.actions.audit import Actor, record_of
from petition.actions.lifecycle import AlreadyDecided, NotPossible, lock_all, locked
from petition.actions.moderation import decision_mails, decision_records, decisions as moderation, hold, versions
from petition.actions.moderation.decision_mails import UnknownReason
from petition.actions.moderation.decisions import EndorsedAgain, MailboxNotProven
from petition.models import Batch, BatchDeed, BatchPart, BatchState, Endorsement, Outcome, State, Suspicion
from petition.models.endorsements import UNDECIDED
from petition.reference import clock
from petition.security.encryption import CannotOpen

ALONE = 25
"""More approvals or rejections than this in one step take two people, whether they send a mail or not."""
_ALONE_ANY = (BatchDeed.QUARANTINE, BatchDeed.RELEASE)
"""What never waits for a second person: no verdict, no mail."""
_AT_ONCE = {BatchDeed.QUARANTINE: 2000, BatchDeed.RELEASE: 2000, BatchDeed.APPROVE: 25, BatchDeed.REJECT: 25}
"""How many endorsements one transaction deals with: with mails and lines on the list each takes a while."""

_REASONS = {BatchDeed.QUARANTINE: Suspicion.MODERATOR, BatchDeed.REJECT: decision_mails.OTHER}
"""The deeds that have a reason, and the one where none is given."""


class SamePerson(Exception):
    """Who proposed it is not the second person."""


class NothingToDo(Exception):
    """None of the endorsements is in a state for this deed."""


def open_to(deed: str) -> QuerySet[Endorsement]:
    """The endorsements on which `deed` can be done now."""
    if deed == BatchDeed.QUARANTINE:
        return hold.open_to_quarantine()
    if deed == BatchDeed.RELEASE:
        return Endorsement.objects.quarantined().not_being_withdrawn()
    states = (State.CONFIRMED,) if deed == BatchDeed.APPROVE else UNDECIDED
    return Endorsement.objects.not_being_withdrawn().filter(state__in=states)


def told_of(deed: str, endorsements: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
    """Those to whom `deed` may send a mail: quarantine to none, a decision to each mailbox that was proven."""
    if deed in (BatchDeed.QUARANTINE, BatchDeed.RELEASE):
        return endorsements.none()
    return endorsements.filter(confirmed_at__isnull=False, contact__isnull=False)


def is_single_handed(deed: BatchDeed, numbers: Iterable[int]) -> bool:
    """Whether who begins `deed` carries it out as well."""
    return not needs_second(deed, open_to(deed).filter(pk__in=list(numbers)).count())


def needs_second(deed: str, count: int) -> bool:
    """Whether `deed` on so many endorsements takes a second person."""
    return deed not in _ALONE_ANY and count > ALONE


def names_taken_off(batch: Batch, *, at: datetime) -> int:
    """Return how many names taking `batch` back would take off the list; none within its minute, when no mail left."""
    if (
        batch.deed != BatchDeed.APPROVE
        or batch.carried_out_at is None
        or at < decision_records.until(batch.carried_out_at)
    ):
        return 0
    return batch.parts.filter(outcome=Outcome.DONE).count() if batch.may_be_taken_back else 0


@transaction.atomic
def begin(
    deed: BatchDeed,
    numbers: Iterable[int],
    *,
    reason: str = "",
    shown_at: int | None = None,
    by: int,
    at: datetime,
) -> Batch:
    """A batch of these endorsements is under way, or waits for a second person; `by` is a staff account's number.

    Those that are not in a state for the deed are left out, and those that have changed since `shown_at` was the
    newest event. `reason` is that of a quarantine or a rejection. Raises NothingToDo, UnknownReason.
    """
    reason = reason or _REASONS.get(deed, "")
    found = open_to(deed).filter(pk__in=list(numbers)).order_by("pk")
    if shown_at is not None:
        found = versions.unchanged_since(found, shown_at)
    rows = list(found.values_list("pk", "quarantined_for", versions.last_change()))
    if not rows:
        raise NothingToDo
    if deed == BatchDeed.REJECT:
        decision_mails.of_rejection(reason, settings.LANGUAGE_CODE)  # raises UnknownReason
    alone = not needs_second(deed, len(rows))
    batch = Batch.objects.create(
        deed=deed,
        state=BatchState.RUNNING if alone else BatchState.PROPOSED,
        reason=reason if deed in _REASONS else "",
        begun_by=by,
        begun_at=at,
        carried_out_by=by if alone else None,
        carried_out_at=at if alone else None,
    )
    BatchPart.objects.bulk_create(
        BatchPart(batch=batch, endorsement_id=pk, quarantined_for=before, seen=seen) for pk, before, seen in rows
    )
    record_of("batch", batch.pk, "begin" if alone else "propose", by=Actor.staff(by), at=at, reason=deed)
    return batch


@transaction.atomic
def second(batch_id: int, *, by: int, at: datetime) -> None:
    """What one person proposed is under way, as another one wants. Does nothing twice. Raises SamePerson."""
    batch = _locked(batch_id)
    if batch.state != BatchState.PROPOSED:
        return
    if batch.begun_by == by:
        raise SamePerson
    batch.state, batch.carried_out_by, batch.carried_out_at = BatchState.RUNNING, by, at
    batch.save()
    record_of("batch", batch.pk, "begin", by=Actor.staff(by), at=at, reason=batch.deed)


@transaction.atomic
def drop(batch_id: int, *, by: int, at: datetime) -> None:
    """What was proposed will not be done, whoever says so. Does nothing to what is under way."""
    batch = _locked(batch_id)
    if batch.state == BatchState.PROPOSED:
        batch.state = BatchState.DROPPED
        batch.save()
        record_of("batch", batch.pk, "drop", by=Actor.staff(by), at=at, reason=batch.deed)


@transaction.atomic
def undo(batch_id: int, *, by: int, at: datetime) -> None:
    """Everything that was done and that nobody has touched since is being taken back, mails that still wait too."""
    batch = _locked(batch_id)
    if batch.may_be_taken_back:
        batch.parts.filter(outcome=Outcome.WAITING).update(outcome=Outcome.SKIPPED)
        batch.state, batch.undone_by, batch.undone_at = BatchState.UNDOING, by, at
        batch.save()
        record_of("batch", batch.pk, "undo", by=Actor.staff(by), at=at, reason=batch.deed)


def go_on(*, batch_id: int | None = None, seconds: float = 0) -> bool:
    """The oldest batch under way, or this one, gets on by one piece, and by more until `seconds` have passed.

    Says whether there may be more to do. Several may call it at once; each piece is done by one.
    """
    until = time.monotonic() + seconds
    while _under_way(batch_id).exists():
        _one_piece(batch_id)
        if time.monotonic() >= until:
            return True
    return False


def _under_way(batch_id: int | None) -> QuerySet[Batch]:
    found = Batch.objects.filter(state__in=(BatchState.RUNNING, BatchState.UNDOING)).order_by("pk")
    return found.filter(pk=batch_id) if batch_id else found


@transaction.atomic
def _one_piece(batch_id: int | None) -> None:
    batch = _under_way(batch_id).select_for_update().first()
    if batch is None:
        return  # somebody else did the last piece
    is_undoing = batch.state == BatchState.UNDOING
    parts = list(
        batch.parts.filter(outcome=Outcome.DONE if is_undoing else Outcome.WAITING).order_by("pk")[
            : _AT_ONCE[BatchDeed(batch.deed)]
        ]
    )
    if not parts:
        batch.state = BatchState.UNDONE if is_undoing else BatchState.DONE
        batch.save()
        return
    lock_all(part.endorsement_id for part in parts)  # each deed below takes the appeal's lock, which comes after all
    done = set((_undone if is_undoing else _carried_out)(batch, parts))
    happened = [part.pk for part in parts if part.endorsement_id in done]
    others = [part.pk for part in parts if part.endorsement_id not in done]
    BatchPart.objects.filter(pk__in=happened).update(outcome=Outcome.UNDONE if is_undoing else Outcome.DONE)
    BatchPart.objects.filter(pk__in=others).update(outcome=Outcome.KEPT if is_undoing else Outcome.SKIPPED)


def _carried_out(batch: Batch, parts: list[BatchPart]) -> list[int]:
    """The numbers of the endorsements to which the deed was done; the others have changed meanwhile."""
    numbers = [part.endorsement_id for part in parts]
    by, at = Actor.staff(batch.carried_out_by or 0), batch.carried_out_at or batch.begun_at
    if batch.deed == BatchDeed.QUARANTINE:
        return hold.set_aside(numbers, reason=batch.reason, by=by, at=at)
    if batch.deed == BatchDeed.RELEASE:
        return hold.release(numbers, by=by, at=at)
    is_rejection = batch.deed == BatchDeed.REJECT
    deed = partial(moderation.reject, reason=batch.reason) if is_rejection else moderation.approve
    seen = {part.endorsement_id: part.seen for part in parts}
    done = _each(_if_as_seen(deed, seen), numbers, by=by, at=at)
    decision_records.put_off(done, at=max(at, clock.now()))
    return done


class _ChangedSince(Exception):
    """It is no longer what was shown."""


def _if_as_seen(deed: Callable[..., Endorsement], seen: dict[int, int | None]) -> Callable[..., Endorsement]:
    """`deed`, but only on what has not changed since; the lock keeps it so until the deed is done."""

    def done(number: int, *, by: Actor, at: datetime) -> Endorsement:
        locked(number)
        if versions.last_change_of(number) != seen[number]:
            raise _ChangedSince
        return deed(number, by=by, at=at)

    return done


def _undone(batch: Batch, parts: list[BatchPart]) -> list[int]:
    """The same for taking back: of each nothing may have happened since."""
    numbers = [part.endorsement_id for part in parts]
    by, at = Actor.staff(batch.undone_by or 0), batch.undone_at or batch.begun_at
    rows = Endorsement.objects.filter(pk__in=numbers)
    if batch.deed == BatchDeed.QUARANTINE:
        still = rows.filter(quarantined_at=batch.carried_out_at, quarantined_for=batch.reason)
        return hold.release(list(still.values_list("pk", flat=True)), by=by, at=at)
    if batch.deed == BatchDeed.RELEASE:
        return [
            pk
            for reason in sorted({part.quarantined_for for part in parts})
            for pk in hold.set_aside(
                [part.endorsement_id for part in parts if part.quarantined_for == reason], reason=reason, by=by, at=at
            )
        ]
    is_approval = batch.deed == BatchDeed.APPROVE
    still = rows.filter(state=State.APPROVED if is_approval else State.REJECTED, decided_at=batch.carried_out_at)
    back = moderation.revoke if is_approval else moderation.reopen
    return _each(back, list(still.values_list("pk", flat=True)), by=by, at=at)


_LEFT_ALONE = (
    *(AlreadyDecided, NotPossible, MailboxNotProven, EndorsedAgain, UnknownReason, CannotOpen, _ChangedSince),
    Endorsement.DoesNotExist,
)


def _each(deed: Callable[..., Endorsement], numbers: list[int], *, by: Actor, at: datetime) -> list[int]:
    done = []
    for number in numbers:
        try:
            with transaction.atomic():
                deed(number, by=by, at=at)
        except _LEFT_ALONE:
            continue
        done.append(number)
    return done


def _locked(batch_id: int) -> Batch:
    return Batch.objects.select_for_update().get(pk=batch_id)
