"""Several moderators at once: each endorsement is listed once, numbers have no gap, and a refusal names who was first.

The same race is run against copies of the actions without their locks: if it did not fail there, it would prove nothing
here. All copies, locked or not, pause between reading and writing.
"""

import random
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, connections

from petition.actions import lifecycle
from petition.actions.audit import Actor
from petition.actions.listing import entries
from petition.actions.moderation import decisions
from petition.actions.refusals import AlreadyDecided
from petition.models import Appeal, AuditEvent, Endorsement, Kind, OutgoingMail, Signatory
from tests import factories
from tests.evidence.figures import record_figure, sized
from tests.factories import NOON
from tests.faults.parallel import TIMEOUT, run_parallel
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]

APPROVALS = sized(16, 500)
"""How many endorsements the whole race is about."""
MODERATORS = sized(8 if connection.vendor == "postgresql" else 4, 8)
"""SQLite lets one write at a time, so more of them only wait longer."""

PAUSES = {
    lifecycle: {"    before = State(endorsement.state)\n": "    before = State(endorsement.state)\n    pause()\n"},
    entries: {"    if signatory is None:\n        appeal.": "    pause()\n    if signatory is None:\n        appeal."},
}
LOCKS = {
    lifecycle: {'.select_for_update(of=("self",))': ""},
    entries: {"Appeal.objects.select_for_update()": "Appeal.objects"},
}


def _copy_decisions(*, locked: bool) -> Any:
    """Return a copy of `decisions` with pauses, and with its locks or without."""
    copies = {
        module: variant(module, pauses if locked else pauses | LOCKS[module]) for module, pauses in PAUSES.items()
    }
    gate = copies[lifecycle]
    names = {"lock_endorsement": gate.lock_endorsement, "move": gate.move, "entries": copies[entries], "gate": gate}
    return variant(decisions, {}, **names)


def _complaints(
    copy: ModuleType | Any, already: type[Exception], *, threads: int, rows: int, lock: bool, shuffled: bool = False
) -> list[str]:
    """Return the problems after `threads` moderators approved all `rows` endorsements, each in another order."""
    appeal = factories.an_appeal()
    waiting = [factories.confirmed(appeal).pk for _ in range(rows)]
    done, errors, refused = [], [], []

    def approve_all(moderator: int) -> None:
        if not lock and connection.vendor == "sqlite":
            connection.ensure_connection()
            vars(connections["default"])["transaction_mode"] = "DEFERRED"
        place = moderator * rows // threads
        order = waiting[place:] + waiting[:place]
        if shuffled:
            random.Random(moderator).shuffle(order)
        for pk in order:
            try:
                copy.approve(pk, by=Actor.staff(moderator), at=NOON)
                done.append((pk, moderator))
            except already as refusal:
                refused.append((pk, vars(refusal)["event"].actor_id))
            except Exception as error:  # noqa: BLE001  (the complaint names it)
                errors.append(f"{type(error).__name__}: {error}")

    works = [partial(approve_all, moderator) for moderator in range(1, threads + 1)]
    outcomes = run_parallel(works, timeout=TIMEOUT + rows * threads / 10)
    complaints = errors + [repr(outcome) for outcome in outcomes if outcome is not None]
    if len(done) != rows:
        complaints.append(f"{len(done)} approvals of {rows}")
    if lock and (len(refused) != rows * (threads - 1) or not set(refused) <= set(done)):
        complaints.append("a refusal did not name who was first")
    return complaints + _wrong_on_the_list(appeal, waiting)


def _wrong_on_the_list(appeal: Appeal, approved: list[int]) -> list[str]:
    wanted = list(range(1, len(approved) + 1))
    lines = Signatory.objects.listed().of_kind(Kind.FURTHER).order_by("number")
    names = Endorsement.objects.filter(pk__in=approved, state="approved").values_list("organisation_name", flat=True)
    checks = {
        "numbers": list(lines.values_list("number", flat=True)) == wanted,
        "last number": Appeal.objects.get(pk=appeal.pk).last_number == len(approved),
        "names": sorted(lines.values_list("name", flat=True)) == sorted(names) and len(names) == len(approved),
        "revision": Appeal.objects.get(pk=appeal.pk).revision == 1 + len(approved),
        "trail": AuditEvent.objects.filter(verb="approve").count() == len(approved),
        "mails": OutgoingMail.objects.filter(message="listed").count() == len(approved),
    }
    return [f"wrong {what}" for what, is_right in checks.items() if not is_right]


def test_two_moderators_at_once_list_an_endorsement_once() -> None:
    copy = _copy_decisions(locked=True)
    assert _complaints(copy, copy.gate.AlreadyDecided, threads=2, rows=1, lock=True) == []


def test_without_locks_two_moderators_at_once_fail() -> None:
    copy = _copy_decisions(locked=False)
    assert _complaints(copy, copy.gate.AlreadyDecided, threads=2, rows=1, lock=False) != []


def test_all_moderators_approve_all_endorsements_in_random_order() -> None:
    already = AlreadyDecided
    assert _complaints(decisions, already, threads=MODERATORS, rows=APPROVALS, lock=True, shuffled=True) == []
    record_figure(
        "moderators",
        f"{MODERATORS} moderators, {APPROVALS} endorsements each: {APPROVALS} decided once, "
        f"{APPROVALS * (MODERATORS - 1)} refused with the name of the first, numbers 1 to {APPROVALS} without a gap",
    )


def test_without_locks_the_same_race_fails() -> None:
    copy = _copy_decisions(locked=False)
    already = copy.gate.AlreadyDecided
    assert _complaints(copy, already, threads=MODERATORS, rows=APPROVALS, lock=False, shuffled=True) != []


def test_different_endorsements_at_once_get_different_numbers() -> None:
    copy = _copy_decisions(locked=True)
    assert _complaints(copy, copy.gate.AlreadyDecided, threads=4, rows=4, lock=True) == []


def test_without_locks_numbers_collide() -> None:
    copy = _copy_decisions(locked=False)
    assert _complaints(copy, copy.gate.AlreadyDecided, threads=4, rows=4, lock=False) != []
