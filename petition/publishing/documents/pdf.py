"""The letter as PDF, set by typst from templates/print/letter.typ. Runs in the child process (__main__.py)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import qrcode
import typst
from qrcode.image.svg import SvgPathImage

_TEMPLATE: Final = Path(__file__).parents[3] / "templates" / "print" / "letter.typ"


def render_pdf(letter: dict[str, Any]) -> bytes:
    """Return a tagged PDF that claims PDF/UA-1 (ISO 14289-1) if it can, dated midnight of the letter's date."""
    try:
        return _compile(letter, ["ua-1"])
    except typst.TypstError:
        # A name in letters that no font here has breaks the standard (7.21.8, no missing glyph): tagged, but no claim.
        return _compile(letter, [])


def _compile(letter: dict[str, Any], standards: list[Any]) -> bytes:
    qr = qrcode.make(letter["address"], image_factory=SvgPathImage, border=0)
    pdf = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,  # nothing outside can be read; the input is data and is never evaluated
        format="pdf",
        sys_inputs={"letter": json.dumps(letter), "qr": qr.to_string(encoding="unicode")},
        pdf_standards=standards,
        timestamp=datetime.fromisoformat(letter["as_of"]).replace(tzinfo=UTC),
    )
    assert isinstance(pdf, bytes)  # noqa: S101  (for the type checker: other formats give several)
    return pdf
