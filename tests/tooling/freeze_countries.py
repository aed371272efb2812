"""Writes petition/reference/countries.json: what countries are called in English, Russian and Kyrgyz.

Names come from Unicode CLDR through Babel (a development tool: the site itself only reads the JSON).
Run it again after upgrading Babel: `.venv/bin/python -m tests.tooling.freeze_countries`. A test fails when the file is
stale. It stands here and not among the commands of manage.py, since a server has no Babel.
"""

import json
import re
from pathlib import Path
from typing import Final

from babel import Locale

from petition.reference.country_name_overrides import OVERRIDES, SPELLED_OUT

TARGET: Final = Path(__file__).resolve().parents[2] / "petition" / "reference" / "countries.json"

LANGUAGES: Final = ("en", "ru", "ky")

# Two-letter CLDR regions that ISO 3166-1 does not assign: exceptional reservations (AC CP CQ DG EA EU EZ IC TA UN),
# and CLDR's own inventions (QO XA XB ZZ). XK is user-assigned too, but stays: organisations from Kosovo exist.
NOT_COUNTRIES: Final = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


def frozen_names() -> dict[str, dict[str, str]]:
    """Return code → language → name, in the order of the codes. Raises KeyError when CLDR lacks a name."""
    named = {language: _names_in(language) for language in LANGUAGES}
    codes = sorted(code for code in named["en"] if re.fullmatch("[A-Z]{2}", code) and code not in NOT_COUNTRIES)
    return {code: {language: named[language][code] for language in LANGUAGES} for code in codes}


def _names_in(language: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for code, name in Locale(language).territories.items():
        printed = str(name)
        for short, full in SPELLED_OUT[language]:
            printed = printed.replace(short, full)
        names[str(code)] = OVERRIDES.get((language, str(code)), printed[:1].upper() + printed[1:])
    return names


def frozen_text() -> str:
    """Return the text of countries.json: one country a line, so that a change reads well in a diff."""
    lines = (f"  {json.dumps(code)}: {json.dumps(names, ensure_ascii=False)}" for code, names in frozen_names().items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(frozen_text(), encoding="utf-8")
