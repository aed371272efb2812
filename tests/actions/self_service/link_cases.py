"""Endorsements in every situation in which a link can be used, and what a call changes in all tables."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from petition.actions.endorsing import confirmation
from petition.actions.moderation import decisions, hold, manual_entry
from petition.actions.self_service import links, links_on_sqlite
from petition.models import (
    Appeal,
    Correction,
    Decision,
    Endorsement,
    Kind,
    Origin,
    PrivateLink,
    PublicChange,
    Purpose,
    Question,
    State,
    Status,
)
from petition.models.contacts import CODE_PREFIX
from petition.models.database.link_functions import FUNCTION_OWNER_RIGHTS, LINK_FUNCTIONS
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, SLUG

BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}
OWNER, CALLER = f"functions_{os.getpid()}", f"caller_{os.getpid()}"
_digests = itertools.count(1)


# --- situations ---


class Case(NamedTuple):
    """`state` is a state, or `revoked`: confirmed again after it was listed."""

    origin: str
    state: str
    display: str
    is_being_withdrawn: bool = False


def _list_cases() -> Iterator[Case]:
    for origin, state, display in itertools.product(Origin.values, (*State.values, "revoked"), ("named", "withheld")):
        if origin == Origin.IMPORTED:
            if state not in ("submitted", "withdrawn", "confirmed"):
                yield Case(origin, state, display)
            continue
        yield Case(origin, state, display)
        if origin == Origin.FORM and state != "withdrawn":
            yield Case(origin, state, display, is_being_withdrawn=True)


CASES = list(_list_cases())


def create_case(appeal: Appeal, case: Case) -> Endorsement:
    """Create the endorsement by the actions that lead there."""
    row = _create_original(case) if case.origin == Origin.IMPORTED else _create_submitted(appeal, case)
    if case.state not in ("submitted", "withdrawn") and case.origin != Origin.IMPORTED:
        _confirm(row)
    if case.state in ("approved", "revoked") and case.origin != Origin.IMPORTED:
        decisions.approve(row.pk, **BY)
    if case.state == "revoked" or (case.origin == Origin.IMPORTED and case.state != "approved"):
        decisions.revoke(row.pk, **BY)
    if case.state == "returned":
        decisions.ask_question(row.pk, "Who are you?", **BY)
    if case.state == "rejected":
        decisions.reject(row.pk, **BY)
    if case.state == "withdrawn":
        factories.withdraw_for_good(row.pk)
    if case.is_being_withdrawn:
        decisions.withdraw(row.pk, **BY)
    return Endorsement.objects.get(pk=row.pk)


def _create_original(case: Case) -> Endorsement:
    if case.display == "withheld":
        decisions.hide(SLUG, Kind.ORIGINAL, 1, **BY)
    return Endorsement.objects.get(signatory__kind=Kind.ORIGINAL, signatory__number=1)


def _create_submitted(appeal: Appeal, case: Case) -> Endorsement:
    if case.origin == Origin.FORM:
        return factories.submitted(appeal, display=case.display)[0]
    return factories.entered(appeal, Origin(case.origin), display=case.display)


def _confirm(row: Endorsement) -> None:
    if row.origin == Origin.LETTER:
        manual_entry.confirm_letter(row.pk, by=SECOND, at=NOON)
        return
    row.links.update(expires_at=None)
    of_mailbox = PrivateLink.objects.filter(mailbox_index=row.mailbox_index, purpose=Purpose.CONFIRM)
    link = row.links.filter(purpose=Purpose.CONFIRM).first() or of_mailbox.get()
    confirmation.confirm(link.digest, at=NOON, declared=True)


def add_everything(row: Endorsement) -> None:
    """Add all that leaving undoes or leaves alone: requests, questions, links, a decision, a public change."""
    if not row.questions.waiting().exists():
        Question.objects.create(endorsement=row, body="Who?", asked_at=NOON)
    Question.objects.create(endorsement=row, body="Where?", asked_at=NOON, answered_at=NOON, sealed_answer="made up")
    Correction.objects.create(endorsement=row, sealed_proposal="made up", proposed_at=NOON)
    Correction.objects.create(endorsement=row, state="refused", proposed_at=NOON, decided_at=NOON)
    for purpose in Purpose:
        a_link(purpose, endorsement=row)
    if not Decision.objects.filter(endorsement=row).exists():
        Decision.objects.create(
            endorsement=row, verb="test", before=row.state, decided_at=NOON, explained_by=row.explained_by
        )
    if row.is_undecided and not row.withdrawal_due_at:
        hold.put_on_hold([row.pk], reason="moderator", **BY)
    if row.signatory and row.signatory.status == Status.LISTED:
        PublicChange.objects.create(signatory=row.signatory, what="note", on=NOON.date())
        decisions.set_public_note(SLUG, Kind(row.signatory.kind), row.signatory.number, "Merged.", **BY)
    columns: dict[str, Any] = {"name_again_at": NOON, "counted_at": NOON, "website": row.website}
    Endorsement.objects.filter(pk=row.pk).update(**columns, folded="made up" if row.has_clear_name else "")


def a_link(purpose: Purpose, *, endorsement: Endorsement | None = None, **columns: Any) -> str:
    """Create a link and return its digest."""
    is_code = purpose in (Purpose.CONFIRM_CODE, Purpose.REMOVAL_CODE)
    digest = f"{CODE_PREFIX if is_code else ''}{next(_digests):064x}"
    PrivateLink.objects.create(endorsement=endorsement, purpose=purpose, digest=digest, **columns)
    return digest


# --- calls ---


def call_function(function: str, *arguments: str | UUID | bytes) -> Any:
    """Call the function of PostgreSQL as a login that may do nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {CALLER}")
        try:
            return links.call(function, *arguments)
        finally:
            cursor.execute("RESET ROLE")


def call_python(function: str, *arguments: str | UUID | bytes) -> Any:
    return links_on_sqlite.FUNCTIONS[function](*arguments)


@contextmanager
def restricted_owner() -> Iterator[None]:
    """Let the functions belong to a role with FUNCTION_OWNER_RIGHTS alone, until the test's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {OWNER} NOLOGIN; CREATE ROLE {CALLER} NOLOGIN")
        for table, rights in FUNCTION_OWNER_RIGHTS.items():
            cursor.execute(f"GRANT {', '.join(rights)} ON {table} TO {OWNER}")
        for signature in LINK_FUNCTIONS:
            cursor.execute(f"ALTER FUNCTION {signature} OWNER TO {OWNER}")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {CALLER}")
    yield


# --- all tables ---

Tables = dict[str, list[dict[str, Any]]]


class Reading:
    """Reads all tables so that the same change, made twice, reads the same: without new ids and times of now."""

    def __init__(self) -> None:
        ours = list(apps.get_app_config("petition").get_models())
        self._moments = {
            model._meta.db_table: [
                field.name for field in model._meta.fields if isinstance(field, models.DateTimeField)
            ]
            for model in ours
        }
        self._keys = {model._meta.db_table: str(model._meta.pk and model._meta.pk.attname) for model in ours}
        # One statement for all tables, since this is done very often.
        rows = (
            f"(SELECT '{table}', to_jsonb(t)::text FROM {table} t ORDER BY {key})" for table, key in self._keys.items()
        )
        self._query = " UNION ALL ".join(rows)
        before = self._fetch()
        self._known = {(table, row[self._keys[table]]) for table, row in before}
        self._newest_event = max(row["id"] for table, row in before if table == "petition_auditevent")
        self._began = clock.now()

    def _fetch(self) -> list[tuple[str, dict[str, Any]]]:
        with connection.cursor() as cursor:
            cursor.execute(self._query)
            return [(table, json.loads(row)) for table, row in cursor.fetchall()]

    def read(self) -> Tables:
        """Return the rows of each table, in the order of their keys."""
        tables: Tables = {table: [] for table in self._keys}
        for table, row in self._fetch():
            self._simplify(table, row)
            tables[table].append(row)
        return tables

    def _simplify(self, table: str, row: dict[str, Any]) -> None:
        if (table, row[self._keys[table]]) not in self._known and table != "petition_intakerow":
            for name in {"id", "uid"} & row.keys():
                del row[name]
        for name in self._moments[table]:
            if row[name] and self._began <= datetime.fromisoformat(row[name]) <= clock.now():
                row[name] = "now"
        if row.get("explained_by", 0) > self._newest_event:
            row["explained_by"] = "new event"

    def try_out(self, act: Callable[[], Any], *, times: int = 1) -> list[tuple[Any, Tables]]:
        """Do it so often, and return each time what was returned and how all tables were then; take it all back."""
        savepoint = transaction.savepoint()
        outcomes = []
        for _ in range(times):
            result = act()
            connection.check_constraints()
            outcomes.append((result, self.read()))
        transaction.savepoint_rollback(savepoint)
        return outcomes
