"""Repeat the removals that are in the removal journal but not in the database, as after restoring a backup."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from petition.actions.audit import Actor, record
from petition.actions.endorsing import contact_erasure
from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.listing import entries
from petition.actions.listing.revision import bump_revision
from petition.actions.operations.removal_journal import REPLAYED, LegacyEntry, RemovalJournal
from petition.actions.self_service import withdrawal
from petition.models import (
    Appeal,
    AuditEvent,
    Endorsement,
    IntakeRow,
    Origin,
    PrivateLink,
    Purpose,
    Removal,
    RemovalKind,
    State,
)
from petition.models.audit import OF_APPEALS
from petition.text.references import parse_reference

_LISTED = Q(verb__in=("approve", "show", "cancel_withdrawal")) | Q(verb="undo", reason="hide")
_ERASED = {RemovalKind.ERASE, RemovalKind.FORGET, RemovalKind.ERASE_CONTACT, RemovalKind.CHANGE_CONTACT}
_AT_ONCE = 500
_NEVER_PROCESSED: Final = (RemovalKind.HIDE, RemovalKind.WITHDRAW, RemovalKind.FORGET, RemovalKind.ERASE)
"""What ends an endorsement, or its name, so that the form it came from must not be processed again."""
_LEGACY_NAMESPACE = uuid.UUID("6b3a4f1e-0c55-4d0e-9b6f-6a8f2f7f5f10")


@dataclass
class ReplayResult:
    """How many endorsements were hidden again, withdrawn again, and so on, by kind."""

    counts: Counter[RemovalKind] = field(default_factory=Counter)
    dropped_rows: int = 0  # of the intake: forms of endorsements that were removed, requests by links that have ended


def replay_removals(
    journal: RemovalJournal, *, by: Actor, at: datetime, on_progress: Callable[[int, int], None] = lambda done, of: None
) -> ReplayResult:
    """Repeat what `journal` has and the database lacks (hide, unlist, withdraw, erase), and store those entries.

    A name that was published again after its removal stays. `on_progress` is called with how many endorsements are
    done, and of how many.
    """
    stored = set(Removal.objects.values_list("uid", flat=True))
    removals = journal.removals + [removal for old in journal.legacy_entries if (removal := _convert_legacy(old))]
    missing: dict[tuple[int, datetime], list[Removal]] = {}
    of_appeals: dict[str, list[Removal]] = {}
    for removal in removals:
        if removal.uid in stored:
            continue
        stored.add(removal.uid)
        if removal.kind in OF_APPEALS:
            of_appeals.setdefault(removal.appeal, []).append(removal)
        else:
            missing.setdefault((removal.endorsement, removal.submitted_at), []).append(removal)
    result = ReplayResult()
    for slug, rows in of_appeals.items():
        result.counts.update(_replay_appeal(slug, rows, by=by, at=at))
    existing = _find_existing(missing)
    gone = [removal for key, rows in missing.items() if key not in existing for removal in rows]
    Removal.objects.bulk_create(gone, batch_size=_AT_ONCE)  # created and removed after the backup: nothing to do
    for done, key in enumerate(sorted(existing), 1):
        result.counts.update(_replay_endorsement(key[0], missing[key], by=by, at=at))
        on_progress(done, len(existing))
    result.dropped_rows = _drop_intake_rows(removals)
    return result


def _drop_intake_rows(removals: Iterable[Removal]) -> int:
    """Delete the waiting rows of the intake that must not be processed (again); return how many."""
    removed = [row.intake_id for row in removals if row.intake_id and row.kind in _NEVER_PROCESSED]
    waiting = IntakeRow.objects.filter(done_at=None)
    dropped = 0
    for start in range(0, len(removed), _AT_ONCE):
        dropped += waiting.filter(pk__in=removed[start : start + _AT_ONCE]).delete()[0]
    links = PrivateLink.objects.filter(digest=OuterRef("link_digest"))
    return dropped + waiting.exclude(link_digest="").exclude(Exists(links)).delete()[0]


def _find_existing(missing: Iterable[tuple[int, datetime]]) -> set[tuple[int, datetime]]:
    """Return those of the endorsements that the database has."""
    wanted, numbers = set(missing), sorted({number for number, _ in missing})
    existing: set[tuple[int, datetime]] = set()
    for start in range(0, len(numbers), _AT_ONCE):
        rows = Endorsement.objects.filter(pk__in=numbers[start : start + _AT_ONCE])
        # A restored database gives out numbers again: only the time of submission tells that it is the same one.
        existing |= wanted & set(rows.values_list("pk", "submitted_at"))
    return existing


@transaction.atomic
def _replay_appeal(slug: str, missing: list[Removal], *, by: Actor, at: datetime) -> set[RemovalKind]:
    """Take the appeal down again if that is the last thing that happened to it; return the kinds that changed it."""
    Removal.objects.bulk_create(missing)
    appeal = Appeal.objects.select_for_update().filter(slug=slug).first()
    if appeal is None or appeal.taken_down_at or missing[-1].kind != RemovalKind.TAKE_DOWN:
        return set()  # In doubt an appeal stays taken down: one that was put back is not shown by itself.
    appeal.taken_down_at = at
    appeal.save(update_fields=["taken_down_at"])
    record("take_down", subject=appeal, by=by, at=at, reason=REPLAYED)
    bump_revision(appeal, at=at)
    return {RemovalKind.TAKE_DOWN}


@transaction.atomic  # with its entries, so that a run which was killed continues where it stopped
def _replay_endorsement(number: int, missing: list[Removal], *, by: Actor, at: datetime) -> set[RemovalKind]:
    """Repeat the removals in `missing`, all of one endorsement; return the kinds that changed something."""
    endorsement = lock_endorsement(number)
    earlier = list(Removal.objects.filter(endorsement=number, submitted_at=endorsement.submitted_at).order_by("pk"))
    Removal.objects.bulk_create(missing)
    # In doubt a name is removed: what only the journal has counts as later than what the database has.
    hidden, unlisted = _sum_up([RemovalKind(row.kind) for row in (*earlier, *missing)])
    kinds = {RemovalKind(row.kind) for row in missing}
    done: set[RemovalKind] = set()
    if kinds & _ERASED and endorsement.state == State.SUBMITTED:  # nobody is left who could confirm it
        contact_erasure.erase_unconfirmed(endorsement, by=by, reason=REPLAYED, at=at)
        return {RemovalKind.ERASE}
    can_withdraw = endorsement.state != State.WITHDRAWN and endorsement.origin != Origin.IMPORTED
    if RemovalKind.WITHDRAW in kinds and can_withdraw:
        withdrawal.end_endorsement(endorsement, by=by, at=at, reason=REPLAYED)
        done.add(RemovalKind.WITHDRAW)
    if (
        hidden
        and endorsement.state != State.WITHDRAWN
        and entries.hide_name(endorsement, by=by, at=at, reason=REPLAYED)
    ):
        done.add(RemovalKind.HIDE)
    if unlisted and endorsement.state == State.APPROVED and endorsement.withdrawal_due_at is None:
        event = move(endorsement, to=State.CONFIRMED, by=by, at=at, reason=REPLAYED)
        entries.unlist_endorsement(endorsement, event=event)
        endorsement.save()
        done.add(RemovalKind.UNLIST)
    return done | _erase_contact_and_links(endorsement, kinds, by=by, at=at)


def _sum_up(kinds: list[RemovalKind]) -> tuple[bool, bool]:
    """Return whether the name is hidden, and whether it is unlisted, after `kinds` in this order."""
    hidden = unlisted = False
    for kind in kinds:
        if kind == RemovalKind.LIST:
            hidden = unlisted = False
        hidden = hidden or kind == RemovalKind.HIDE
        unlisted = unlisted or kind == RemovalKind.UNLIST
    return hidden, unlisted


def _erase_contact_and_links(
    endorsement: Endorsement, kinds: set[RemovalKind], *, by: Actor, at: datetime
) -> set[RemovalKind]:
    """Erase the contact and links that were erased or replaced; what replaced them is not in the backup."""
    links = endorsement.links.all()
    if kinds & {RemovalKind.FORGET, RemovalKind.CHANGE_CONTACT}:
        record("forget", subject=endorsement, by=by, at=at, reason=REPLAYED)
        contact_erasure.erase_traces(endorsement, at=at)
    elif RemovalKind.ERASE_CONTACT in kinds:
        record("erase_contact", subject=endorsement, by=by, at=at, reason=REPLAYED)
        contact_erasure.erase_contact(endorsement, at=at)
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


def _convert_legacy(old: LegacyEntry) -> Removal | None:
    """Return the removal in a line of the first version's file; None if the name was listed again after it."""
    kind, number = parse_reference(old.reference)
    rows = Endorsement.objects.filter(signatory__appeal__slug=old.appeal, signatory__kind=kind)
    endorsement = rows.filter(signatory__number=number).first()
    if endorsement is None:
        return None
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk).filter(_LISTED)
    if events.filter(at__gt=old.at).exists():
        return None
    return Removal(
        uid=uuid.uuid5(_LEGACY_NAMESPACE, f"{old.appeal} {old.reference} {old.at.isoformat()}"),  # always the same
        kind=RemovalKind.HIDE,
        appeal=old.appeal,
        reference=old.reference,
        endorsement=endorsement.pk,
        submitted_at=endorsement.submitted_at,
        at=old.at,
    )
