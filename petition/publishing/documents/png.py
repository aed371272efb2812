"""The card as PNG, set by typst from templates/print/card.typ. Runs in the child process (__main__.py)."""

import json
from pathlib import Path
from typing import Any, Final

import typst

_TEMPLATE: Final = Path(__file__).parents[3] / "templates" / "print" / "card.typ"
_PIXELS_PER_INCH: Final = 72.0  # a point is a pixel


def render_png(card: dict[str, Any]) -> bytes:
    """Return a picture of 1200 by 630 pixels; the same bytes for the same card."""
    png = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,  # nothing outside can be read; the input is data and is never evaluated
        format="png",
        ppi=_PIXELS_PER_INCH,
        sys_inputs={"card": json.dumps(card)},
    )
    assert isinstance(png, bytes)  # noqa: S101  (for the type checker: several pages give several)
    return png
