"""The text of a Word file (.docx), a line for each paragraph."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from django.utils.translation import gettext as _
from docx.oxml.ns import qn

from petition.reference.printed_entries import list_countries

_MOST_EXPANDED: Final = 40 * 2**20
_MOST_PARTS: Final = 2000
_BULLET: Final = "• "
_NOTES: Final = "Notes"
"""A heading that the reader of proposals knows: nothing below it is decided without a person."""
_CELL_NUMBER: Final = re.compile(r"\d{1,3}[.)]?")
_OFF: Final = ("0", "false", "off")
_CHANGES: Final = ("w:ins", "w:del", "w:moveFrom", "w:moveTo")
# A text box is there twice; this is the copy for old versions of Word.
_COPY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


class NotReadable(Exception):
    """The file cannot be read; the message says what to do."""


def read_word_file(content: bytes) -> str:
    """Return the text: a line for each paragraph, items of a list behind a bullet, cells of a row between tabs.

    Text boxes stand where they are anchored, footnotes below a heading at the end; headers, footers and comments are
    left out. Raises NotReadable.
    """
    _refuse_bombs(content)
    try:
        return _read(docx.Document(io.BytesIO(content)))
    except NotReadable:
        raise
    except Exception as error:  # a damaged or hostile file breaks the libraries anywhere
        raise NotReadable(_("This is no Word file (.docx), or it is damaged. Save it again, or as text.")) from error


def _read(document: Any) -> str:
    body = document.element.body
    notes = [root for part in document.part.package.iter_parts() for root in _list_notes(part)]
    for root in (body, *notes):
        if any(next(root.iter(qn(tag)), None) is not None for tag in _CHANGES):
            raise NotReadable(_("The file has tracked changes. Accept or reject them all in Word, and save it again."))
        if any(_is_hidden(run) for run in root.iter(qn("w:r"))):
            raise NotReadable(_("The file has hidden text. Show it in Word or delete it, and save it again."))
    items = _find_item_styles(document)
    lines = [*_lines(body, items)]
    for root in notes:
        lines += [_NOTES, "", *_lines(root, items)] if "".join(_runs(root)).strip() else []
    return "\n".join(lines) + "\n"


def _is_hidden(run: Any) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val"), "1") not in _OFF and bool("".join(_runs(run)).strip())


def _find_item_styles(document: Any) -> set[str]:
    """Return the ids of the styles whose paragraphs are items of a list, as "List Bullet"."""
    styles = {style.get(qn("w:styleId")): style for style in document.styles.element.iter(qn("w:style"))}
    return {name for name in styles if _is_item_style(styles, name)}


def _is_item_style(styles: dict[str, Any], name: str | None) -> bool:
    for _step in range(len(styles)):  # a style based on itself must not hold this up
        style = styles.get(name or "")
        if style is None:
            return False
        numbered = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbered is not None:
            return _is_numbered(numbered)
        based = style.find(qn("w:basedOn"))
        name = based.get(qn("w:val")) if based is not None else None
    return False


def _is_numbered(numbered: Any) -> bool:
    """Return whether this numbering is one: number 0 switches off what the style says."""
    number = numbered.find(qn("w:numId"))
    return number is None or number.get(qn("w:val")) != "0"


def _refuse_bombs(content: bytes) -> None:
    """A small archive may unpack to gigabytes (OWASP: "zip bomb"); zipfile reads no more than what is declared here."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except Exception as error:  # of many kinds, for a damaged file
        raise NotReadable(_("This is no Word file (.docx), or it is damaged. Save it again, or as text.")) from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_EXPANDED:
        raise NotReadable(_("The Word file is too large inside. Remove its pictures, or save its text alone."))


def _list_notes(part: Any) -> Iterator[Any]:
    if part.partname in ("/word/footnotes.xml", "/word/endnotes.xml"):
        from lxml import etree  # the parser of python-docx does not know these parts

        yield etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _lines(element: Any, items: set[str]) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:p"):
            yield from _paragraph_lines(child, items)
        elif child.tag == qn("w:tr"):
            yield from _row_lines([[*_lines(cell, items)] for cell in _list_cells(child)])
        elif child.tag not in (_COPY, qn("w:sectPr")):
            yield from _lines(child, items)


def _list_cells(row: Any) -> Iterator[Any]:
    """Yield the row's own cells, not those of a table within one of them."""
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag != qn("w:trPr"):
            yield from _list_cells(child)


def _row_lines(cells: list[list[str]]) -> Iterator[str]:
    """A cell alone is text. A number before a name, or a country behind it, is part of the entry; the rest is asked."""
    if len(cells) == 1:
        yield from cells[0]
        return
    texts = ["\t".join(line for line in lines if line.strip()) for lines in cells]
    filled = [text.strip() for text in texts if text.strip()]
    if len(filled) > 1 and _CELL_NUMBER.fullmatch(filled[0]):
        filled[:2] = [f"{filled[0].rstrip('.)')}. {filled[1]}"]
    if len(filled) == 2 and list_countries(filled[1]):
        yield f"{filled[0]}, {filled[1]}"
    else:
        yield "\t".join(filled)


def _paragraph_lines(paragraph: Any, items: set[str]) -> Iterator[str]:
    """A list says so by a property; the numbers and bullets that Word prints are not in the text."""
    properties = paragraph.find(qn("w:pPr"))
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    numbered = properties.find(qn("w:numPr")) if properties is not None else None
    is_item = style is not None and style.get(qn("w:val")) in items
    if numbered is not None:
        is_item = _is_numbered(numbered)
    text = "".join(_runs(paragraph))
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            yield f"{_BULLET if is_item and number == 0 else ''}{line}"
        else:
            yield ""
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(parent.tag == _COPY for parent in box.iterancestors()):
            yield from _lines(box, items)
    yield ""


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t"
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\f" if child.get(qn("w:type")) == "page" else "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "\u2011"
        elif child.tag not in (qn("w:pPr"), qn("w:txbxContent"), _COPY):
            yield from _runs(child)
