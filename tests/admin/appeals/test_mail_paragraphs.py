"""Editors add a paragraph to a mail: previewed, stored, in its language only, and nothing that looks like fraud."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from petition.admin.labels import MAILS
from petition.mail import messages
from petition.models import Appeal, AppealText, AuditEvent, MailParagraph, Role
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import confirmed

PATH = "/admin/mails/question/ru/"
WORDS = "В августе мы отвечаем медленнее."


@pytest.fixture(autouse=True)
def no_paragraphs_of_other_tests() -> Iterator[None]:
    messages.forget_paragraphs()
    yield
    messages.forget_paragraphs()


@pytest.fixture
def editor(appeal: Appeal) -> Client:
    return create_client(create_account("editor", Role.EDITOR))


def save(browser: Client, words: str, *, status: int = 303) -> str:
    response = browser.post(PATH, {"words": words})
    assert response.status_code == status
    return response.content.decode()


def body(message: str, language: str) -> str:
    with translation.override(language):
        return messages.render(message, {"url": "https://x.example/"}).text


def test_a_paragraph_is_previewed_then_saved(editor: Client) -> None:
    preview = editor.post(PATH, {"words": f"{WORDS} {SCRIPT}", "preview": ""}).content.decode()
    shown = preview.split('class="staff-rendered"')[1].split("</section>")[0]
    assert f"{WORDS} {ESCAPED}" in shown
    assert "У нас есть вопрос" in shown
    assert SCRIPT not in preview
    assert not MailParagraph.objects.exists()
    assert not AuditEvent.objects.filter(verb="set_mail_paragraph").exists()
    save(editor, f"  {WORDS} \r\n\r\n Вторая строка. ")
    paragraph = MailParagraph.objects.get()
    assert (paragraph.message, paragraph.language) == ("question", "ru")
    assert paragraph.words == f"{WORDS}\n\nВторая строка."
    assert WORDS in editor.get(PATH).content.decode()
    overview = editor.get("/admin/mails/").content.decode()
    assert overview.count("✓") == 1
    assert f'<a href="{PATH}" lang="ru">Русский</a>\n✓' in overview


def test_saving_is_on_record(editor: Client) -> None:
    save(editor, WORDS)
    event = AuditEvent.objects.get(verb="set_mail_paragraph")
    assert (event.subject_kind, event.subject_id, event.reason) == ("sitestate", None, "question.ru")
    assert event.actor_id == int(editor.session["_auth_user_id"])
    assert WORDS not in str(vars(event))
    auditor = create_client(create_account("auditor", Role.AUDITOR))
    shown = auditor.get("/admin/petition/auditevent/?verb=set_mail_paragraph").content.decode()
    assert "paragraph of an e-mail saved" in shown
    assert "We have a question (Русский)" in shown


def test_it_stands_in_the_mail_in_its_language_only(
    editor: Client, staff: Client, appeal: Appeal, django_capture_on_commit_callbacks: Any
) -> None:
    before = {language: body("question", language) for language in ("en", "ru", "ky")}
    with django_capture_on_commit_callbacks(execute=True):
        save(editor, WORDS)
    after = {language: body("question", language) for language in ("en", "ru", "ky")}
    assert WORDS in after["ru"]
    assert before["ru"].split("\n\n-- ")[0].rstrip() in after["ru"], "below our text, not in its place"
    assert after["ru"].index("https://x.example/") < after["ru"].index(WORDS)
    assert (after["en"], after["ky"]) == (before["en"], before["ky"])
    assert WORDS not in body("question_reminder", "ru")
    for language, expected in (("ru", True), ("en", False)):
        row = confirmed(appeal, language=language)
        page = staff.get(f"/admin/endorsements/{row.pk}/").content.decode()
        assert (WORDS in page) == expected, "moderators see the mail as it leaves"


def test_without_words_it_is_removed(editor: Client, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        save(editor, WORDS)
    assert WORDS in body("question", "ru")
    with django_capture_on_commit_callbacks(execute=True):
        save(editor, " \r\n ")
    assert not MailParagraph.objects.exists()
    assert WORDS not in body("question", "ru")
    assert AuditEvent.objects.filter(verb="set_mail_paragraph").count() == 2


@pytest.mark.parametrize(
    "words",
    [
        "See https://elsewhere.example/form",
        "See HTTP://elsewhere.example",
        "See www.elsewhere.example",
        "See elsewhere.example",
        "Смотрите сайт.рф",
        "Write to office@elsewhere.example",
    ],
)
def test_links_and_addresses_are_refused(editor: Client, words: str) -> None:
    page = save(editor, words, status=422)
    assert "Remove links and e-mail addresses" in page
    assert words in page, "what was typed is shown again"
    assert not MailParagraph.objects.exists()


def test_the_title_of_an_appeal_and_its_issuer_are_refused(editor: Client, appeal: Appeal) -> None:
    title = AppealText.objects.published().get(appeal=appeal, language="en").title
    for name in (title, title.upper(), appeal.issuer):
        assert name
        page = save(editor, f"About “{name}”", status=422)
        assert "Remove the title of the appeal and the name of its issuer." in page
    assert not MailParagraph.objects.exists()


@pytest.mark.parametrize("words", ["x" * 501, "a\u202eb"])
def test_what_is_too_long_or_invisible_is_refused(editor: Client, words: str) -> None:
    save(editor, words, status=422)
    assert not MailParagraph.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EDITOR])
def test_only_editors_may(appeal: Appeal, role: Role) -> None:
    browser = create_client(create_account("other", role))
    assert browser.get("/admin/mails/").status_code == 403
    assert browser.get(PATH).status_code == 403
    assert browser.post(PATH, {"words": WORDS}).status_code == 403
    assert not MailParagraph.objects.exists()


def test_a_paragraph_needs_an_account_and_a_csrf_token(editor: Client, client: Client) -> None:
    assert client.post(PATH, {"words": WORDS})["Location"].startswith("/admin/login/")
    editor.handler.enforce_csrf_checks = True
    assert editor.post(PATH, {"words": WORDS}).status_code == 403
    assert not MailParagraph.objects.exists()


def test_each_mail_to_organisations_has_a_page_and_no_other(editor: Client) -> None:
    overview = editor.get("/admin/mails/").content.decode()
    for message in messages.EDITABLE_MAILS:
        assert f'href="/admin/mails/{message}/ky/"' in overview
        assert editor.get(f"/admin/mails/{message}/ky/").status_code == 200
    assert set(MAILS) >= messages.EDITABLE_MAILS
    for path in ("delivery_check/en", "digest/en", "nothing/en", "question/xx"):
        assert editor.get(f"/admin/mails/{path}/").status_code == 404
        assert editor.post(f"/admin/mails/{path}/", {"words": WORDS}).status_code == 404
