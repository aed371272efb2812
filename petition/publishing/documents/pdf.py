"""The letter as PDF, set by typst from templates/print/letter.typ. Runs in the process of __main__.py."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import qrcode
import typst
from qrcode.image.svg import SvgPathImage

_TEMPLATE: Final = Path(__file__).parents[3] / "templates" / "print" / "letter.typ"


def rendered(letter: dict[str, Any]) -> bytes:
    """A tagged PDF that keeps to PDF/UA-1 (ISO 14289-1), created at midnight of the letter's date.

    A name in letters that no font here has would break that standard (7.21.8, no missing glyph): such a document is
    tagged all the same and claims nothing.
    """
    try:
        return _compiled(letter, ["ua-1"])
    except typst.TypstError:
        return _compiled(letter, [])


def _compiled(letter: dict[str, Any], standards: list[Any]) -> bytes:
    qr = qrcode.make(letter["address"], image_factory=SvgPathImage, border=0)
    pdf = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,  # nothing else can be read, and what comes in is never evaluated
        format="pdf",
        sys_inputs={"letter": json.dumps(letter), "qr": qr.to_string(encoding="unicode")},
        pdf_standards=standards,
        timestamp=datetime.fromisoformat(letter["as_of"]).replace(tzinfo=UTC),
    )
    assert isinstance(pdf, bytes)  # noqa: S101  (for the type checker: other formats give several)
    return pdf
