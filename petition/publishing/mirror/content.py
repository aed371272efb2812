"""Every file of a mirror, made through the same application that answers visitors."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from petition.publishing import public_paths, records
from petition.publishing.cache.rendering import WITHOUT_LIST, Application, environ_of
from petition.publishing.mirror.links import Links, file_of
from petition.reference.languages import LANGUAGES

Tell = Callable[[int, int], None]
"""Is told how many files there are already, and how many there will be."""
NAMELESS: Final = frozenset({"appeal", "text", "accessibility", "privacy"})
"""Routes that name no signatory, the appeal's page where it is asked for without its list."""
_MAIN: Final = '<main id="main">'


class NotComplete(Exception):
    """A path could not be made now, so there is no mirror."""


def files(django: Application, tell: Tell, *, without_list: bool = False) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file: start pages, pages, documents, data, and the static files that these need;
    `without_list` only what names no signatory. Raises NotComplete.
    """
    places = [place for place in public_paths.places() if place.route in NAMELESS or not without_list]
    starts = {_start(code): file_of(_start(code)) for code in LANGUAGES}
    links = Links(starts | {place.path: file_of(place.path) for place in places})
    as_of = last_change()
    total = len(places) + len(starts)
    for done, code in enumerate(LANGUAGES, 1):
        yield file_of(_start(code)), links.rewritten(_start_page(code, as_of, without_list), _start(code)).encode()
        tell(done, total)
    for done, place in enumerate(places, len(starts) + 1):
        content, is_page = _made(django, place, *([WITHOUT_LIST] if without_list else []))
        if is_page:
            content = links.rewritten(_marked(content.decode(), _note(place, as_of)), place.path).encode()
        yield file_of(place.path), content
        tell(done, total)
    for name in sorted(links.static):
        yield f"static/{name}", (settings.STATIC_ROOT / name).read_bytes()


def last_change() -> date | None:
    """The day on which something public was added or corrected last; None where nothing is published."""
    return max((records.appeal_record(slug, "en").as_of for slug in records.published_slugs()), default=None)


def _made(django: Application, place: public_paths.Place, *words: str) -> tuple[bytes, bool]:
    """What a visitor of this place gets, and whether it is HTML."""
    path, _, query = place.path.partition("?")
    head: list[Any] = []
    environ = environ_of(path, query) | dict.fromkeys(words, True)
    chunks = django(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
    try:
        body = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    if not head[0].startswith("200 "):
        raise NotComplete(f"{place.path}: {head[0]}")
    return body, dict(head[1])["Content-Type"].startswith("text/html")


def _start(language: str) -> str:
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def _marked(html: str, note: str) -> str:
    """The page with the note on top of what it says; the widget has no room for it."""
    return html.replace(_MAIN, f"{_MAIN}\n{note}", 1)


def _start_page(language: str, as_of: date | None, without_list: bool) -> str:
    with translation.override(language):
        appeals = [records.appeal_record(slug, language) for slug in records.published_slugs()]
        content = {
            "appeals": appeals,
            "as_of": as_of,
            "without_list": without_list,
            "live": f"{settings.SITE_URL}{_start(language)}",
            "languages": [(code, name, _start(code), code == language) for code, name in LANGUAGES.items()],
        }
        return render_to_string("mirror/start.html", content)


def _note(place: public_paths.Place, as_of: date | None) -> str:
    """What stands on top of each page."""
    with translation.override(place.language):
        return render_to_string("mirror/note.html", {"as_of": as_of, "live": f"{settings.SITE_URL}{place.path}"})
