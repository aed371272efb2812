"""The DOCX before programs that are not ours: a checker of ECMA-376, and LibreOffice, which counts its lists."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openxml_audit import OpenXmlValidator

from petition.models import Appeal
from petition.publishing.documents import docx
from petition.publishing.documents.contents import Entry, Letter
from petition.publishing.documents.letter import build_letter
from tests import programs
from tests.factories import SLUG
from tests.publishing.readers import LETTERS, PREFIXES, change_part, each_language, lines

pytestmark = pytest.mark.long

GAPS = tuple(number for number in range(1, 121) if number % 11)
DAMAGE = {
    "order of properties": (
        "word/document.xml",
        rb'(<w:pStyle w:val="ListNumber"/>)(<w:numPr>.*?</w:numPr>)',
        rb"\2\1",
        "Unexpected element 'pStyle'",
    ),
    "list that is not defined": (
        "word/document.xml",
        rb'<w:numId w:val="\d+"/>',
        rb'<w:numId w:val="999"/>',
        "Numbering definition '999' referenced but not found",
    ),
    "definition that does not exist": (
        "word/numbering.xml",
        rb'<w:abstractNumId w:val="\d+"/>',
        rb'<w:abstractNumId w:val="77"/>',
        "missing abstractNumId '77'",
    ),
    "hyperlink to nowhere": (
        "word/document.xml",
        rb'<w:hyperlink r:id="rId\d+"',
        rb'<w:hyperlink r:id="rId99"',
        "'rId99'",
    ),
    "part that is not there": (
        "word/_rels/document.xml.rels",
        rb'Target="numbering.xml"',
        rb'Target="none.xml"',
        "Relationship target not found",
    ),
    "part of unknown type": (
        "[Content_Types].xml",
        rb'<Override PartName="/word/numbering.xml".*?/>',
        b"",
        "has content type 'application/xml', expected",
    ),
}


def letters(language: str) -> Iterator[Letter]:
    """Yield the letter as it is, and one with all that a letter may have."""
    letter = build_letter(SLUG, language)
    yield letter
    names = [Entry(number, name, "en", is_listed=True) for number, name in enumerate(LETTERS.values(), 1)]
    gone = Entry(9, "No longer listed", language, is_listed=False, note="A note")
    everything: dict[str, Any] = {
        "further": (*names, gone),
        "since": "Since",
        "joined": lines(40)[20:],
        "demonstration": "Made up.",
    }
    everything |= {"delivered": "Edition", "text_note": "A note"}
    yield replace(build_letter(SLUG, language, max_names=20), **everything)


def audit(content: bytes, folder: Path) -> list[str]:
    """Return what the checker finds: package, schema of each part (ECMA-376 parts 1, 2 and 4), references between them,
    and what Word would repair."""
    file = folder / "letter.docx"
    file.write_bytes(content)
    return [error.description for error in OpenXmlValidator().validate(file).errors]


@each_language
def test_a_checker_finds_no_error(appeal: Appeal, tmp_path: Path, language: str) -> None:
    for letter in letters(language):
        assert audit(docx.render_docx(letter.for_renderer()), tmp_path) == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_checker_finds_each_kind_of_damage(appeal: Appeal, tmp_path: Path, damage: str) -> None:
    """Without which the test above would prove nothing."""
    part, pattern, by, expected = DAMAGE[damage]
    content = docx.render_docx(build_letter(SLUG, "en").for_renderer())
    damaged = change_part(content, part, lambda before: re.sub(pattern, by, before, count=1))
    assert any(expected in found for found in audit(damaged, tmp_path))


def test_libreoffice_counts_the_entries_as_we_number_them(appeal: Appeal, tmp_path: Path) -> None:
    """Its text export writes the numbers that it shows. Starting it takes seconds."""
    programs.need(programs.lacking_writer())
    further = tuple(Entry(number, f"Fund {number}", "en", is_listed=True) for number in GAPS)
    for language in PREFIXES:
        letter = replace(build_letter(SLUG, language), further=further, since="Since", joined=lines(140)[120:])
        (tmp_path / f"{language}.docx").write_bytes(docx.render_docx(letter.for_renderer()))
    files = programs.convert_with_office(tmp_path, sorted(tmp_path.glob("*.docx")), "txt")
    for file in files:
        numbered = re.findall(r"^ *(\d+)\.\s(.+)$", file.read_text(encoding="utf-8-sig"), re.M)
        letter = build_letter(SLUG, file.stem)
        assert [(int(number), text) for number, text in numbered] == [
            *((block.number, block.text) for block in letter.body if block.number),
            *((entry.number, entry.label) for entry in letter.originals),
            *((number, f"Fund {number}") for number in GAPS),
            *((number, f"Made-up Fund {number}") for number in range(121, 141)),
        ]
