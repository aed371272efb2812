"""Editors: opening and closing, and a translation pasted, looked at, published, changed by two."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from petition.actions.appeals import text_proposals
from petition.actions.audit import Actor
from petition.actions.refusals import StatementRefused
from petition.models import Appeal, AppealText, AuditEvent, Role, TextProposal
from petition.models.appeals import Phase
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, STATEMENT

SOURCE = STATEMENT.read_text(encoding="utf-8")
CHANGED = SOURCE.replace("human rights", "Human Rights", 1)
TYPED = {"source": SOURCE, "dated": "2026-11-24", "status": "unofficial"}


@pytest.fixture
def editor(appeal: Appeal) -> Client:
    return create_client(create_account("editor", Role.EDITOR))


def text_at(appeal: Appeal, language: str = "ru") -> str:
    return f"/admin/texts/{appeal.slug}/{language}/"


def published(language: str = "ru") -> list[int]:
    return list(AppealText.objects.published().filter(language=language).values_list("version", flat=True))


def test_an_editor_sets_opening_and_closing(editor: Client, appeal: Appeal) -> None:
    address = f"/admin/texts/{appeal.slug}/opening/"
    response = editor.post(address, {"opens_at": "2026-11-24T08:00", "closes_at": "2026-12-24T20:30"})
    assert (response.status_code, response["Location"]) == (303, "/admin/texts/")
    before, appeal = appeal.revision, Appeal.objects.get()
    assert appeal.closes_at == datetime(2026, 12, 24, 20, 30, tzinfo=UTC)
    assert appeal.phase(NOON) is Phase.UPCOMING
    assert appeal.revision == before + 1
    assert 'value="2026-12-24T20:30"' in editor.get(address).content.decode()
    refused = editor.post(address, {"opens_at": "2026-12-24T08:00", "closes_at": "2026-12-24T07:00"})
    assert refused.status_code == 422
    editor.post(address, {})
    assert Appeal.objects.filter(opens_at=None, closes_at=None).exists()
    assert [event.verb for event in AuditEvent.objects.order_by("-pk")[:2]] == ["set_opening", "set_opening"]
    editor.post(address, {})  # as it is
    assert AuditEvent.objects.filter(verb="set_opening").count() == 2


def test_a_translation_is_previewed_and_published(editor: Client, appeal: Appeal) -> None:
    response = editor.post(text_at(appeal), TYPED)
    page = response.content.decode()
    assert "As we read it" in page
    assert page.count("<li>") >= 8
    assert published() == []
    assert editor.post(text_at(appeal), TYPED | {"publish": ""}).status_code == 303
    assert published() == [1]
    assert "unofficial" in editor.get("/admin/texts/").content.decode()


def test_unclear_translations_or_other_demands_are_not_published(editor: Client, appeal: Appeal) -> None:
    demand = re.search(r"^8\. .*$", SOURCE, re.MULTILINE)
    fewer = SOURCE.replace(demand[0], "") if demand else ""
    for source in ("Only a title", fewer):
        html = editor.post(text_at(appeal), TYPED | {"source": source}).content.decode()
        assert ("No line with a date was found." in html) == (source == "Only a title")
        response = editor.post(text_at(appeal), TYPED | {"source": source, "publish": ""})
        assert response.status_code == 422
    assert published() == []


def test_lines_not_understood_are_shown_with_their_numbers(editor: Client, appeal: Appeal) -> None:
    source = SOURCE.replace("17. DRA (Germany)", "17. Jane Doe")
    html = editor.post(text_at(appeal), TYPED | {"source": source}).content.decode()
    assert "Line 71:" in html
    assert 'name="publish"' not in html


def test_an_official_text_stays_as_it_is(editor: Client, appeal: Appeal) -> None:
    assert "It can never be changed" in editor.get(text_at(appeal, "en")).content.decode()
    response = editor.post(text_at(appeal, "en"), TYPED | {"source": CHANGED, "publish": ""})
    assert response.status_code == 422
    assert published("en") == [1]
    assert editor.get(text_at(appeal, "de")).status_code == 404
    assert editor.get("/admin/texts/elsewhere/ru/").status_code == 404


def test_one_editor_alone_changes_a_translation(editor: Client, appeal: Appeal) -> None:
    editor.post(text_at(appeal), TYPED | {"publish": ""})
    editor.post(text_at(appeal), TYPED | {"source": CHANGED, "publish": ""})
    assert published() == [2, 1]


def test_one_editor_proposes_and_another_publishes(editor: Client, appeal: Appeal) -> None:
    editor.post(text_at(appeal), TYPED | {"publish": ""})
    second = create_client(create_account("second", Role.ADMINISTRATOR))
    response = editor.post(text_at(appeal), TYPED | {"source": CHANGED, "publish": ""}, follow=True)
    assert "Another editor must publish it" in response.content.decode()
    assert published() == [1]
    proposal = TextProposal.objects.get()
    address, version = f"/admin/texts/proposed/{proposal.pk}/", text_proposals.get_version(proposal)
    assert address in second.get("/admin/texts/").content.decode()
    assert "Human Rights" in second.get(address).content.decode()
    editor.post(address, {"do": "agree", "seen": version})
    assert published() == [1]  # not by the account that proposed it
    assert second.post(address, {"do": "explode"}).status_code == 400
    second.post(address, {"do": "agree", "seen": version - 1})
    assert published() == [1]  # not a version that was not shown
    second.post(address, {"do": "agree", "seen": version})
    assert published() == [2, 1]
    assert second.get(address).status_code == 404
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-3:] == ["translate", "propose_text", "translate"]


def test_a_proposal_can_be_refused_and_a_later_one_takes_its_place(editor: Client, appeal: Appeal) -> None:
    editor.post(text_at(appeal), TYPED | {"publish": ""})
    create_account("second", Role.EDITOR)
    by = Actor.staff(User.objects.get(username="second").pk)
    for source in (CHANGED, CHANGED.replace("Kyrgyz", "KYRGYZ", 1)):
        text_proposals.publish_or_propose(appeal, "ru", source, NOON.date(), by=by, at=clock.now())
    proposal = TextProposal.objects.get()
    assert "KYRGYZ" in proposal.source
    with pytest.raises(StatementRefused):
        text_proposals.publish_or_propose(appeal, "ru", "Only a title", NOON.date(), by=by, at=clock.now())
    address = f"/admin/texts/proposed/{proposal.pk}/"
    editor.post(address, {"do": "refuse", "seen": text_proposals.get_version(proposal)})
    assert not TextProposal.objects.exists()
    assert published() == [1]
    assert AuditEvent.objects.latest("pk").verb == "refuse_text"
