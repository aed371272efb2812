"""The PDF: its pages, its tags, its metadata."""

import bisect
import io
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django.plugin import DjangoDbBlocker

from petition.models import Appeal
from petition.publishing.absolute_urls import absolute_url
from petition.publishing.documents.contents import Entry
from petition.publishing.documents.letter import build_letter
from tests.factories import NOON, SLUG, an_appeal, statement
from tests.publishing import once
from tests.publishing.readers import (
    AS_OF,
    PREFIXES,
    each_language,
    get,
    lines,
    pages,
    set_pdf,
)
from tests.web.public.test_appeal_page import list_further


@pytest.fixture(scope="module")
def long_pdfs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, bytes]:
    """The appeal with a long list, by language."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    with once.rolled_back(django_db_blocker), once.documents_in_process():
        list_further(an_appeal(), 120)
        return {language: get(client, "pdf", language) for language in PREFIXES}


@each_language
def test_each_page_has_address_date_and_number(long_pdfs: dict[str, bytes], language: str) -> None:
    shown = pages(long_pdfs[language])
    assert len(shown) > 4
    address = f"http://127.0.0.1:8000{PREFIXES[language]}/appeals/{SLUG}/"
    for number, page in enumerate(shown, 1):
        assert " ".join(page.split()[-20:]).endswith(f"{address} · {AS_OF[language]} {number} / {len(shown)}")


@each_language
def test_the_pdf_is_tagged_and_titled_and_has_no_author(long_pdfs: dict[str, bytes], language: str) -> None:
    reader = PdfReader(io.BytesIO(long_pdfs[language]))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert {"/H1", "/H2", "/L", "/LI", "/Lbl", "/LBody", "/P", "/Figure"} <= set(kinds(root["/StructTreeRoot"]["/K"]))
    assert "/Alt" in repr(figure(root["/StructTreeRoot"]["/K"]))
    about = reader.metadata
    assert about
    assert (about.title, about.author) == (statement().title, "Civic Solidarity Platform")
    assert about.creation_date == about.modification_date == NOON.replace(hour=0)
    assert set(about) <= {"/Title", "/Author", "/Creator", "/CreationDate", "/ModDate"}
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    fonts = {name for page in reader.pages for name in fonts_of(page)}
    assert all("LibertinusSerif" in name for name in fonts)


def kinds(node: Any) -> Iterable[str]:
    """Yield the structure types below a node of the structure tree (ISO 32000-1, 14.7)."""
    for child in elements(node):
        yield child["/S"]


def figure(node: Any) -> Any:
    return next(element for element in elements(node) if element["/S"] == "/Figure")


def elements(node: Any) -> Iterable[Any]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, dict) and "/S" in node:
        yield node
        yield from elements(node.get("/K", []))


def fonts_of(page: Any) -> Iterable[str]:
    for font in page["/Resources"]["/Font"].values():
        yield font.get_object()["/BaseFont"]


def test_a_name_without_a_font_only_loses_pdf_ua(appeal: Appeal) -> None:
    """U+10FFFD is for private use: no font draws it."""
    content = set_pdf(build_letter(SLUG, "en"), further=(Entry(1, "Fund \U0010fffd", "en", is_listed=True),))
    root: Any = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" not in root["/Metadata"].get_data()


# --- links ---


@each_language
def test_each_address_of_ours_is_a_tagged_link_to_itself(appeal: Appeal, language: str) -> None:
    """ISO 14289-1, 7.18.5: each link is an element of the structure and says in /Contents where it leads."""
    letter = build_letter(SLUG, language, max_names=1)
    reader = PdfReader(io.BytesIO(set_pdf(letter)))
    addresses = [absolute_url("signatories_csv", SLUG), letter.address, absolute_url("text", SLUG, "en")]
    assert [(link["/A"]["/URI"], link["/Contents"]) for link in links_of(reader)] == [
        (each, each) for each in addresses
    ]
    assert [text_of(link, reader) for link in links_of(reader)] == addresses
    assert tagged_links(reader) == [link.indirect_reference.idnum for link in links_of(reader)]
    assert all(page.get("/Tabs") == "/S" for page in reader.pages)
    assert claims_pdf_ua(reader)


def test_the_code_of_an_edition_opens_the_edition(appeal: Appeal) -> None:
    """Its address is printed in the footer alone, where ISO 14289-1 has no place for a link."""
    address = absolute_url("edition", SLUG, "2026-11-23")
    letter = replace(build_letter(SLUG, "en"), edition="2026-11-23", address=address)
    reader = PdfReader(io.BytesIO(set_pdf(letter)))
    assert [link["/A"]["/URI"] for link in links_of(reader)].count(address) == 1
    assert [picture["/Alt"] for link in link_elements(reader) for picture in figures_in(link)] == [letter.qr_words]
    assert claims_pdf_ua(reader)


def test_an_address_in_a_name_or_a_note_opens_nothing(appeal: Appeal) -> None:
    entry = Entry(1, "Fund https://fund.example", "en", is_listed=True, note="See https://note.example")
    letter = build_letter(SLUG, "en")
    reader = PdfReader(io.BytesIO(set_pdf(letter, further=(entry,))))
    expected = [letter.address, absolute_url("text", SLUG, "en")]
    assert [link["/A"]["/URI"] for link in links_of(reader)] == expected
    assert any("https://fund.example" in page.extract_text() for page in reader.pages)


def links_of(reader: PdfReader) -> list[Any]:
    """Return the link annotations (ISO 32000-1, 12.5.6.5) of all pages in their order."""
    return [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]


def link_elements(reader: PdfReader) -> list[Any]:
    """Return the elements /Link of the structure tree in the order of reading."""
    root: Any = reader.trailer["/Root"]
    return [each for each in elements(root["/StructTreeRoot"]["/K"]) if each["/S"] == "/Link"]


def tagged_links(reader: PdfReader) -> list[int]:
    """Return the object number of the annotation that each element /Link refers to (ISO 32000-1, 14.7.4.3)."""
    children: list[Any] = [child for link in link_elements(reader) for child in link["/K"]]
    objects = [child.get_object() for child in children if not isinstance(child, int)]
    return [child.raw_get("/Obj").idnum for child in objects if child.get("/Type") == "/OBJR"]


def figures_in(element: Any) -> list[Any]:
    return [each for each in elements(element["/K"]) if each["/S"] == "/Figure"]


def claims_pdf_ua(reader: PdfReader) -> bool:
    root: Any = reader.trailer["/Root"]
    return b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def text_of(link: Any, reader: PdfReader) -> str:
    """Return the text that begins within the annotation's rectangle: here an address takes no more than one line."""
    left, bottom, right, top = (float(side) for side in link["/Rect"])
    shown: list[str] = []

    def visit(text: str, place: list[float], *_: Any) -> None:
        if left - 1 < place[4] < right and bottom < place[5] < top:
            shown.append(text.strip())

    page = next(page for page in reader.pages if link.indirect_reference in page.get("/Annots", ()))
    page.extract_text(visitor_text=visit)
    return "".join(shown)


LENGTHS = range(1, 61)
"""More than the lines of a page: with a list of each length before it, a heading stands once at every height."""


def test_a_heading_stays_with_its_content(appeal: Appeal) -> None:
    """Each list length moves the headings by one line. To set and read a letter takes 0.2 s: only those lengths are
    tried at which one is near the end of a page, and all of them with EVIDENCE_FULL=1."""
    letter = build_letter(SLUG, "en")
    headings = {letter.signed, letter.later, letter.as_of_printed, letter.background_heading}

    @cache
    def read(length: int) -> list[list[str]]:
        """Return the lines of each page, without its footer."""
        content = set_pdf(letter, originals=lines(length), further=lines(2))
        shown = [[line for line in page.splitlines() if line.strip()][:-1] for page in pages(content)]
        return [page[:-1] if letter.address in page[-1] else page for page in shown]

    def find_page(heading: str, length: int) -> int:
        return next(number for number, page in enumerate(read(length)) if heading in page)

    tried = set(LENGTHS) if os.environ.get("EVIDENCE_FULL") else set()
    for heading in (letter.later, letter.background_heading):
        page = find_page(heading, LENGTHS[0])
        moved = bisect.bisect_right(LENGTHS, page, key=lambda length: find_page(heading, length))
        tried.update(LENGTHS[max(0, moved - 6) : moved + 2])
        assert read(LENGTHS[moved])[page + 1][0] == heading, "the first length that moves it to the next page"
    broken = [(length, page[-1]) for length in sorted(tried) for page in read(length) if page[-1] in headings]
    assert broken == []


@pytest.mark.parametrize("name", [" ".join(["Organisation"] * 25)[:300], "W" * 300], ids=["words", "one word"])
def test_a_long_name_stays_on_its_page_and_between_the_margins(appeal: Appeal, name: str) -> None:
    content = set_pdf(
        build_letter(SLUG, "en"), further=tuple(Entry(n, name, "en", is_listed=True) for n in range(1, 21))
    )
    shown = ["".join(page.split()).replace("\u200b", "") for page in pages(content)]
    assert sum(page.count("".join(name.split())) for page in shown) == 20
    of_names = [
        line for page in pages(content) for line in page.splitlines() if name[0] * 2 in line or name[:12] in line
    ]
    assert max(map(len, of_names)) < 110
