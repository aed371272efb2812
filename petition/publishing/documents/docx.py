"""The letter for a word processor, set by python-docx. Runs in the process of __main__.py."""

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


def rendered(letter: dict[str, Any]) -> bytes:
    """A DOCX (ECMA-376) with real headings, the language of each part, and no person in its properties."""
    document = Document()
    _page(document, letter)
    _opening(document, letter)
    _text(document, letter, letter["preamble"])
    pattern = _pattern(document)
    for number, demand in enumerate(letter["demands"], 1):
        _numbered(document, pattern, number, demand, letter["text_language"])
    _text(document, letter, letter["closing"])
    _listing(document, letter["signed"], letter["originals"])
    _listing(document, letter["later"], letter["further"], below=letter["later_note"])
    for paragraph in letter["after_list"]:
        document.add_paragraph(paragraph)
    if letter["since"]:
        _listing(document, letter["since"], letter["joined"], below=letter["as_of_printed"])
    if letter["background"]:
        document.add_heading(letter["background_heading"], 1)
        _text(document, letter, letter["background"])
    for paragraph in (letter["as_of_printed"], *letter["colophon"]):
        document.add_paragraph(paragraph, style="Subtitle")
    moment = datetime.fromisoformat(letter["as_of"]).replace(tzinfo=UTC)
    _properties(document, letter, moment)
    return _at(moment, document)


def _properties(document: DocumentObject, letter: dict[str, Any], moment: datetime) -> None:
    about = document.core_properties
    about.title, about.language, about.comments = letter["title"][:255], letter["language"], ""
    about.author = about.last_modified_by = letter["issuer"]
    about.created = about.modified = moment


def _page(document: DocumentObject, letter: dict[str, Any]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.6)
    for name, look in _STYLES.items():
        _style(document, name, **look)
    normal = document.styles["Normal"].element.get_or_add_rPr()
    _set_language(normal, letter["language"])
    stops = document.styles["List"].paragraph_format
    stops.left_indent, stops.first_line_indent = _TEXT_BEGINS, -_TEXT_BEGINS
    stops.tab_stops.add_tab_stop(_NUMBER_ENDS, WD_TAB_ALIGNMENT.RIGHT)
    stops.tab_stops.add_tab_stop(_TEXT_BEGINS)
    section.header.paragraphs[0].text = letter["demonstration"]
    foot = section.footer.paragraphs[0]
    foot.text = f"{letter['address']} · {letter['as_of_printed']} · "
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")


def _style(
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


def _opening(document: DocumentObject, letter: dict[str, Any]) -> None:
    if letter["issuer"]:
        document.add_paragraph().add_run(letter["issuer"]).bold = True
    title = document.add_paragraph(style="Title")
    _run(title, letter["title"], letter["text_language"])
    _run(document.add_paragraph(), letter["dated"], letter["text_language"])
    for said in (letter["delivered"], letter["headline"], letter["text_note"]):
        if said:
            document.add_paragraph(said, style="Subtitle")


def _text(document: DocumentObject, letter: dict[str, Any], paragraphs: Iterable[str]) -> None:
    for paragraph in paragraphs:
        _run(document.add_paragraph(), paragraph, letter["text_language"])


def _listing(document: DocumentObject, heading: str, lines: Iterable[dict[str, Any]], *, below: str = "") -> None:
    document.add_heading(heading, 1)
    if below:
        document.add_paragraph(below, style="Subtitle").paragraph_format.keep_with_next = True
    pattern = _pattern(document)
    for line in lines:
        run = _numbered(document, pattern, line["number"], line["label"], line["language"], note=line["note"])
        run.italic = not line["is_listed"]


def _pattern(document: DocumentObject) -> Any:
    """The paragraph of a line without its words, to be copied: made anew, each would look through all before it."""
    paragraph = document.add_paragraph(style="List")
    paragraph.paragraph_format.keep_together = True
    paragraph._p.getparent().remove(paragraph._p)
    return paragraph._p


def _numbered(document: DocumentObject, pattern: Any, number: int, text: str, language: str, *, note: str = "") -> Run:
    """Numbers are text: a word processor that counts anew would close the gaps and call other lines by them."""
    paragraph = Paragraph(deepcopy(pattern), document._body)
    document.element.body[-1].addprevious(paragraph._p)  # before the section's properties, which come last
    paragraph.add_run(f"\t{number}.\t")
    run = _run(paragraph, text, language)
    if note:
        paragraph.add_run().add_break()
        below = paragraph.add_run(note)
        below.font.size, below.font.color.rgb = Pt(9), _QUIET
    return run


def _run(paragraph: Paragraph, text: str, language: str) -> Run:
    run = paragraph.add_run(text)
    _set_language(run._element.get_or_add_rPr(), language)
    return run


def _set_language(properties: Any, code: str) -> None:
    """What a screen reader and a spelling check take the words for (WCAG 3.1.2)."""
    language = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(name), code)
    properties.append(language)


def _field(paragraph: Paragraph, name: str) -> None:
    """A number that the word processor fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _at(moment: datetime, document: DocumentObject) -> bytes:
    """The file, all of whose dates are `moment`, midnight of the letter's day: python-docx would write the time now."""
    saved, dated = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as into:
        for name in parts.namelist():
            into.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
