"""Staff, visitors and worker take locks in one order (actions/lifecycle.py), so that no two of them deadlock.

Two of them run at once on PostgreSQL; each pauses when it has its locks until the other has some too or waits. The same
pairs are run against copies with another order, which must deadlock. On SQLite a transaction takes the one write lock
when it begins, so there is no order to keep.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from django.db import OperationalError, connection

from petition.actions.audit import Actor
from petition.actions.intake import process
from petition.actions.moderation import batches, decisions, hold
from petition.actions.operations import retention
from petition.actions.self_service import own_page
from petition.actions.staff import accounts, roles
from petition.models import Appeal, Batch, BatchAction, Endorsement, Flag, Question, Role, RoleProposal, State
from petition.reference import retention_periods as periods
from petition.security.tokens import hash_token
from tests import factories
from tests.admin.staff_accounts import create_account
from tests.factories import NOON
from tests.faults.parallel import TIMEOUT, run_parallel
from tests.faults.variants import variant

pytestmark = [
    pytest.mark.long,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock, taken at the beginning"),
]
_TAKES_LOCK = re.compile(r"FOR UPDATE|^UPDATE|^DELETE", re.IGNORECASE)


class LockStepper:
    """Two pieces of work: each pauses after so many locks until the other has its own, or waits. The first starts."""

    def __init__(self, *locks: int) -> None:
        self._locks = locks
        self._holds = [threading.Event() for _ in locks]
        self._over = [threading.Event() for _ in locks]
        self._waiting = threading.Event()

    def run(self, *works: Callable[[], Any]) -> list[Any]:
        """Run both at once; return what they returned or raised."""
        watched: list[Callable[[], Any]] = [partial(self._work, place, work) for place, work in enumerate(works)]
        return run_parallel([*watched, self._watch])[: len(works)]

    def _work(self, place: int, work: Callable[[], Any]) -> Any:
        taken = 0

        def pause(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            nonlocal taken
            result = execute(sql, *rest)
            if connection.in_atomic_block and _TAKES_LOCK.search(sql):
                taken += 1
                if taken == self._locks[place]:
                    self._stop(place)
            return result

        try:
            if place:
                self._wait_for(lambda: self._holds[0].is_set() or self._over[0].is_set())
            with connection.execute_wrapper(pause):
                return work()
        finally:
            self._over[place].set()

    def _stop(self, place: int) -> None:
        self._holds[place].set()
        there = (self._holds[1 - place], self._over[1 - place], self._waiting)
        self._wait_for(lambda: any(event.is_set() for event in there))

    @staticmethod
    def _wait_for(is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + TIMEOUT
        while not is_so():
            assert time.monotonic() < until
            time.sleep(0.005)

    def _watch(self) -> None:
        """Notice when one of the two waits for a lock."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not all(over.is_set() for over in self._over):
            with connection.cursor() as cursor:
                cursor.execute(waiting)
                if cursor.fetchone()[0]:
                    self._waiting.set()
            time.sleep(0.005)


@dataclass(frozen=True)
class Case:
    """`works` returns the two pieces of work, which use `module`; `without` removes its order of locks."""

    works: Callable[[Any], list[Callable[[], Any]]]
    module: ModuleType
    without: dict[str, str]
    locks: tuple[int, int]
    complaints: Callable[[], list[str]] = list


def _reminder_and_answer(module: Any) -> list[Callable[[], Any]]:
    row = factories.confirmed(factories.an_appeal())
    decisions.ask_question(row.pk, "Who are you?", by=factories.MODERATOR, at=NOON)
    digest = hash_token(factories.token_in(factories.mails()[-1][2]), "own_page")
    later = NOON + periods.REMINDER
    return [partial(module.purge, at=later), partial(own_page.answer_question, digest, "We are us.", at=later)]


def _nothing_answered() -> list[str]:
    question = Question.objects.get()
    return [] if question.sealed_answer and question.endorsement.state == State.CONFIRMED else ["no answer"]


def _batch_and_approval(module: Any) -> list[Callable[[], Any]]:
    appeal = factories.an_appeal()
    rows = [factories.confirmed(appeal).pk for _ in range(2)]
    batch = batches.start(BatchAction.APPROVE, rows, by=1, at=NOON)
    piece = partial(module.continue_batches, batch_id=batch.pk, seconds=TIMEOUT)
    return [piece, partial(decisions.approve, rows[1], by=factories.SECOND, at=NOON)]


def _not_all_listed() -> list[str]:
    listed = Endorsement.objects.filter(state=State.APPROVED, origin="form").count()
    done = Batch.objects.get().state == "done" and Appeal.objects.get().last_number == 2
    return [] if listed == 2 and done else [f"{listed} listed"]


def _screening_and_hold(module: Any) -> list[Callable[[], Any]]:
    appeal = factories.an_appeal()
    one, other = (factories.confirmed(appeal, organisation_name=name) for name in ("Lake Fund", "Lake  Fund."))
    process.screen_endorsement(one.pk, at=NOON)
    Flag.objects.all().delete()
    both = [one.pk, other.pk]
    put_on_hold = partial(hold.put_on_hold, both, reason="moderator", by=factories.MODERATOR, at=NOON)
    return [partial(module.screen_endorsement, other.pk, at=NOON), put_on_hold]


def _no_flags() -> list[str]:
    return [] if Flag.objects.values("endorsement").distinct().count() == 2 else ["flags are missing"]


def _accepted_role_and_disabled_account(module: Any) -> list[Callable[[], Any]]:
    for name in ("first", "second", "third"):
        create_account(name, Role.ADMINISTRATOR)
    account = create_account("moderator")
    proposal = RoleProposal.objects.create(account=account, role=Role.MODERATOR, proposed_by=1, proposed_at=NOON)
    agree = partial(module.accept_proposal, proposal.pk, by=Actor.staff(2), at=NOON)
    return [agree, partial(accounts.disable, account.pk, by=Actor.staff(3), at=NOON)]


CASES = {
    "a reminder and an answer": Case(
        _reminder_and_answer, retention, {"lock_endorsements([pk] if": "list([pk] if"}, (1, 1), _nothing_answered
    ),
    "a bulk action and an approval": Case(
        _batch_and_approval, batches, {"    lock_endorsements(part.": "    list(part."}, (4, 1), _not_all_listed
    ),
    "screening and putting on hold": Case(
        _screening_and_hold, process, {"lock_endorsements({row.pk": "list({row.pk"}, (1, 1), _no_flags
    ),
    "a role accepted and its account disabled": Case(
        _accepted_role_and_disabled_account, roles, {"    lock_account(RoleProposal.": "    bool(RoleProposal."}, (1, 1)
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_two_actions_at_once_both_finish(case: Case) -> None:
    outcomes = LockStepper(*case.locks).run(*case.works(case.module))
    assert [outcome for outcome in outcomes if isinstance(outcome, OperationalError | TimeoutError)] == []
    assert case.complaints() == []


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_in_another_order_they_deadlock(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    """Takes a second each: after that PostgreSQL looks for a deadlock."""
    outcomes = LockStepper(*case.locks).run(*case.works(variant(case.module, case.without)))
    assert "deadlock" in f"{outcomes} {caplog.text}".lower()
