"""PDF, DOCX and TXT of an appeal, read back by readers that are not ours."""

import io
import logging
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.translation import override
from docx import Document

from petition.actions.appeals.demonstration import appeal_for
from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.documents import docx as word, pdf, plain_text, renderer
from petition.publishing.documents.letter import written
from tests.factories import MODERATOR, NOON, SLUG, approved, reading
from tests.management.test_import_statement import run, translation
from tests.publishing.readers import (
    AS_OF,
    KINDS,
    LETTERS,
    PREFIXES,
    each_language,
    get,
    lines,
    pages,
    paragraphs,
    told,
    zipped,
)
from tests.test_translations import english_left_in
from tests.web.public.test_appeal_page import list_further, source_words

# --- the words ---


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_the_statement_in_its_order(client: Client, appeal: Appeal, kind: str, language: str) -> None:
    headings = {"en": [], "ru": ["Signed", "by:", "Background:"], "ky": ["Signed", "by:", "Background:"]}[language]
    shown = iter(told(get(client, kind, language), kind).split())
    assert [word for word in source_words() if word not in headings and word not in shown] == []


@pytest.mark.parametrize("kind", KINDS)
def test_all_lines_stand_as_printed_with_their_numbers(client: Client, appeal: Appeal, kind: str) -> None:
    approved(appeal, organisation_name="Адилет «Үкүк»", acronym="АҮ", countries=("KG", "DE"))
    expected = [f"{signatory.number}. {signatory.label}" for signatory in reading().signatories]
    shown = told(get(client, kind), kind)
    assert " ".join(["Signed by:", *expected, "Endorsed later", AS_OF["en"], "1. Адилет «Үкүк» (АҮ,"]) in shown
    for number, demand in enumerate(reading().demands, 1):
        assert f" {number}. {demand} " in shown


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_our_words_are_in_the_language_of_the_address(client: Client, appeal: Appeal, kind: str, language: str) -> None:
    Appeal.objects.update(withheld_total=14)
    shown = told(get(client, kind, language), kind)
    assert AS_OF[language] in shown
    assert f"http://127.0.0.1:8000{PREFIXES[language]}/appeals/{SLUG}/" in shown
    assert appeal.texts.get().sha256 in shown
    letter = written(SLUG, language)
    assert letter.after_list[-1] in shown
    assert "14" in letter.after_list[-1]
    if language != "en":
        ours = [letter.headline, letter.text_note, letter.as_of_printed, letter.signed, letter.later, letter.qr_words]
        ours += [*letter.after_list, letter.background_heading, *letter.colophon]
        said = re.sub(r"http\S+|[0-9a-f]{64}", "", " ".join(ours))
        assert english_left_in(f"<p>{said}</p>", "QR") == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_removed_name_is_gone_and_its_number_stays(client: Client, appeal: Appeal, kind: str) -> None:
    approved(appeal, organisation_name="Gone Fund", acronym="GOFU", countries=("TJ",))
    assert "1. Gone Fund (GOFU, Tajikistan)" in told(get(client, kind), kind)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 35, by=MODERATOR, at=NOON)
    content = get(client, kind)
    parts = zipped(content).values() if kind == "docx" else [content]
    for gone in ("Gone", "GOFU", "Viasna"):
        assert gone not in told(content, kind)
        assert not any(gone.encode() in part for part in parts)
    assert "35. No longer listed Endorsed later" in told(content, kind)
    assert "1. No longer listed" in told(content, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_demonstration_says_so_on_every_page(client: Client, db: None, kind: str) -> None:
    appeal_for("demo", reading(), at=NOON)
    content = get(client, kind, slug="demo")
    said = "Demonstration: everything here is made up."
    if kind == "docx":
        assert said in Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text
    else:
        shown = pages(content) if kind == "pdf" else [content.decode()]
        assert [text.count(said) for text in shown] == [1] * len(shown)


@pytest.mark.parametrize("kind", KINDS)
def test_a_translation_is_printed_in_its_language_and_says_what_it_is(
    client: Client, appeal: Appeal, tmp_path: Path, kind: str
) -> None:
    run(translation(tmp_path), "--slug", SLUG, "--language", "ru", "--status", "unofficial", "--date", "2026-11-23")
    shown = told(get(client, kind, "ru"), kind)
    assert "8. Требование номер 8." in shown
    assert written(SLUG, "ru").text_note in shown
    assert "23 ноября 2026" in written(SLUG, "ru").text_note
    assert appeal.texts.get(language="ru").sha256 in shown
    assert "text.ru.txt" in shown
    assert "Требование" not in told(get(client, kind), kind)


def test_a_list_too_long_to_print_ends_with_the_address_of_the_data(appeal: Appeal) -> None:
    list_further(appeal, 20)
    whole, cut = written(SLUG, "en", most_names=55), written(SLUG, "en", most_names=54)
    assert (len(whole.further), whole.after_list) == (20, ())
    assert (len(cut.further), len(cut.after_list)) == (19, 1)
    assert cut.after_list[0].endswith(f"http://127.0.0.1:8000/appeals/{SLUG}/signatories.csv")
    for shown in (
        plain_text.rendered(cut),
        told(pdf.rendered(cut.for_renderer()), "pdf"),
        told(word.rendered(cut.for_renderer()), "docx"),
    ):
        assert cut.after_list[0] in shown
        assert "Made-up Fund 20" not in shown


def test_an_empty_second_list_says_so(client: Client, appeal: Appeal) -> None:
    for kind in KINDS:
        assert f"{AS_OF['en']} No organisation has been listed here yet." in told(get(client, kind), kind)


# --- names of all kinds ---


@pytest.mark.parametrize("letters", LETTERS.values(), ids=LETTERS)
def test_names_in_other_letters(client: Client, appeal: Appeal, letters: str) -> None:
    approved(appeal, organisation_name=letters, countries=())
    assert get(client, "pdf").startswith(b"%PDF-")
    assert f"\t1.\t{letters}" in paragraphs(get(client, "docx"))
    isolated = f"\u2068{letters}\u2069" if letters == LETTERS["right to left"] else letters
    assert f"\n1. {isolated}\n" in get(client, "txt").decode()


@pytest.mark.parametrize("name", ["W" * 300, "fund " * 59 + "fund!", '#eval(1) *x* $y$ @z <b>&amp;\\ "a\'b" -- …'])
def test_names_long_and_strange_are_printed_as_they_are(client: Client, appeal: Appeal, name: str) -> None:
    approved(appeal, organisation_name=name, countries=())
    for kind in KINDS:
        assert "".join(f"1. {name}".split()) in "".join(told(get(client, kind), kind).split())


# --- the DOCX and the TXT ---


def test_the_docx_has_headings_language_and_no_person(client: Client, appeal: Appeal) -> None:
    document = Document(io.BytesIO(get(client, "docx", "ru")))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.style and p.style.name != "Normal"]
    assert ("Title", reading().title) in styles
    headings = [text for style, text in styles if style == "Heading 1"]
    assert headings == ["Подписали:", "Присоединились позже", "Справка:"]
    about = document.core_properties
    assert (about.title, about.author, about.last_modified_by) == (reading().title, *["Civic Solidarity Platform"] * 2)
    assert (about.language, about.comments, about.created) == ("ru", "", NOON.replace(hour=0))
    foot = document.sections[0].footer.paragraphs[0]
    assert foot.text.startswith(f"http://127.0.0.1:8000/ru/appeals/{SLUG}/ · {AS_OF['ru']}")
    assert re.findall(r'w:instr="(\w+)"', foot._p.xml) == ["PAGE", "NUMPAGES"]
    title = next(p for p in document.paragraphs if p.text == reading().title)
    assert 'w:lang w:val="en"' in title._p.xml
    assert b'w:lang w:val="ru"' in zipped(get(client, "docx", "ru"))["word/styles.xml"]


def test_the_text_reads_like_the_statement(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Fund <b>", countries=())
    text = get(client, "txt").decode()
    assert text.startswith(f"{reading().title}\n\n9 October 2020\n\nWe, members of")
    assert "\n\n1. Inclusive negotiations" in text
    assert "\n\nSigned by:\n1. International Partnership for Human Rights (IPHR, Belgium)\n2. The Norwegian" in text
    assert f"\n\nEndorsed later\n{AS_OF['en']}\n1. Fund <b>\n\nBackground:\n\nThe parliamentary" in text


def test_five_thousand_names_cost_a_word_processor_s_document_seconds(appeal: Appeal) -> None:
    """Of processor time; each line looking through those before it cost three times the limit."""
    long = replace(written(SLUG, "en"), further=lines(5000)).for_renderer()
    began = time.process_time()
    document = word.rendered(long)
    assert time.process_time() - began < 10
    assert "\t5000.\tMade-up Fund 5000" in paragraphs(document)


# --- how they are made and served ---


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_revision_gives_the_same_bytes(client: Client, appeal: Appeal, kind: str) -> None:
    list_further(appeal, 30)
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
def test_headers_and_names_of_files(client: Client, appeal: Appeal, kind: str, content_type: str, shown: str) -> None:
    for language, suffix in (("en", ""), ("ky", "-ky")):
        path = f"{PREFIXES[language]}/appeals/{SLUG}.{kind}"
        answer = client.get(path)
        assert answer["Content-Type"] == content_type
        assert answer["Content-Disposition"] == f'{shown}; filename="{SLUG}-2026-11-23{suffix}.{kind}"'
        assert answer["Cache-Control"] == "public, no-cache"
        assert answer["Content-Language"] == language
        with override(language):
            assert resolve(path).func.published  # type: ignore[attr-defined]
    asked = client.get(f"/appeals/{SLUG}.{kind}?x=1")
    assert (asked.status_code, asked["Location"]) == (301, f"/appeals/{SLUG}.{kind}")
    assert client.post(f"/appeals/{SLUG}.{kind}").status_code == 405
    assert client.get(f"/appeals/none.{kind}").status_code == 404
    Appeal.objects.update(published_at=None)
    assert client.get(f"/appeals/{SLUG}.{kind}").status_code == 404


def test_what_cannot_be_made_is_503_and_its_name_is_not_in_the_log(
    client: Client, appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    approved(appeal, organisation_name="Unprintable \x01 Fund", countries=())  # XML 1.0, 2.2: no such character
    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/appeals/{SLUG}.docx")
    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert "exit code 1, ValueError" in caplog.text
    assert "Unprintable" not in caplog.text


def test_a_document_that_takes_too_long_is_given_up(appeal: Appeal) -> None:
    letter = written(SLUG, "en")
    with pytest.raises(renderer.NotRendered):
        renderer._from_child("pdf", letter, seconds=0.001)
    assert renderer._from_child("pdf", letter).startswith(b"%PDF-")
