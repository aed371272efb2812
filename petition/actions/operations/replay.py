"""What the journal of removals knows and the database does not is removed again, as after restoring a backup."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from petition.actions.audit import Actor, record
from petition.actions.endorsing import confirmation
from petition.actions.lifecycle import locked, move
from petition.actions.listing import entries
from petition.actions.operations.removal_journal import REPLAYED, Journal, OldLine
from petition.actions.self_service import own_page, withdrawal
from petition.models import AuditEvent, Endorsement, Origin, Purpose, Removal, RemovalKind, State

_LISTED = Q(verb__in=("approve", "show", "cancel_withdrawal")) | Q(verb="undo", reason="hide")
_ERASED = {RemovalKind.ERASE, RemovalKind.FORGET, RemovalKind.ERASE_CONTACT, RemovalKind.CHANGE_CONTACT}
_AT_ONCE = 500
_OLD_LINES = uuid.UUID("6b3a4f1e-0c55-4d0e-9b6f-6a8f2f7f5f10")


@dataclass
class Replayed:
    """How many endorsements were hidden again, withdrawn again, and so on."""

    counts: Counter[RemovalKind] = field(default_factory=Counter)


def replay(
    journal: Journal, *, by: Actor, at: datetime, tell: Callable[[int, int], None] = lambda done, of: None
) -> Replayed:
    """Do again what `journal` knows and the database does not: hide, unlist, withdraw, erase. Again changes nothing.

    What was published again after its removal stays. The rows are in the table afterwards. Each endorsement is done in
    a transaction of its own, with its rows, so that a run which was killed goes on where it stopped.
    `tell` hears how many endorsements are done, and of how many.
    """
    stored = set(Removal.objects.values_list("uid", flat=True))
    removals = journal.removals + [found for old in journal.old_lines if (found := _of_old_line(old))]
    missing: dict[tuple[int, datetime], list[Removal]] = {}
    for removal in removals:
        if removal.uid not in stored:
            stored.add(removal.uid)
            missing.setdefault((removal.endorsement, removal.submitted_at), []).append(removal)
    result = Replayed()
    there = _those_there(missing)
    gone = [removal for key, rows in missing.items() if key not in there for removal in rows]
    Removal.objects.bulk_create(gone, batch_size=_AT_ONCE)  # made and removed after the backup: nothing to do
    for done, key in enumerate(sorted(there), 1):
        result.counts.update(_one(key[0], missing[key], by=by, at=at))
        tell(done, len(there))
    return result


def _those_there(missing: Iterable[tuple[int, datetime]]) -> set[tuple[int, datetime]]:
    """Those of the endorsements that the database has; a later one with the same number was sent at another time."""
    wanted, numbers = set(missing), sorted({number for number, _ in missing})
    found: set[tuple[int, datetime]] = set()
    for start in range(0, len(numbers), _AT_ONCE):
        rows = Endorsement.objects.filter(pk__in=numbers[start : start + _AT_ONCE])
        found |= wanted & set(rows.values_list("pk", "submitted_at"))
    return found


@transaction.atomic
def _one(number: int, missing: list[Removal], *, by: Actor, at: datetime) -> set[RemovalKind]:
    """Do again what the rows say, all of one endorsement; return what there was to do."""
    endorsement = locked(number)
    earlier = list(Removal.objects.filter(endorsement=number, submitted_at=endorsement.submitted_at).order_by("pk"))
    Removal.objects.bulk_create(missing)
    # In doubt a name is removed: what only the journal knows counts as later than what the database knows.
    hidden, unlisted = _in_force([RemovalKind(row.kind) for row in (*earlier, *missing)])
    kinds = {RemovalKind(row.kind) for row in missing}
    done: set[RemovalKind] = set()
    if kinds & _ERASED and endorsement.state == State.SUBMITTED:  # nobody is left who could confirm it
        confirmation.erase(endorsement, by=by, reason=REPLAYED, at=at)
        return {RemovalKind.ERASE}
    if RemovalKind.WITHDRAW in kinds and endorsement.state != State.WITHDRAWN and _may_end(endorsement):
        withdrawal.end(endorsement, by=by, at=at, reason=REPLAYED)
        done.add(RemovalKind.WITHDRAW)
    if hidden and endorsement.state != State.WITHDRAWN and entries.hide(endorsement, by=by, at=at, reason=REPLAYED):
        done.add(RemovalKind.HIDE)
    if unlisted and endorsement.state == State.APPROVED and endorsement.withdrawal_due_at is None:
        event = move(endorsement, to=State.CONFIRMED, by=by, at=at, reason=REPLAYED)
        entries.unlist(endorsement, event=event)
        endorsement.save()
        done.add(RemovalKind.UNLIST)
    return done | _contact(endorsement, kinds, by=by, at=at)


def _may_end(endorsement: Endorsement) -> bool:
    return endorsement.origin != Origin.IMPORTED


def _in_force(kinds: list[RemovalKind]) -> tuple[bool, bool]:
    """Whether the name is hidden and whether it is unlisted after all of `kinds`, one after the other."""
    hidden = unlisted = False
    for kind in kinds:
        if kind == RemovalKind.LIST:
            hidden = unlisted = False
        hidden = hidden or kind == RemovalKind.HIDE
        unlisted = unlisted or kind == RemovalKind.UNLIST
    return hidden, unlisted


def _contact(endorsement: Endorsement, kinds: set[RemovalKind], *, by: Actor, at: datetime) -> set[RemovalKind]:
    """Contact and links that were erased or replaced are gone. What replaced them is not in the backup."""
    links = endorsement.links.all()
    if kinds & {RemovalKind.FORGET, RemovalKind.CHANGE_CONTACT}:
        record("forget", subject=endorsement, by=by, at=at, reason=REPLAYED)
        own_page.erase_traces(endorsement, at=at)
    elif RemovalKind.ERASE_CONTACT in kinds:
        record("erase_contact", subject=endorsement, by=by, at=at, reason=REPLAYED)
        own_page.forget_contact(endorsement, at=at)
        endorsement.save()
    if RemovalKind.END_LINKS in kinds:
        record("end_links", subject=endorsement, by=by, at=at, reason=REPLAYED)
        links.filter(purpose=Purpose.OWN_PAGE).delete()
    if RemovalKind.END_CODE in kinds:
        record("new_code", subject=endorsement, by=by, at=at, reason=REPLAYED)
        links.filter(purpose=Purpose.REMOVAL_CODE).delete()
    return kinds & {
        RemovalKind.FORGET,
        RemovalKind.CHANGE_CONTACT,
        RemovalKind.ERASE_CONTACT,
        RemovalKind.END_LINKS,
        RemovalKind.END_CODE,
    }


def _of_old_line(old: OldLine) -> Removal | None:
    """The removal that a line from before the table tells; None if its name was listed anew after it."""
    kind, _, number = old.reference.rpartition("-")
    rows = Endorsement.objects.filter(signatory__appeal__slug=old.appeal, signatory__kind=kind)
    endorsement = rows.filter(signatory__number=number).first()
    if endorsement is None:
        return None
    about = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk).filter(_LISTED)
    if about.filter(at__gt=old.at).exists():
        return None
    return Removal(
        uid=uuid.uuid5(_OLD_LINES, f"{old.appeal} {old.reference} {old.at.isoformat()}"),
        kind=RemovalKind.HIDE,
        appeal=old.appeal,
        reference=old.reference,
        endorsement=endorsement.pk,
        submitted_at=endorsement.submitted_at,
        at=old.at,
    )
