"""Reads documents with readers that are not part of this project."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from django.test import Client
from docx import Document
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

from petition.publishing.documents import pdf
from petition.publishing.documents.contents import Entry, Letter
from tests.factories import SLUG

PREFIXES = {"en": "", "ru": "/ru", "ky": "/ky"}
AS_OF = {
    "en": "As of 23 November 2026",
    "ru": "По состоянию на 23 ноября 2026 г.",
    "ky": "2026-ж., 23-ноябрь күнүнө карата",
}
KINDS = ("pdf", "docx", "txt")
LETTERS = {"right to left": "منظمة حقوق الإنسان", "CJK": "人権団体", "Georgian": "ადამიანის უფლებები"}

each_language = pytest.mark.parametrize("language", PREFIXES)


def get(client: Client, kind: str, language: str = "en", slug: str = SLUG) -> bytes:
    response = client.get(f"{PREFIXES[language]}/appeals/{slug}.{kind}")
    assert response.status_code == 200
    return response.content


def pages(content: bytes) -> list[str]:
    """Return the text of each page; words that are broken at their own hyphen are joined."""
    return [page.extract_text().replace("-\n", "-") for page in PdfReader(io.BytesIO(content)).pages]


def paragraphs(content: bytes) -> list[str]:
    """Return the text of each paragraph, entries of lists with the number that a word processor shows.

    It counts by ECMA-376 part 1, 17.9: lists with the same definition share one count, which begins anew where a list
    with a start of its own (w:startOverride) has its first entry.
    """
    document = Document(io.BytesIO(content))
    lists = document.part.numbering_part.element
    counts: Counter[int] = Counter()
    begun = set()

    def number(paragraph: Paragraph) -> str:
        found = paragraph._p.xpath("w:pPr/w:numPr/w:numId/@w:val")
        if not found:
            return ""
        of = lists.num_having_numId(int(found[0]))
        definition = of.abstractNumId.val
        for start in of.xpath("w:lvlOverride/w:startOverride/@w:val") if of.numId not in begun else ():
            counts[definition] = int(start) - 1
        begun.add(of.numId)
        counts[definition] += 1
        return f"{counts[definition]}.\t"

    return [number(paragraph) + paragraph.text for paragraph in document.paragraphs]


@cache
def read_document(content: bytes, kind: str) -> str:
    """Return all text of a document, with one space between words. Reading a PDF takes longer than making it."""
    text = [content.decode()] if kind == "txt" else pages(content) if kind == "pdf" else paragraphs(content)
    return " ".join("\n".join(text).split()).replace("\u200b", "")


def set_pdf(letter: Letter, **changes: Any) -> bytes:
    return pdf.render_pdf(replace(letter, **changes).for_renderer())


def lines(count: int) -> tuple[Entry, ...]:
    return tuple(Entry(number, f"Made-up Fund {number}", "en", is_listed=True) for number in range(1, count + 1))


def unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def change_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the file with one part changed. Raises AssertionError if that changes nothing."""
    parts, changed = unzip(content), io.BytesIO()
    assert change(parts[name]) != parts[name]
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as into:
        for part, body in parts.items():
            into.writestr(part, change(body) if part == name else body)
    return changed.getvalue()
