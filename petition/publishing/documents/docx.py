"""The letter for a word processor, made by python-docx. Runs in the child process (__main__.py)."""

import itertools
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from petition.publishing.documents import docx_parts

_FONT: Final = "Times New Roman"  # every word processor has it or its metric equal, with ң ө ү
_ACCENT, _QUIET = RGBColor(0x7A, 0x1F, 0x2B), RGBColor(0x5B, 0x55, 0x4E)
_NUMBER_ENDS, _TEXT_BEGINS = Cm(0.9), Cm(1.15)
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "Normal": {"size": 11, "after": 8},
    "Title": {"size": 16, "bold": True, "before": 12, "after": 6},
    "Heading 1": {"size": 12, "bold": True, "colour": _ACCENT, "before": 18, "after": 8},
    "Subtitle": {"size": 10, "colour": _QUIET, "after": 8},
    "List Number": {"size": 11, "after": 4},
    "Header": {"size": 9, "bold": True, "colour": _ACCENT},
    "Footer": {"size": 9, "colour": _QUIET},
}


def render_docx(letter: dict[str, Any]) -> bytes:
    """Return a DOCX (ECMA-376) with real headings, numbers, hyperlinks and languages, and no person in its properties.

    The word processor counts the lists: if somebody deletes an entry there, the entries after it get other numbers.
    """
    document = Document()
    docx_parts.set_up_file(document, letter["language"])
    _set_up_page(document, letter)
    numbering = docx_parts.Numbering(document, number_ends=_NUMBER_ENDS, text_begins=_TEXT_BEGINS)
    _add_opening(document, letter)
    _add_text(document, numbering, letter["body"], letter["text_language"])
    _add_list(document, numbering, letter["signed"], letter["originals"])
    _add_list(document, numbering, letter["later"], letter["further"], below=letter["later_note"])
    for paragraph in letter["after_list"]:
        docx_parts.add_linked_text(document.add_paragraph(), paragraph)
    if letter["since"]:
        _add_list(document, numbering, letter["since"], letter["joined"], below=letter["as_of_printed"])
    if letter["timeline"]:
        _add_timeline(document, letter)
    if letter["background"]:
        _add_run(document.add_heading("", 1), letter["background_heading"], letter["background_heading_language"])
        _add_text(document, numbering, letter["background"], letter["text_language"])
    for paragraph in (letter["as_of_printed"], *letter["colophon"]):
        docx_parts.add_linked_text(document.add_paragraph(style="Subtitle"), paragraph)
    moment = datetime.fromisoformat(letter["as_of"]).replace(tzinfo=UTC)
    _set_properties(document, letter, moment)
    return docx_parts.build_file(document, moment)


def _set_properties(document: DocumentObject, letter: dict[str, Any], moment: datetime) -> None:
    properties = document.core_properties
    properties.title, properties.language, properties.comments = letter["title"][:255], letter["language"], ""
    properties.author = properties.last_modified_by = letter["issuer"]
    properties.created = properties.modified = moment


def _set_up_page(document: DocumentObject, letter: dict[str, Any]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.6)
    for name, style in _STYLES.items():
        _set_style(document, name, **style)
    document.styles["List Number"].paragraph_format.keep_together = True
    section.header.paragraphs[0].text = letter["demonstration"]
    footer = section.footer.paragraphs[0]
    docx_parts.add_linked_text(footer, f"{letter['address']} · {letter['as_of_printed']} · ")
    docx_parts.add_field(footer, "PAGE")
    footer.add_run(" / ")
    docx_parts.add_field(footer, "NUMPAGES")


def _set_style(
    document: DocumentObject,
    name: str,
    *,
    size: int,
    bold: bool = False,
    colour: RGBColor | None = None,
    before: int = 0,
    after: int = 0,
) -> None:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)  # noqa: S101  (for the type checker)
    properties = style.element.get_or_add_rPr()
    for of_template in properties.xpath("w:rFonts | w:spacing"):
        properties.remove(of_template)  # a theme's font would win over ours
    style.font.name, style.font.size, style.font.bold, style.font.italic = _FONT, Pt(size), bold, False
    for script in ("w:cs", "w:eastAsia"):
        properties.find(qn("w:rFonts")).set(qn(script), _FONT)
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    for border in style.element.xpath("w:pPr/w:pBdr"):
        border.getparent().remove(border)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def _add_opening(document: DocumentObject, letter: dict[str, Any]) -> None:
    if letter["issuer"]:
        document.add_paragraph().add_run(letter["issuer"]).bold = True
    title = document.add_paragraph(style="Title")
    _add_run(title, letter["title"], letter["text_language"])
    _add_run(document.add_paragraph(), letter["dated"], letter["text_language"])
    if letter["addressed"]:
        document.add_paragraph(letter["addressed"])
    for paragraph in (letter["delivered"], letter["headline"], *letter["opening"], letter["text_note"]):
        if paragraph:
            document.add_paragraph(paragraph, style="Subtitle")


def _add_text(
    document: DocumentObject, numbering: docx_parts.Numbering, blocks: Iterable[dict[str, Any]], language: str
) -> None:
    same = {"language": language, "is_listed": True, "note": ""}
    for kind, group in itertools.groupby(blocks, key=itemgetter("kind")):
        if kind == "demand":
            entries = [{"number": block["number"], "label": block["text"], **same} for block in group]
            _add_entries(document, numbering, entries)
            continue
        for block in group:
            paragraph = document.add_heading("", 1) if kind == "heading" else document.add_paragraph()
            _add_run(paragraph, block["text"], language)


def _add_timeline(document: DocumentObject, letter: dict[str, Any]) -> None:
    document.add_heading(letter["timeline_heading"], 1)
    for event in letter["timeline"]:
        heading = document.add_paragraph()
        heading.add_run(event["heading"]).bold = True
        heading.paragraph_format.keep_with_next = bool(event["body"])
        for line in filter(None, event["body"].split("\n")):
            if line.startswith(("http://", "https://")):
                docx_parts.add_linked_text(document.add_paragraph(), line)
            else:
                _add_run(document.add_paragraph(), line, event["language"])


def _add_list(
    document: DocumentObject,
    numbering: docx_parts.Numbering,
    heading: str,
    entries: Iterable[dict[str, Any]],
    *,
    below: str = "",
) -> None:
    document.add_heading(heading, 1)
    if below:
        document.add_paragraph(below, style="Subtitle").paragraph_format.keep_with_next = True
    _add_entries(document, numbering, entries)


def _add_entries(document: DocumentObject, numbering: docx_parts.Numbering, entries: Iterable[dict[str, Any]]) -> None:
    """Add a paragraph for each entry. Where a number is not the one that follows, a new count starts with it."""
    # add_paragraph looks through all paragraphs before: copies keep 5,000 entries from taking quadratic time.
    pattern = document.add_paragraph(style="List Number")._p
    pattern.getparent().remove(pattern)
    following = None
    for entry in entries:
        if entry["number"] != following:
            docx_parts.set_number(pattern, numbering.start(entry["number"]))
        following = entry["number"] + 1
        paragraph = Paragraph(deepcopy(pattern), document._body)
        document.element.body[-1].addprevious(paragraph._p)  # before the section's properties, which come last
        _add_entry(paragraph, entry)


def _add_entry(paragraph: Paragraph, entry: dict[str, Any]) -> None:
    run = _add_run(paragraph, entry["label"], entry["language"])
    if not entry["is_listed"]:
        run.italic = True
    if entry["note"]:
        paragraph.add_run().add_break()
        below = paragraph.add_run(entry["note"])
        below.font.size, below.font.color.rgb = Pt(9), _QUIET


def _add_run(paragraph: Paragraph, text: str, language: str) -> Run:
    run = paragraph.add_run(text)
    docx_parts.set_language(run._element.get_or_add_rPr(), language)
    return run
