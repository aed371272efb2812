"""Each action leaves audit events, and neither these nor any other table in clear text identify the contact."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from petition.actions.endorsing import confirmation
from petition.actions.moderation import decisions
from petition.actions.operations import retention
from petition.models import Appeal, AuditEvent, Kind
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.appeals.test_publish_statement import RUSSIAN, published, translated
from tests.factories import MODERATOR, NOON, SLUG, confirmed, submitted

PLANTED: dict[str, Any] = {
    "organisation_name": "Canary Foundation",
    "acronym": "CNRYFN",
    "website": "https://canary.example",
    "contact_name": "Kanarbek Canaryev",
    "contact_role": "Canary keeper",
    "contact_email": "kanarbek@canary.example",
}
ENCRYPTED = ("kanarbek", "canaryev", "canary keeper", "kanarbek@canary.example")
BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}


def _with_token(action: Callable[..., object]) -> Callable[[Appeal], object]:
    return lambda appeal: action(hash_token(submitted(appeal, **PLANTED)[1], "confirm"), at=NOON)


def _on_approved(action: Callable[..., object]) -> Callable[[Appeal], object]:
    return lambda appeal: action(factories.approved(appeal, **PLANTED).pk, **BY)


def _hide(appeal: Appeal) -> None:
    factories.approved(appeal, **PLANTED)
    decisions.hide(SLUG, Kind.FURTHER, 1, **BY)


def _reopen(appeal: Appeal) -> None:
    endorsement = confirmed(appeal, **PLANTED)
    decisions.reject(endorsement.pk, **BY)
    decisions.reopen(endorsement.pk, **BY)


def _withdraw(appeal: Appeal) -> None:
    _on_approved(decisions.withdraw)(appeal)
    retention.purge(at=NOON + timedelta(days=1))


def _purge(appeal: Appeal) -> None:
    factories.mails_left(submitted(appeal, **PLANTED)[0])
    retention.purge(at=NOON + timedelta(days=7))


ACTIONS: dict[str, tuple[Callable[[Appeal], object], str, list[str]]] = {
    "submit": (lambda appeal: submitted(appeal, **PLANTED), "contact", ["submit"]),
    "confirm": (_with_token(confirmation.confirm), "contact", ["submit", "confirm"]),
    "disown": (_with_token(confirmation.disown), "contact", ["submit", "erase"]),
    "approve": (lambda appeal: factories.approved(appeal, **PLANTED), "staff", ["submit", "confirm", "approve"]),
    "reopen": (_reopen, "staff", ["submit", "confirm", "reject", "reopen"]),
    "revoke": (_on_approved(decisions.revoke), "staff", ["submit", "confirm", "approve", "revoke"]),
    "withdraw": (_on_approved(decisions.withdraw), "staff", ["submit", "confirm", "approve", "start_withdrawal"]),
    "withdraw for good": (_withdraw, "worker", ["submit", "confirm", "approve", "start_withdrawal", "withdraw"]),
    "hide": (_hide, "staff", ["submit", "confirm", "approve", "hide"]),
    "purge": (_purge, "worker", ["submit", "erase"]),
    "translate": (lambda appeal: published(translated(), *RUSSIAN), "operator", ["translate"]),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_records_one_event_without_names(appeal: Appeal, name: str) -> None:
    action, actor, verbs = ACTIONS[name]
    imported = AuditEvent.objects.get()
    assert (imported.verb, imported.actor_kind, imported.subject_kind) == ("import", "operator", "appeal")
    action(appeal)
    events = list(AuditEvent.objects.exclude(pk=imported.pk).order_by("pk"))
    assert [event.verb for event in events] == verbs
    assert events[-1].actor_kind == actor
    assert {event.appeal_id for event in events} == {appeal.pk}
    content = " ".join(str(row) for row in AuditEvent.objects.values_list()).lower()
    assert not [text for text in PLANTED.values() if text.lower() in content]
    assert "canary" not in content
    assert str(events[-1]) == f"{verbs[-1]} {events[-1].subject_kind} {events[-1].subject_id}"


@pytest.mark.parametrize("name", ACTIONS)
def test_no_table_has_the_contact_in_clear_text(appeal: Appeal, name: str) -> None:
    ACTIONS[name][0](appeal)
    content = _read_all_tables()
    assert not [text for text in ENCRYPTED if text in content]


@pytest.mark.parametrize("name", ["withdraw", "hide", "disown", "purge"])
def test_afterwards_no_table_has_the_organisation_either(appeal: Appeal, name: str) -> None:
    ACTIONS[name][0](appeal)
    assert "canary" not in _read_all_tables()


def test_a_withheld_name_is_in_no_table_from_the_start(appeal: Appeal) -> None:
    endorsement = confirmed(appeal, display="withheld", **PLANTED)
    assert "canary" not in _read_all_tables()
    decisions.approve(endorsement.pk, **BY)
    assert "canary" not in _read_all_tables()
    confirmed(appeal, **PLANTED | {"contact_email": "another@canary.example"})
    assert "canary foundation" in _read_all_tables(), "the check finds a name that is there"


def _read_all_tables() -> str:
    """Return all rows of all our tables as lower-case text."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name.startswith("petition_")]
        rows = []
        for name in names:
            cursor.execute(f"SELECT * FROM {name}")
            rows += cursor.fetchall()
    return str(rows).lower()
