"""Every file of a mirror, made through the same application that answers visitors."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from petition.publishing import manifest, record
from petition.publishing.mirror.links import Links, file_of
from petition.publishing.rendering import Application, environ_of
from petition.vocabulary.languages import LANGUAGES

Tell = Callable[[int, int], None]
"""Is told how many files there are already, and how many there will be."""
_MAIN = '<main id="main">'


class NotComplete(Exception):
    """A path could not be made now, so there is no mirror."""


def files(django: Application, tell: Tell) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file: start pages, pages, documents, data, and the static files that these need.

    Raises NotComplete.
    """
    places = manifest.places()
    starts = {_start(code): file_of(_start(code)) for code in LANGUAGES}
    links = Links(starts | {place.path: file_of(place.path) for place in places})
    as_of = max((record.appeal_record(slug, "en").as_of for slug in record.published_slugs()), default=None)
    total = len(places) + len(starts)
    for done, code in enumerate(LANGUAGES, 1):
        yield file_of(_start(code)), links.rewritten(_start_page(code, as_of), _start(code)).encode()
        tell(done, total)
    for done, place in enumerate(places, len(starts) + 1):
        content, is_page = _made(django, place)
        if is_page:
            html = _home(_marked(content.decode(), _note(place, as_of)), place.language)
            content = links.rewritten(html, place.path).encode()
        yield file_of(place.path), content
        tell(done, total)
    for name in sorted(links.static):
        yield f"static/{name}", (settings.STATIC_ROOT / name).read_bytes()


def _made(django: Application, place: manifest.Place) -> tuple[bytes, bool]:
    """What a visitor of this place gets, and whether it is HTML."""
    path, _, query = place.path.partition("?")
    head: list[Any] = []
    chunks = django(environ_of(path, query), lambda status, headers, exc_info=None: head.extend((status, headers)))
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


def _home(html: str, language: str) -> str:
    """The front door asks the browser for its language; here each page leads to the start page in its own."""
    return html.replace('href="/"', f'href="{_start(language)}"')


def _start_page(language: str, as_of: datetime | None) -> str:
    with translation.override(language):
        appeals = [record.appeal_record(slug, language) for slug in record.published_slugs()]
        content = {
            "appeals": appeals,
            "as_of": as_of,
            "live": f"{settings.SITE_URL}{_start(language)}",
            "languages": [(code, name, _start(code), code == language) for code, name in LANGUAGES.items()],
        }
        return render_to_string("mirror/start.html", content)


def _note(place: manifest.Place, as_of: datetime | None) -> str:
    """What stands on top of each page."""
    with translation.override(place.language):
        return render_to_string("mirror/note.html", {"as_of": as_of, "live": f"{settings.SITE_URL}{place.path}"})
