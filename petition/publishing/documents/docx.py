"""The letter for a word processor, made by python-docx. Runs in the child process (__main__.py)."""

import io
import zipfile
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

_FONT: Final = "Times New Roman"  # every word processor has it or its metric equal, with ң ө ү
_ACCENT, _QUIET = RGBColor(0x7A, 0x1F, 0x2B), RGBColor(0x5B, 0x55, 0x4E)
_NUMBER_ENDS, _TEXT_BEGINS = Cm(0.9), Cm(1.15)
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "Normal": {"size": 11, "after": 8},
    "Title": {"size": 16, "bold": True, "before": 12, "after": 6},
    "Heading 1": {"size": 12, "bold": True, "colour": _ACCENT, "before": 18, "after": 8},
    "Subtitle": {"size": 10, "colour": _QUIET, "after": 8},
    "List": {"size": 11, "after": 4},
    "Header": {"size": 9, "bold": True, "colour": _ACCENT},
    "Footer": {"size": 9, "colour": _QUIET},
}


def render_docx(letter: dict[str, Any]) -> bytes:
    """Return a DOCX (ECMA-376) with real headings, the language of each part, and no person in its properties."""
    document = Document()
    _set_up_page(document, letter)
    _add_opening(document, letter)
    _add_text(document, letter, letter["preamble"])
    pattern = _create_pattern(document)
    for number, demand in enumerate(letter["demands"], 1):
        _add_numbered(document, pattern, number, demand, letter["text_language"])
    _add_text(document, letter, letter["closing"])
    _add_list(document, letter["signed"], letter["originals"])
    _add_list(document, letter["later"], letter["further"], below=letter["later_note"])
    for paragraph in letter["after_list"]:
        document.add_paragraph(paragraph)
    if letter["since"]:
        _add_list(document, letter["since"], letter["joined"], below=letter["as_of_printed"])
    if letter["background"]:
        document.add_heading(letter["background_heading"], 1)
        _add_text(document, letter, letter["background"])
    for paragraph in (letter["as_of_printed"], *letter["colophon"]):
        document.add_paragraph(paragraph, style="Subtitle")
    moment = datetime.fromisoformat(letter["as_of"]).replace(tzinfo=UTC)
    _set_properties(document, letter, moment)
    return _save(document, moment)


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
    normal = document.styles["Normal"].element.get_or_add_rPr()
    _set_language(normal, letter["language"])
    entries = document.styles["List"].paragraph_format
    entries.left_indent, entries.first_line_indent = _TEXT_BEGINS, -_TEXT_BEGINS
    entries.tab_stops.add_tab_stop(_NUMBER_ENDS, WD_TAB_ALIGNMENT.RIGHT)
    entries.tab_stops.add_tab_stop(_TEXT_BEGINS)
    section.header.paragraphs[0].text = letter["demonstration"]
    footer = section.footer.paragraphs[0]
    footer.text = f"{letter['address']} · {letter['as_of_printed']} · "
    _add_field(footer, "PAGE")
    footer.add_run(" / ")
    _add_field(footer, "NUMPAGES")


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
    for font in properties.findall(qn("w:rFonts")):
        properties.remove(font)  # a theme's font would win over ours
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
    for paragraph in (letter["delivered"], letter["headline"], letter["text_note"]):
        if paragraph:
            document.add_paragraph(paragraph, style="Subtitle")


def _add_text(document: DocumentObject, letter: dict[str, Any], paragraphs: Iterable[str]) -> None:
    for paragraph in paragraphs:
        _add_run(document.add_paragraph(), paragraph, letter["text_language"])


def _add_list(document: DocumentObject, heading: str, entries: Iterable[dict[str, Any]], *, below: str = "") -> None:
    document.add_heading(heading, 1)
    if below:
        document.add_paragraph(below, style="Subtitle").paragraph_format.keep_with_next = True
    pattern = _create_pattern(document)
    for entry in entries:
        run = _add_numbered(document, pattern, entry["number"], entry["label"], entry["language"], note=entry["note"])
        run.italic = not entry["is_listed"]


def _create_pattern(document: DocumentObject) -> Any:
    """Return an empty paragraph for entries, to be copied."""
    # add_paragraph looks through all paragraphs before: copies keep 5,000 entries from taking quadratic time.
    paragraph = document.add_paragraph(style="List")
    paragraph.paragraph_format.keep_together = True
    paragraph._p.getparent().remove(paragraph._p)
    return paragraph._p


def _add_numbered(
    document: DocumentObject, pattern: Any, number: int, text: str, language: str, *, note: str = ""
) -> Run:
    # The number is text: a word processor that counts would close gaps, and give numbers to other entries.
    paragraph = Paragraph(deepcopy(pattern), document._body)
    document.element.body[-1].addprevious(paragraph._p)  # before the section's properties, which come last
    paragraph.add_run(f"\t{number}.\t")
    run = _add_run(paragraph, text, language)
    if note:
        paragraph.add_run().add_break()
        below = paragraph.add_run(note)
        below.font.size, below.font.color.rgb = Pt(9), _QUIET
    return run


def _add_run(paragraph: Paragraph, text: str, language: str) -> Run:
    run = paragraph.add_run(text)
    _set_language(run._element.get_or_add_rPr(), language)
    return run


def _set_language(properties: Any, code: str) -> None:
    """Set the language for screen readers and spelling checks (WCAG 3.1.2)."""
    language = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(name), code)
    properties.append(language)


def _add_field(paragraph: Paragraph, name: str) -> None:
    """Add a number that the word processor fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _save(document: DocumentObject, moment: datetime) -> bytes:
    """Return the file with all its dates set to `moment`, midnight of the letter's day."""
    # python-docx dates the parts by the present time: that could be the moment of a removal.
    saved, dated = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as into:
        for name in parts.namelist():
            into.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
