"""Generate every file of a mirror, through the same application that answers visitors."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from petition.publishing.cache.rendering import WITHOUT_LIST, Application, render_path
from petition.publishing.mirror.links import Links, get_file_name
from petition.publishing.public_paths import PublicPage, list_public_pages
from petition.publishing.queries import get_appeal, list_published_slugs
from petition.reference.languages import LANGUAGES

ReportProgress = Callable[[int, int], None]
"""Gets the number of files that are done, and of all files."""
NAMELESS_ROUTES: Final = frozenset({"appeal", "text", "accessibility", "privacy"})
"""Routes that name no signatory; the appeal's page only if it is requested without its list."""
_MAIN: Final = '<main id="main">'


class MirrorIncomplete(Exception):
    """A path could not be rendered now, so there is no mirror."""


def generate_files(
    django: Application, report: ReportProgress, *, without_list: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file: start pages, pages, documents, data, and the static files they need.

    With `without_list`, only what names no signatory. Raises MirrorIncomplete.
    """
    pages = [page for page in list_public_pages() if page.route in NAMELESS_ROUTES or not without_list]
    start_paths = {code: _get_start_path(code) for code in LANGUAGES}
    links = Links({path: get_file_name(path) for path in (*start_paths.values(), *(page.path for page in pages))})
    as_of = get_last_change()
    total = len(pages) + len(start_paths)
    for done, (code, path) in enumerate(start_paths.items(), 1):
        yield get_file_name(path), links.rewrite(_render_start_page(code, as_of, without_list), path).encode()
        report(done, total)
    for done, page in enumerate(pages, len(start_paths) + 1):
        content, is_html = _render(django, page, *([WITHOUT_LIST] if without_list else []))
        if is_html:
            content = links.rewrite(_add_note(content.decode(), page, as_of), page.path).encode()
        yield get_file_name(page.path), content
        report(done, total)
    for name in sorted(links.static):
        yield f"static/{name}", (settings.STATIC_ROOT / name).read_bytes()


def get_last_change() -> date | None:
    """Return the day of the last public addition or correction; None if nothing is published."""
    return max((get_appeal(slug, "en").as_of for slug in list_published_slugs()), default=None)


def _render(django: Application, page: PublicPage, *flags: str) -> tuple[bytes, bool]:
    """Return what a visitor of the page gets, and whether it is HTML."""
    path, _, query = page.path.partition("?")
    response = render_path(django, path, *flags, query=query, reads_streams=True)
    if not response.is_ok:
        raise MirrorIncomplete(f"{page.path}: {response.status}")
    return response.body, dict(response.headers)["Content-Type"].startswith("text/html")


def _get_start_path(language: str) -> str:
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def _render_start_page(language: str, as_of: date | None, without_list: bool) -> str:
    with translation.override(language):
        appeals = [get_appeal(slug, language) for slug in list_published_slugs()]
        context = {
            "appeals": appeals,
            "as_of": as_of,
            "without_list": without_list,
            "live": f"{settings.SITE_URL}{_get_start_path(language)}",
            "languages": [(code, name, _get_start_path(code), code == language) for code, name in LANGUAGES.items()],
        }
        return render_to_string("mirror/start.html", context)


def _add_note(html: str, page: PublicPage, as_of: date | None) -> str:
    """Return the page with the note that it is a copy at its top; the widget has no <main id> and no room for it."""
    with translation.override(page.language):
        note = render_to_string("mirror/note.html", {"as_of": as_of, "live": f"{settings.SITE_URL}{page.path}"})
    return html.replace(_MAIN, f"{_MAIN}\n{note}", 1)
