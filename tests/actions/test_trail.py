"""Each deed leaves a line in the trail, and no line, nor any other table in clear text, tells who it was about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from petition.actions.endorsing import confirmation
from petition.actions.moderation import decisions
from petition.actions.operations import retention
from petition.models import Appeal, AuditEvent, Kind
from petition.security.tokens import digest_of_token
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
SEALED = ("kanarbek", "canaryev", "canary keeper", "kanarbek@canary.example")
BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}


def _token(deed: Callable[..., object]) -> Callable[[Appeal], object]:
    return lambda appeal: deed(digest_of_token(submitted(appeal, **PLANTED)[1], "confirm"), at=NOON)


def _approved(deed: Callable[..., object]) -> Callable[[Appeal], object]:
    return lambda appeal: deed(factories.approved(appeal, **PLANTED).pk, **BY)


def _hidden(appeal: Appeal) -> None:
    factories.approved(appeal, **PLANTED)
    decisions.hide(SLUG, Kind.FURTHER, 1, **BY)


def _reopened(appeal: Appeal) -> None:
    found = confirmed(appeal, **PLANTED)
    decisions.reject(found.pk, **BY)
    decisions.reopen(found.pk, **BY)


def _withdrawn(appeal: Appeal) -> None:
    _approved(decisions.withdraw)(appeal)
    retention.purge(at=NOON + timedelta(days=1))


def _purged(appeal: Appeal) -> None:
    factories.mails_left(submitted(appeal, **PLANTED)[0])
    retention.purge(at=NOON + timedelta(days=7))


DEEDS: dict[str, tuple[Callable[[Appeal], object], str, list[str]]] = {
    "submit": (lambda appeal: submitted(appeal, **PLANTED), "contact", ["submit"]),
    "confirm": (_token(confirmation.confirm), "contact", ["submit", "confirm"]),
    "disown": (_token(confirmation.disown), "contact", ["submit", "erase"]),
    "approve": (lambda appeal: factories.approved(appeal, **PLANTED), "staff", ["submit", "confirm", "approve"]),
    "reopen": (_reopened, "staff", ["submit", "confirm", "reject", "reopen"]),
    "revoke": (_approved(decisions.revoke), "staff", ["submit", "confirm", "approve", "revoke"]),
    "withdraw": (_approved(decisions.withdraw), "staff", ["submit", "confirm", "approve", "start_withdrawal"]),
    "withdraw for good": (_withdrawn, "worker", ["submit", "confirm", "approve", "start_withdrawal", "withdraw"]),
    "hide": (_hidden, "staff", ["submit", "confirm", "approve", "hide"]),
    "purge": (_purged, "worker", ["submit", "erase"]),
    "translate": (lambda appeal: published(translated(), *RUSSIAN), "operator", ["translate"]),
}


@pytest.mark.parametrize("name", DEEDS)
def test_each_deed_leaves_one_line_that_names_nobody(appeal: Appeal, name: str) -> None:
    deed, actor, verbs = DEEDS[name]
    imported = AuditEvent.objects.get()
    assert (imported.verb, imported.actor_kind, imported.subject_kind) == ("import", "operator", "appeal")
    deed(appeal)
    events = list(AuditEvent.objects.exclude(pk=imported.pk).order_by("pk"))
    assert [event.verb for event in events] == verbs
    assert events[-1].actor_kind == actor
    assert {event.appeal_id for event in events} == {appeal.pk}
    written = " ".join(str(row) for row in AuditEvent.objects.values_list()).lower()
    assert not [text for text in PLANTED.values() if text.lower() in written]
    assert "canary" not in written
    assert str(events[-1]) == f"{verbs[-1]} {events[-1].subject_kind} {events[-1].subject_id}"


@pytest.mark.parametrize("name", DEEDS)
def test_no_table_tells_the_contact_in_clear_text(appeal: Appeal, name: str) -> None:
    DEEDS[name][0](appeal)
    written = _everything()
    assert not [text for text in SEALED if text in written]


@pytest.mark.parametrize("name", ["withdraw", "hide", "disown", "purge"])
def test_after_that_no_table_tells_the_organisation_either(appeal: Appeal, name: str) -> None:
    DEEDS[name][0](appeal)
    assert "canary" not in _everything()


def test_a_withheld_name_is_in_no_table_once_it_is_approved(appeal: Appeal) -> None:
    found = confirmed(appeal, display="withheld", **PLANTED)
    assert "canary foundation" in _everything(), "the search finds what is there"
    decisions.approve(found.pk, **BY)
    assert "canary" not in _everything()


def _everything() -> str:
    """All rows of all our tables, as text in small letters."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name.startswith("petition_")]
        rows = []
        for name in names:
            cursor.execute(f"SELECT * FROM {name}")
            rows += cursor.fetchall()
    return str(rows).lower()
