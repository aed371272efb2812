"""The source of a statement: a file or a pasted text becomes plain text, or is refused with one sentence."""

import re
from html.entities import html5
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.statements.word_file import NotReadable, read_word_file

MOST_BYTES: Final = 20 * 2**20
_ZIP, _BEGINNINGS = (
    b"PK\x03\x04",
    {
        b"%PDF": _("This is a PDF. Open it, copy its text, and save or paste that as plain text."),
        b"\xd0\xcf\x11\xe0": _("This is an old Word file (.doc). Save it as .docx or as plain text in UTF-8."),
        b"{\\rtf": _("This is an RTF file. Save it as .docx or as plain text in UTF-8."),
    },
)
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|p|div)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|(?P<name>[a-z]{2,8}\d?));", re.IGNORECASE)
# UTF-8 read as Windows-1252, Latin-1 or Windows-1251: "â€™", "Ã©", "Ð¿Ñ€", "РџСЂРё".
_WINDOWS_1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§©Є«¬®Ї°±Ііґµ¶·№є»јЅѕї"
_MOJIBAKE = re.compile(
    rf"\ufffd|â€|Ã[\u0080-\u00bf]|[ÐÑ][\u0080-\u00bf€-™].?[ÐÑ]|(?:[РС][\u0080-\u00bf{re.escape(_WINDOWS_1251)}ё]){{3}}"
)
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
_CYRILLIC_LANGUAGES: Final = frozenset({"ru", "ky", "uk", "be", "kk", "tg", "bg", "mk", "sr"})


_MOST_FOREIGN: Final = 4  # letters of another script for each of the language's own
# They separate lines, as some editors write them; without \f, which ends a page.
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\x85\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\u200b\u2060\ufeff]|\u00ad(?!\\s*\n)")


class SourceRefused(Exception):
    """The source cannot be read as a statement; the message is a sentence that says what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(str(sentence))


def read_file(path: Path) -> str:
    """Return the text of a plain text or .docx file. Raises SourceRefused, OSError."""
    with path.open("rb") as file:
        return read_bytes(file.read(MOST_BYTES + 1))


def read_bytes(content: bytes) -> str:
    """Return the text of a plain text or .docx file. Raises SourceRefused."""
    if len(content) > MOST_BYTES:
        raise SourceRefused(_("The file is larger than 20 MB. Remove its pictures, or save its text alone."))
    for beginning, sentence in _BEGINNINGS.items():
        if content.startswith(beginning):
            raise SourceRefused(sentence)
    if content.startswith(_ZIP):
        try:
            return tidy(read_word_file(content))
        except NotReadable as error:
            raise SourceRefused(str(error)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceRefused(
            _("This is not text in UTF-8 (byte %(byte)s). Save it as plain text in UTF-8.") % {"byte": error.start}
        ) from error
    return tidy(text)


def tidy(text: str) -> str:
    """Return the text with "\\n" between lines and without characters that nobody sees.

    A page ends at a line's start. A soft hyphen at the end of a line stays, as it says that a word goes on.
    """
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text.removeprefix("\ufeff")))
    return re.sub(r"(?<=[^\n])\f", "\n\f", text)


def refuse_unreadable(text: str, language: str) -> None:
    """Raise SourceRefused for a text that came through a wrong conversion, or is not in the script of `language`."""
    if not text.strip():
        raise SourceRefused(_("There is no text in it."))
    if "\0" in text:
        raise SourceRefused(_("This is not text in UTF-8. Save it as plain text in UTF-8."))
    if _HTML.match(text):
        raise SourceRefused(_("This is a web page. Open it in a browser, and copy its text."))
    entities = (found for found in _ENTITY.finditer(text) if not found["name"] or f"{found['name']};" in html5)
    if found := next(entities, None):
        raise SourceRefused(
            _("The text has HTML codes such as %(code)s. Copy it from the page as it is shown.") % {"code": found[0]}
        )
    if found := _MOJIBAKE.search(text):
        raise SourceRefused(
            _("The text has broken letters (“%(letters)s”). Save the original again as UTF-8.") % {"letters": found[0]}
        )
    # Names of organisations keep their script, so only a text with hardly a letter of its language is refused.
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if language in _CYRILLIC_LANGUAGES and latin > _MOST_FOREIGN * cyrillic:
        raise SourceRefused(_("Most of the text is in Latin letters. Is its language right?"))
    if language not in _CYRILLIC_LANGUAGES and cyrillic > _MOST_FOREIGN * latin:
        raise SourceRefused(_("Most of the text is in Cyrillic letters. Is its language right?"))
