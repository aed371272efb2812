"""Bring petition/locale up to date after a change of any marked string.

    .venv/bin/python -m tests.tooling.translations

It finds the strings marked in Python and templates, merges them into each language's django.po (a new string comes out
empty and is then translated by hand, one that is gone is dropped), and compiles django.mo, which is committed. All of
it is done by Babel, a development tool, and by Django's own reader of templates: no system needs gettext for it, and
the site needs neither. Do not use `manage.py makemessages`: it needs gettext, and would throw BORROWED away.
"""

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = ("ru", "ky")
KEYWORDS: Final = DEFAULT_KEYWORDS | {
    f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")
}

# Django's own texts, where its catalogue is not good enough to be shown beside ours: the months of
# Kyrgyz are written small (CLDR), and Django's Kyrgyz errors have mistakes of spelling; some of the admin's words it
# does not have at all. Ours win over Django's.
LONG: Final = "Ensure this value has at most %(limit_value)d {} (it has %(show_value)d)."
BORROWED: Final[dict[str, tuple[str | tuple[str, str], ...]]] = {
    "ru": (),
    "ky": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
        "This field is required.",
        "Enter a valid email address.",
        (LONG.format("character"), LONG.format("characters")),
        "Select a valid choice. %(value)s is not one of the available choices.",
        "yes,no,maybe",
        *("Skip to main content", "Breadcrumbs", "Show counts"),
        *(f"Toggle theme (current theme: {theme})" for theme in ("auto", "light", "dark")),
    ),
}


class Catalogue(Catalog):
    """A catalogue with a minimal header, so that equal messages give equal bytes."""

    def __iter__(self) -> Iterator[Message]:
        header = {
            "Project-Id-Version": "petition",
            "Language": str(self.locale_identifier),
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": self.plural_forms,
        }
        yield Message("", "".join(f"{name}: {value}\n" for name, value in header.items()))
        yield from (message for message in super().__iter__() if message.id)


def po_file(language: str) -> Path:
    return ROOT / "petition" / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalogue:
    """Return the committed catalogue; its Plural-Forms are Django's own for the language."""
    catalogue = Catalogue(locale=language, header_comment="")
    PoFileParser(catalogue, abort_invalid=True).parse(io.StringIO(po_file(language).read_text(encoding="utf-8")))
    catalogue.fuzzy = False
    return catalogue


def find_marked(root: Path = ROOT) -> Catalog:
    """Return every string that is marked for translation under petition/ and templates/."""
    catalogue = Catalog()
    for words, context in _iterate_marked(root):
        catalogue.add(words, context=context)
    return catalogue


@cache
def _iterate_marked(root: Path) -> list[tuple[Any, str | None]]:
    """Return text and context of each; reading all files takes seconds."""
    messages: list[tuple[Any, str | None]] = []
    for path in sorted((root / "petition").rglob("*.py")):
        messages += _extract(path.read_text(encoding="utf-8"))
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            # What stands around the tags is blanked out, but its indentation is not Python's.
            messages += _extract("".join(line.lstrip() for line in source.splitlines(keepends=True)))
    return messages


def _extract(source: str) -> list[tuple[Any, str | None]]:
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
    return [(words, context) for _, words, _, context in found]


def list_wanted(language: str) -> Catalog:
    """Return the messages that the catalogue of `language` needs: our own and the borrowed ones."""
    template = find_marked()
    for words in BORROWED[language]:
        template.add(words)
    return template


def merge(language: str) -> Catalogue:
    catalogue = read_catalogue(language)
    catalogue.update(list_wanted(language), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    return catalogue


def write_po_text(catalogue: Catalogue) -> bytes:
    """Return the text of the .po file: one line a string, without locations, which would change with every edit."""
    text = io.BytesIO()
    write_po(text, catalogue, width=0, no_location=True)
    return text.getvalue().lstrip()


def compile_mo(catalogue: Catalogue) -> bytes:
    """Return the bytes of the .mo file."""
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    return binary.getvalue()


def forms(message: Message) -> tuple[str, ...]:
    """Return every plural form of a translation, or the only one."""
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(string or "" for string in strings)


def main() -> int:
    missing = 0
    for language in LANGUAGES:
        catalogue = merge(language)
        po_file(language).write_bytes(write_po_text(catalogue))
        po_file(language).with_suffix(".mo").write_bytes(compile_mo(catalogue))
        empty = [message.id for message in catalogue if message.id and not all(forms(message))]
        missing += len(empty)
        lines = [f"{language}: {len(catalogue)} strings, {len(empty)} without a translation", *map(str, empty)]
        sys.stdout.write("\n    ".join(lines) + "\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
