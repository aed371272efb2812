"""What python-docx has no call for: counted lists, hyperlinks, languages, fields, a file with nothing of its template.

The names of elements are those of ECMA-376 part 1, section 17. Runs in the child process (__main__.py).
"""

import io
import re
import zipfile
from datetime import datetime
from typing import Any, Final

from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.rel import Relationships
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph
from docx.text.run import Run

_ADDRESS: Final = re.compile(r"(https?://\S+)")
_STYLES_WITH_EFFECTS: Final = "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects"
_NOT_OURS: Final = (
    RELATIONSHIP_TYPE.CUSTOM_XML,  # an empty list of books
    RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,  # "Microsoft Macintosh Word", no words
    RELATIONSHIP_TYPE.THUMBNAIL,  # a picture of an empty page
    _STYLES_WITH_EFFECTS,  # a second list of styles for Word 2010, which differs from ours
)
_WORD_2013: Final = "15"  # the newest value; with an older one Word says "Compatibility Mode"


def set_up_file(document: DocumentObject, language: str) -> None:
    """Remove the template's own parts, set the language of all text, and make the style of hyperlinks."""
    for relationships in (document.part.package.rels, document.part.rels):
        _remove_parts(relationships)
    settings = document.settings.element
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")  # 17.15.1.94: required
    (mode,) = settings.xpath('w:compat/w:compatSetting[@w:name="compatibilityMode"]')
    mode.set(qn("w:val"), _WORD_2013)
    (defaults,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    set_language(defaults, language)
    hyperlink = document.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True).font
    hyperlink.underline = hyperlink.no_proof = True


def _remove_parts(relationships: Relationships) -> None:
    """Drop relationships: python-docx saves only parts that one leads to."""
    for identifier in [each.rId for each in relationships.values() if each.reltype in _NOT_OURS]:
        del relationships[identifier]


def set_language(properties: Any, code: str) -> None:
    """Set the language of a run (17.3.2.20) for screen readers and spelling checks (WCAG 3.1.2)."""
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    for name in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(name), code)


class Numbering:
    """The lists of a document (17.9), all in the style "List Number", each with a count of its own."""

    def __init__(self, document: DocumentObject, *, number_ends: Length, text_begins: Length) -> None:
        """Set where the numbers of all lists end and where their text begins, from the left margin."""
        self._element = document.part.numbering_part.element
        style = document.styles["List Number"].element
        shown = self._element.num_having_numId(style.pPr.numPr.numId.val)
        self._definition = shown.abstractNumId.val
        (level,) = self._element.xpath(f'w:abstractNum[@w:abstractNumId="{self._definition}"]/w:lvl')
        level.find(qn("w:lvlJc")).set(qn("w:val"), "right")  # 1 and 1000 end at the same place
        indents = level.find(qn("w:pPr"))
        for tabs in indents.findall(qn("w:tabs")):
            indents.remove(tabs)
        indents.ind_left, indents.first_line_indent = text_begins, Length(number_ends - text_begins)

    def start(self, number: int) -> int:
        """Return the numId (17.9.18) of a new list that counts from `number`."""
        added = self._element.add_num(self._definition)
        added.add_lvlOverride(0).add_startOverride(number)
        identifier: int = added.numId
        return identifier


def set_number(paragraph: Any, identifier: int) -> None:
    """Make the paragraph (its element) the next entry of the list with this numId (17.3.1.19)."""
    properties = paragraph.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, identifier


def add_linked_text(paragraph: Paragraph, text: str) -> None:
    """Add the text; each web address in it becomes a hyperlink (17.16.22) to itself."""
    for piece in filter(None, _ADDRESS.split(text)):
        if not _ADDRESS.fullmatch(piece):
            paragraph.add_run(piece)
            continue
        hyperlink = OxmlElement("w:hyperlink")
        to = paragraph.part.relate_to(piece, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        hyperlink.set(qn("r:id"), to)
        paragraph._p.append(hyperlink)
        run = Run(OxmlElement("w:r"), paragraph)
        run.text, run.style = piece, "Hyperlink"
        hyperlink.append(run._r)


def add_field(paragraph: Paragraph, name: str) -> None:
    """Add a number that the word processor fills in (17.16.19)."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def build_file(document: DocumentObject, moment: datetime) -> bytes:
    """Return the file with all its dates set to `moment`, midnight of the letter's day."""
    # python-docx dates the parts by the present time: that could be the moment of a removal.
    saved, dated = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as into:
        for name in parts.namelist():
            into.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
