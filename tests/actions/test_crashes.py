"""Every action in any order, while processes die in the middle, backups are restored, and time passes.

An action that dies has done nothing. What was removed stays removed after a restore. Copies that are not one
transaction, or a restore without the journal of removals, are noticed.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from petition.actions import moderation
from petition.actions.audit import OPERATOR
from petition.actions.moderation import decisions
from petition.actions.operations.removal_journal import RemovalJournal
from petition.actions.operations.removal_replay import replay_removals
from petition.models import Appeal, AuditEvent, Endorsement, Removal, Signatory, State, Status
from petition.models.choices import LEGAL_MOVES
from tests import factories
from tests.actions import every_action, more_actions
from tests.actions.appeals.test_publish_statement import published
from tests.actions.every_action import Action
from tests.actions.test_any_order import NEWEST_FIRST, Actions, choose
from tests.evidence.figures import record_figure, sized
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

ACTIONS: dict[str, Action] = {**every_action.ACTIONS, **more_actions.ACTIONS}
IN_SEVERAL_PARTS = {
    *("form_again", "form_of_another", "lost_link"),  # the form, then its mail
    *("purge", "process_follow_ups", "continue_batches", "finish_withdrawal", "refresh_published_counts"),  # row by row
    *("settle_many", "disown_all"),
}
"""What may be done in part when the process dies: each part is one transaction, and the rest is done later."""
NOT_BY_ITSELF = {
    "find_waiting_forms": "reads", "list_eligible": "reads", "queue_request_to_confirm": "part of enter_endorsement",
    "erase_contact": "part of erasing", "erase_traces": "part of erasing", "erase_unconfirmed": "part of erasing",
    "find_due_withdrawals": "reads", "find_questions_to_remind": "reads", "find_unanswered": "reads",
    "find_undecided": "reads", "remember": "part of a decision", "postpone_mails": "part of put_on_hold",
    "list_undoable": "reads", "undo_deadline": "reads", "count_names_removed_by_undo": "reads",
    "set_reason": "about no endorsement", "end_by_contact": "part of leaving", "end_endorsement": "part of leaving",
    "stop_naming": "part of leaving", "resolve_link": "reads", "resolve_any_link": "reads", "lock_by_link": "reads",
    "renew_links": "for operators: tests/actions/operations/test_link_renewal.py",
}  # fmt: skip
"""Functions of the same modules that no rule calls, and why."""
ONE_ACTION = st.tuples(NEWEST_FIRST, st.sampled_from(sorted(ACTIONS)), st.integers(0, 90))
MOST_STATEMENTS = 12
"""An action dies at one of its first statements that write; most have fewer."""
CHECKED_TABLES = (Endorsement, Signatory, Appeal, Removal, AuditEvent)


class Died(BaseException):
    """The process ended here; no code of the site catches that."""


@contextmanager
def dying_at(statement: int) -> Iterator[None]:
    """Die instead of executing this statement, counted from 1, among those that write."""
    left = statement

    def execute(run: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if str(sql).lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            left -= 1
            if left == 0:
                raise Died
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def read_rows() -> list[list[tuple[Any, ...]]]:
    return [list(model._default_manager.order_by("pk").values_list()) for model in CHECKED_TABLES]


def list_public_names() -> set[tuple[int, Any]]:
    """Return the endorsements whose name is listed; a number may be given out again after a restore, a time not."""
    listed = Endorsement.objects.filter(signatory__status=Status.LISTED)
    return set(listed.values_list("pk", "submitted_at"))


class EveryAction(Actions):
    """The machine of test_any_order.py with all other actions, deaths and restores."""

    actions: ClassVar[Mapping[str, Action]] = ACTIONS
    has_journal: ClassVar[bool] = True
    done: ClassVar[dict[str, int]] = {"steps": 0, "deaths": 0, "restores": 0}

    def __init__(self) -> None:
        super().__init__()
        self.backup: str | None = None
        self.listed_then: set[tuple[int, Any]] = set()
        self.states: dict[int, str] = {}

    @property
    def now(self) -> datetime:
        """A moment that no action had before: only then the journal tells which of two came first."""
        self._now += timedelta(seconds=1)
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now = moment

    @rule(several=st.lists(ONE_ACTION, min_size=1, max_size=5))
    def act_several_times(self, several: list[tuple[int, str, int]]) -> None:
        for which, name, minutes in several:
            self.act(which, name, minutes)

    def act(self, which: int, name: str, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.done["steps"] += 1
        try:
            self.actions[name](choose(list(Endorsement.objects.order_by("pk")), which), self.now)
        except more_actions.REFUSALS:
            pass

    @rule(several=st.lists(ONE_ACTION, min_size=1, max_size=5))
    def die_several_times(self, several: list[tuple[int, str, int]]) -> None:
        for which, name, number in several:
            self.die(which, name, 1 + number % MOST_STATEMENTS)

    def die(self, which: int, name: str, statement: int) -> None:
        before, died = read_rows(), False
        try:
            with dying_at(statement):
                self.actions[name](choose(list(Endorsement.objects.order_by("pk")), which), self.now)
        except more_actions.REFUSALS:
            pass
        except Died:
            died = True
            transaction.set_rollback(False)  # the rest of the test goes on, and would see what a part has left
        if died:
            self.done["deaths"] += 1
            assert name in IN_SEVERAL_PARTS or read_rows() == before, f"{name} was done in part"

    @rule()
    def back_up(self) -> None:
        self.backup = transaction.savepoint()
        self.listed_then = list_public_names()

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        assert self.backup
        removed = self.listed_then - list_public_names()
        journal = RemovalJournal(removals=list(Removal.objects.order_by("pk")) if self.has_journal else [])
        transaction.savepoint_rollback(self.backup)
        replay_removals(journal, by=OPERATOR, at=self.now)
        self.done["restores"] += 1
        assert not removed & list_public_names(), "a name that was removed is listed again"
        self.revision, self.numbers, self.states = 0, {}, {}

    @invariant()
    def states_follow_each_other_as_the_table_says(self) -> None:
        present = dict(Endorsement.objects.values_list("pk", "state"))
        for pk, state in present.items():
            before = self.states.get(pk, state)
            assert state == before or state in find_reachable(before), f"{before} became {state}"
        self.states = present

    @invariant()
    def the_audit_log_leads_to_each_state(self) -> None:
        """Each listed name was confirmed and approved, and its row names an event about it."""
        rows = Endorsement.objects.exclude(origin="imported")  # those have the event of their publication
        for row in rows.filter(signatory__status=Status.LISTED):
            events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=row.pk)
            assert {"submit", "confirm", "approve"} <= set(events.values_list("verb", flat=True))
        events = AuditEvent.objects.filter(subject_kind="endorsement")
        assert set(rows.values_list("pk", "explained_by")) <= set(events.values_list("subject_id", "pk"))


def find_reachable(state: str) -> set[str]:
    """Return what a state can become in a step; approving all, or a purge, does several moves at once."""
    reached = {State(state)}
    for _ in State:
        reached |= {after for before in reached for after in LEGAL_MOVES[before]}
    return {str(one) for one in reached}


def run(machine: type[EveryAction], examples: int, steps: int = 40) -> None:
    published(factories.statement(signatories=2))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # making a failing run shorter takes minutes: this one may be long
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_all_rules_hold_while_processes_die_and_backups_are_restored() -> None:
    EveryAction.done = dict.fromkeys(EveryAction.done, 0)
    run(EveryAction, sized(8, 200))
    done = EveryAction.done
    assert all(done.values())
    record_figure(
        "state machine",
        f"{len(ACTIONS)} actions in random order: {done['steps']} tried, {done['deaths']} died at a random statement, "
        f"{done['restores']} restores, every rule held after each step",
    )


@contextmanager
def begin(machine: type[EveryAction]) -> Iterator[EveryAction]:
    """Give a machine with one confirmed endorsement; what it did is undone afterwards."""
    published(factories.statement(signatories=2))
    begun = machine()
    try:
        begun.submit(name="Made-up Fund", mailbox="asel@fund.example", website="", display="named", and_confirm=True)
        yield begun
    finally:
        begun.teardown()


class Unsafe(EveryAction):
    """Approving is not one transaction."""

    copy = variant(decisions, {"@transaction.atomic\ndef approve(": "def approve("})
    actions = ACTIONS | {"approve": more_actions.staff(copy.approve)}


class Forgetful(EveryAction):
    """A restore forgets the journal of removals."""

    has_journal = False


def approve_and_die(machine: EveryAction) -> None:
    """Die at each statement of an approval in turn, until it is done."""
    for statement in range(1, 20):
        machine.die(which=0, name="approve", statement=statement)


@pytest.mark.django_db
def test_an_action_that_is_not_one_transaction_is_noticed() -> None:
    with begin(Unsafe) as machine, pytest.raises(AssertionError, match="approve was done in part"):
        approve_and_die(machine)


@pytest.mark.django_db
def test_an_approval_that_dies_at_any_statement_has_done_nothing() -> None:
    with begin(EveryAction) as machine:
        approve_and_die(machine)
        assert Signatory.objects.filter(kind="further", status=Status.LISTED).count() == 1


def hide_and_restore(machine: EveryAction) -> None:
    machine.list_all_that_wait()
    machine.back_up()
    machine.act(which=0, name="hide", minutes=1)
    machine.restore()


@pytest.mark.django_db
def test_a_restore_without_the_journal_is_noticed() -> None:
    with begin(Forgetful) as machine, pytest.raises(AssertionError, match="listed again"):
        hide_and_restore(machine)


@pytest.mark.django_db
def test_what_was_hidden_stays_hidden_after_a_restore() -> None:
    with begin(EveryAction) as machine:
        hide_and_restore(machine)
        assert not Signatory.objects.filter(kind="further", status=Status.LISTED).exists()


def test_every_action_is_tried() -> None:
    """A new function with `at=` in one of these folders is a rule of the machine, or says here why it is not."""
    source = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (every_action, more_actions))
    actions = Path(moderation.__file__ or "").parents[1]
    missing = []
    files = [file for folder in ("moderation", "endorsing", "self_service") for file in actions.glob(f"{folder}/*.py")]
    for file in sorted(files):
        module = import_module(f"petition.actions.{file.parent.name}.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_action = function.__module__ == module.__name__ and "at" in inspect.signature(function).parameters
            if is_action and not name.startswith("_") and f"{name}" not in source and name not in NOT_BY_ITSELF:
                missing.append(f"{file.parent.name}.{file.stem}.{name}")
    assert missing == []
