"""The notice before the form: the editor's, dated, in the language of the page; otherwise the built-in one."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from petition.actions.appeals.form_notice import set_notice
from petition.models import Appeal, AuditEvent, Notice
from tests.factories import MODERATOR, NOON, SLUG, STATEMENT
from tests.management.commands.test_import_statement import run, translation
from tests.tooling.test_translations import english_left_in

PREFIXES = {"en": "", "ru": "/ru", "ky": "/ky"}


def get_form(client: Client, language: str = "en") -> str:
    return client.get(f"{PREFIXES[language]}/appeals/{SLUG}/endorse/").content.decode()


def write_notice(appeal: Appeal, *paragraphs: str, language: str = "en") -> None:
    dated = date(2026, 10, 1)
    set_notice(appeal, language=language, paragraphs=paragraphs, dated=dated, by=MODERATOR, at=NOON)


def test_without_an_editors_notice_the_built_in_one_is_shown(client: Client, appeal: Appeal) -> None:
    page = get_form(client)
    assert "this can put people at risk" in page
    assert "Last updated: 27 November 2026" in page
    assert "Обновлено: 27 ноября 2026 г." in get_form(client, "ru")


def test_the_built_in_notice_fits_any_appeal(client: Client, appeal: Appeal) -> None:
    """Earlier versions spoke of Russia and Belarus in every appeal."""
    for language in PREFIXES:
        (notice,) = re.findall(r'<ul class="form-notice">.*?</ul>', get_form(client, language), re.DOTALL)
        assert not re.search(r"russia|belarus|росси|беларус", notice, re.IGNORECASE), language


def test_the_appeal_of_2020_has_its_own_notice(client: Client, db: None) -> None:
    run(STATEMENT)
    words = {"en": "banned in Russia or Belarus", "ru": "в России или Беларуси", "ky": "Россияда же Беларуста"}
    for language, sentence in words.items():
        page = get_form(client, language)
        assert sentence in page
        assert page.count("<li>") >= 4  # the paragraphs
    assert "Last updated: 27 November 2026" in get_form(client)
    assert (
        list(AuditEvent.objects.order_by("pk").values_list("verb", "actor_kind")[1:])
        == [("set_notice", "operator")] * 3
    )


def test_an_editors_notice_is_shown_in_its_language_only(client: Client, appeal: Appeal) -> None:
    write_notice(appeal, "Правда <script>alert(1)</script>", "  ", " Вторая. ", language="ru")
    page = get_form(client, "ru")
    assert "<li>Правда &lt;script&gt;alert(1)&lt;/script&gt;</li>\n<li>Вторая.</li>" in page
    assert "Обновлено: 1 октября 2026 г." in page
    assert "/text.en.txt" in page  # which text it is, no editor can leave out
    assert "Беларуси" not in page
    assert "Правда" not in get_form(client) + get_form(client, "ky")


def test_an_empty_notice_restores_the_built_in_one(client: Client, appeal: Appeal) -> None:
    write_notice(appeal, "One.")
    write_notice(appeal, "Two.")
    assert "<li>Two.</li>" in get_form(client)
    write_notice(appeal, " ")
    write_notice(appeal)
    assert "this can put people at risk" in get_form(client)
    assert not Notice.objects.exists()
    verbs = AuditEvent.objects.filter(subject_kind="appeal", subject_id=appeal.pk).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["import", "set_notice", "set_notice", "drop_notice"]


def find_text_version(page: str) -> str:
    (words,) = re.findall(r'<p class="text-version">\s*(.*?)</p>', page, re.S)
    assert page.index(words) < page.index('type="submit"')
    return str(words)


@pytest.mark.parametrize("language", PREFIXES)
def test_the_text_to_be_endorsed_is_named_above_the_button(client: Client, appeal: Appeal, language: str) -> None:
    text = find_text_version(get_form(client, language))
    assert f'href="/appeals/{SLUG}/text.en.txt"' in text
    begins = {
        "en": "You endorse this text, exactly",
        "ru": "На этом языке текста",
        "ky": "Кайрылуунун бул тилде",
    }
    assert text.startswith(begins[language])
    if language != "en":
        assert english_left_in(text) == set()


@pytest.mark.parametrize("status", ["unofficial", "official"])
def test_beside_a_translation_the_binding_text_is_named(
    client: Client, appeal: Appeal, tmp_path: Path, status: str
) -> None:
    run(translation(tmp_path), "--slug", SLUG, "--language", "ru", "--status", status)
    text = find_text_version(get_form(client, "ru"))
    assert ("неофициальный" in text) == (status == "unofficial")
    assert f'href="/appeals/{SLUG}/text.en.txt"' in text
