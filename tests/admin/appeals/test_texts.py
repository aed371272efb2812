"""Editors: opening and closing, and a translation pasted, looked at, published, changed by two."""

import re
from datetime import UTC, datetime
from html import unescape

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
from tests.factories import NOON, STATEMENT, russian_source

ENGLISH = STATEMENT.read_text(encoding="utf-8")
SOURCE = russian_source()
CHANGED = SOURCE.replace("Циви", "ЦИВИ", 1)
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
    typed = {"opens": "2026-11-24T08:00", "closes": "2026-12-24T20:30", "time_zone": "Asia/Bishkek", "closes_for": ""}
    response = editor.post(address, typed)
    assert (response.status_code, response["Location"]) == (303, "/admin/texts/")
    before, appeal = appeal.revision, Appeal.objects.get()
    assert appeal.closes_at == datetime(2026, 12, 24, 14, 30, tzinfo=UTC)
    assert appeal.phase(NOON) is Phase.UPCOMING
    assert appeal.revision == before + 1
    assert 'value="2026-12-24T20:30"' in editor.get(address).content.decode()
    refused = editor.post(address, typed | {"opens": "2026-12-24T21:00"})
    assert refused.status_code == 422
    for odd in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert editor.post(address, typed | {"closes": odd}).status_code == 422
    empty = typed | {"opens": "", "closes": ""}
    editor.post(address, empty)
    assert Appeal.objects.filter(opens_at=None, closes_at=None).exists()
    assert [event.verb for event in AuditEvent.objects.order_by("-pk")[:2]] == ["set_opening", "set_opening"]
    editor.post(address, empty)  # as it is
    assert AuditEvent.objects.filter(verb="set_opening").count() == 2


def test_a_translation_is_previewed_and_published(editor: Client, appeal: Appeal) -> None:
    response = editor.post(text_at(appeal), TYPED)
    page = response.content.decode()
    assert "As we read it" in page
    assert page.count("<p>– ") == 8  # demands: nothing above them says so in this text, but the signed one does
    assert published() == []
    assert editor.post(text_at(appeal), TYPED | {"publish": ""}).status_code == 303
    assert published() == [1]
    assert "unofficial" in editor.get("/admin/texts/").content.decode()


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        ("Только заголовок", "There is no paragraph and no demand."),
        (SOURCE.replace("\n- Цоммитмент", "\n\n2\n\nЦоммитмент"), "Say what it is."),
        ("# Заголовок\n\n@ 9 октября 2020 года\n\nСлова", "the same paragraphs, demands and headings"),
        (ENGLISH, "Most of the text is in Latin letters. Is its language right?"),
        (SOURCE + "\n&nbsp;", "Copy it from the page as it is shown."),
    ],
)
def test_what_is_no_translation_of_the_signed_text_is_refused_with_a_sentence(
    editor: Client, appeal: Appeal, source: str, refusal: str
) -> None:
    html = editor.post(text_at(appeal), TYPED | {"source": source}).content.decode()
    assert refusal in html
    assert 'name="publish"' not in html
    response = editor.post(text_at(appeal), TYPED | {"source": source, "publish": ""})
    assert response.status_code == 422
    assert source.strip()[-40:] in response.content.decode().replace("&amp;", "&")
    assert published() == []


def test_what_is_undecided_is_decided_with_signs(editor: Client, appeal: Appeal) -> None:
    source = SOURCE + "\n\nКонтакт: press@fund.example"
    html = editor.post(text_at(appeal), TYPED | {"source": source}).content.decode()
    marked = unescape(re.search(r"<textarea readonly[^>]*>(.*?)</textarea>", html, re.DOTALL)[1])  # type: ignore[index]
    assert "\n? Контакт" in marked
    decided = marked.replace("? Контакт", "! Контакт").replace("\n? ", "\n* ")
    assert editor.post(text_at(appeal), TYPED | {"source": decided, "publish": ""}).status_code == 303
    assert "Контакт" not in str(AppealText.objects.get(language="ru").blocks)


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
    assert "ЦИВИ" in second.get(address).content.decode()
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
    for source in (CHANGED, CHANGED.replace("Кыргыз", "КЫРГЫЗ", 1)):
        text_proposals.publish_or_propose(appeal, "ru", source, NOON.date(), by=by, at=clock.now())
    proposal = TextProposal.objects.get()
    assert "КЫРГЫЗ" in proposal.source
    with pytest.raises(StatementRefused):
        text_proposals.publish_or_propose(appeal, "ru", "Only a title", NOON.date(), by=by, at=clock.now())
    address = f"/admin/texts/proposed/{proposal.pk}/"
    editor.post(address, {"do": "refuse", "seen": text_proposals.get_version(proposal)})
    assert not TextProposal.objects.exists()
    assert published() == [1]
    assert AuditEvent.objects.latest("pk").verb == "refuse_text"
