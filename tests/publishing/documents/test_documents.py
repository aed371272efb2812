"""PDF, DOCX and TXT of an appeal, read back by readers that are not ours."""

import io
import logging
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.translation import override
from docx import Document
from pytest_django.plugin import DjangoDbBlocker

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.documents import docx as word, pdf, plain_text, renderer
from petition.publishing.documents.contents import Letter
from petition.publishing.documents.letter import build_letter
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved, statement
from tests.management.commands.test_import_statement import run, translation
from tests.publishing import once
from tests.publishing.readers import (
    AS_OF,
    KINDS,
    LETTERS,
    PREFIXES,
    each_language,
    get,
    pages,
    paragraphs,
    read_document,
    unzip,
)
from tests.tooling.test_translations import english_left_in
from tests.web.public.test_appeal_page import list_further, source_words

pytestmark = pytest.mark.django_db  # all: pytest-django parts tests with it from others, and `printed` was made twice
PLACE = f"/appeals/{SLUG}"


@dataclass(frozen=True)
class Printed:
    """Every document of one state of the appeal, by language and kind, and its source."""

    responses: dict[tuple[str, str], Any]
    letters: dict[str, Letter]
    sha256: str  # of the text

    def read(self, kind: str, language: str = "en") -> str:
        return read_document(self.responses[language, kind].content, kind)


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Printed:
    """The appeal with one further entry and 14 that are not named."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    with once.rolled_back(django_db_blocker), once.documents_in_process():
        appeal = an_appeal()
        approved(appeal, organisation_name="Адилет «Үкүк»", acronym="АҮ", countries=("KG", "DE"))
        Appeal.objects.update(withheld_total=14)
        places = {(language, kind): f"{PREFIXES[language]}{PLACE}.{kind}" for language in PREFIXES for kind in KINDS}
        responses = {document: client.get(path) for document, path in places.items()}
        letters = {language: build_letter(SLUG, language) for language in PREFIXES}
        return Printed(responses, letters, appeal.texts.get().sha256)


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_documents_have_every_word_of_the_statement_in_order(printed: Printed, kind: str, language: str) -> None:
    headings = {"en": [], "ru": ["Signed", "by:"], "ky": ["Signed", "by:"]}[language]
    shown = iter(printed.read(kind, language).split())
    assert [word for word in source_words() if word not in headings and word not in shown] == []


@pytest.mark.parametrize("kind", KINDS)
def test_documents_have_all_entries_with_their_numbers(printed: Printed, kind: str) -> None:
    expected = [f"{signatory.number}. {signatory.label}" for signatory in statement().signatories]
    shown = printed.read(kind)
    assert " ".join(["Signed by:", *expected, "Endorsed later", AS_OF["en"], "1. Адилет «Үкүк» (АҮ,"]) in shown
    for number, demand in enumerate(statement().demands, 1):
        assert f" {number}. {demand} " in shown


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_in_the_language_of_the_address(printed: Printed, kind: str, language: str) -> None:
    shown, letter = printed.read(kind, language), printed.letters[language]
    assert AS_OF[language] in shown
    assert f"http://127.0.0.1:8000{PREFIXES[language]}/appeals/{SLUG}/" in shown
    assert printed.sha256 in shown
    assert letter.after_list[-1] in shown
    assert "14" in letter.after_list[-1]
    if language != "en":
        ours = [letter.headline, letter.text_note, letter.as_of_printed, letter.signed, letter.later, letter.qr_words]
        ours += [*letter.after_list, *letter.colophon]
        text = re.sub(r"http\S+|[0-9a-f]{64}", "", " ".join(ours))
        assert english_left_in(f"<p>{text}</p>", "QR") == set()


@pytest.mark.usefixtures("in_process")
def test_a_removed_name_is_gone_and_its_number_stays(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Gone Fund", acronym="GOFU", countries=("TJ",))
    for kind in KINDS:
        assert "1. Gone Fund (GOFU, Tajikistan)" in read_document(get(client, kind), kind)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 35, by=MODERATOR, at=NOON)
    for kind in KINDS:
        content = get(client, kind)
        parts = unzip(content).values() if kind == "docx" else [content]
        for gone in ("Gone", "GOFU", "Viasna"):
            assert gone not in read_document(content, kind)
            assert not any(gone.encode() in part for part in parts)
        assert "35. No longer listed Endorsed later" in read_document(content, kind)
        assert "1. No longer listed" in read_document(content, kind)


@pytest.mark.usefixtures("in_process")
def test_a_demonstration_is_marked_on_every_page(client: Client, db: None) -> None:
    get_or_create_appeal("demo", statement(), at=NOON)
    sentence = "Demonstration: everything here is made up."
    for kind in KINDS:
        content = get(client, kind, slug="demo")
        if kind == "docx":
            assert sentence in Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text
        else:
            shown = pages(content) if kind == "pdf" else [content.decode()]
            assert [text.count(sentence) for text in shown] == [1] * len(shown)


@pytest.mark.usefixtures("in_process")
def test_a_translation_is_printed_in_its_language_and_marked(client: Client, appeal: Appeal, tmp_path: Path) -> None:
    run(translation(tmp_path), "--slug", SLUG, "--language", "ru", "--status", "unofficial", "--date", "2026-11-23")
    assert "23 ноября 2026" in build_letter(SLUG, "ru").text_note
    for kind in KINDS:
        shown = read_document(get(client, kind, "ru"), kind)
        assert "8. Требование номер 8." in shown
        assert build_letter(SLUG, "ru").text_note in shown
        assert appeal.texts.get(language="ru").sha256 in shown
        assert "text.ru.txt" in shown
        assert "Требование" not in read_document(get(client, kind), kind)


def test_a_list_too_long_to_print_ends_with_the_address_of_the_data(appeal: Appeal) -> None:
    list_further(appeal, 20)
    whole, cut = build_letter(SLUG, "en", max_names=55), build_letter(SLUG, "en", max_names=54)
    assert (len(whole.further), whole.after_list) == (20, ())
    assert (len(cut.further), len(cut.after_list)) == (19, 1)
    assert cut.after_list[0].endswith(f"http://127.0.0.1:8000/appeals/{SLUG}/signatories.csv")
    for shown in (
        plain_text.render_plain_text(cut),
        read_document(pdf.render_pdf(cut.for_renderer()), "pdf"),
        read_document(word.render_docx(cut.for_renderer()), "docx"),
    ):
        assert cut.after_list[0] in shown
        assert "Made-up Fund 20" not in shown


@pytest.mark.usefixtures("in_process")
def test_an_empty_second_list_is_explained(client: Client, appeal: Appeal) -> None:
    for kind in KINDS:
        assert f"{AS_OF['en']} No organisation is listed here yet." in read_document(get(client, kind), kind)


# --- names of all kinds ---


@pytest.mark.usefixtures("in_process")
def test_names_in_other_scripts_are_printed(client: Client, appeal: Appeal) -> None:
    for letters in LETTERS.values():
        approved(appeal, organisation_name=letters, countries=())
    assert get(client, "pdf").startswith(b"%PDF-")
    shown, text = paragraphs(get(client, "docx")), get(client, "txt").decode()
    for number, letters in enumerate(LETTERS.values(), 1):
        assert f"{number}.\t{letters}" in shown
        isolated = f"\u2068{letters}\u2069" if letters == LETTERS["right to left"] else letters
        assert f"\n{number}. {isolated}\n" in text


@pytest.mark.usefixtures("in_process")
def test_long_and_unusual_names_are_printed_unchanged(client: Client, appeal: Appeal) -> None:
    names = ("W" * 300, "fund " * 59 + "fund!", '#eval(1) *x* $y$ @z <b>&amp;\\ "a\'b" -- …')
    for name in names:
        approved(appeal, organisation_name=name, countries=())
    for kind in KINDS:
        shown = "".join(read_document(get(client, kind), kind).split())
        for number, name in enumerate(names, 1):
            assert "".join(f"{number}. {name}".split()) in shown


# --- the TXT ---


def test_the_text_reads_like_the_statement(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Fund <b>", countries=())
    text = get(client, "txt").decode()
    assert text.startswith(f"{statement().title}\n\n9 October 2020\n\nWe, members of")
    assert "\n\n1. Inclusive negotiations" in text
    assert "\n\nSigned by:\n1. International Partnership for Human Rights (IPHR, Belgium)\n2. The Norwegian" in text
    assert f"\n\nEndorsed later\n{AS_OF['en']}\n1. Fund <b>\n\nBackground:\n\nThe parliamentary" in text


# --- how they are made and served ---


def test_the_same_revision_gives_the_same_bytes(client: Client, appeal: Appeal) -> None:
    """Each in its own process, as on the site: four child processes take a second."""
    list_further(appeal, 30)
    for kind in KINDS:
        first = get(client, kind)
        assert get(client, kind) == first
        if kind == "docx":
            with zipfile.ZipFile(io.BytesIO(first)) as parts:
                assert {part.date_time for part in parts.infolist()} == {(2026, 11, 23, 0, 0, 0)}


@pytest.mark.parametrize(
    ("kind", "content_type", "shown"),
    [
        ("pdf", "application/pdf", "inline"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
        ("txt", "text/plain; charset=utf-8", "inline"),
    ],
)
def test_documents_have_headers_and_file_names(
    client: Client, appeal: Appeal, printed: Printed, kind: str, content_type: str, shown: str
) -> None:
    for language, suffix in (("en", ""), ("ky", "-ky")):
        path, response = f"{PREFIXES[language]}{PLACE}.{kind}", printed.responses[language, kind]
        assert response["Content-Type"] == content_type
        assert response["Content-Disposition"] == f'{shown}; filename="{SLUG}-2026-11-23{suffix}.{kind}"'
        assert response["Cache-Control"] == "public, no-cache"
        assert response["Content-Language"] == language
        with override(language):
            assert resolve(path).func.published  # type: ignore[attr-defined]
    asked = client.get(f"/appeals/{SLUG}.{kind}?x=1")
    assert (asked.status_code, asked["Location"]) == (301, f"/appeals/{SLUG}.{kind}")
    assert client.post(f"/appeals/{SLUG}.{kind}").status_code == 405
    assert client.get(f"/appeals/none.{kind}").status_code == 404
    Appeal.objects.update(published_at=None)
    assert client.get(f"/appeals/{SLUG}.{kind}").status_code == 404


def test_a_failed_document_is_503_and_no_name_is_logged(
    client: Client, appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    approved(appeal, organisation_name="Unprintable \x01 Fund", countries=())  # XML 1.0, 2.2: no such character
    with caplog.at_level(logging.ERROR):
        response = client.get(f"/appeals/{SLUG}.docx")
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    assert "exit code 1, ValueError" in caplog.text
    assert "Unprintable" not in caplog.text


def test_a_document_that_takes_too_long_is_cancelled(appeal: Appeal) -> None:
    letter = build_letter(SLUG, "en")
    with pytest.raises(renderer.RenderingFailed):
        renderer._run_child("pdf", letter, seconds=0.001)
    assert renderer._run_child("pdf", letter).startswith(b"%PDF-")
