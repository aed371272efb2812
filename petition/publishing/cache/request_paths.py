"""What can be told of a request from its address alone, before Django is asked."""

from typing import Final

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation

from petition.publishing.cache.rendering import Environ
from petition.publishing.cache.thread_limits import Lane

NOTHING: Final = ".nothing/"
"""A path that no page has, below the language: its 404 is given for every address that leads nowhere."""
_FOR_STAFF: Final = ("/admin/", "/readyz")
"""Prefixes of what the public never keeps waiting."""


def is_secure_enough(environ: Environ) -> bool:
    """On an https site nothing is answered in clear: Django redirects what did not come by https."""
    if not settings.SITE_IS_HTTPS or environ.get("wsgi.url_scheme") == "https":
        return True
    header, _ = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return bool(environ.get(header) == "https")


def lane_of(method: str, path: str, match: ResolverMatch | None = None, query: str = "") -> Lane:
    """Whose places a request takes."""
    if path.startswith(_FOR_STAFF):
        return Lane.STAFF
    if method not in ("GET", "HEAD"):
        return Lane.POSTS
    view = match.func if match else None
    if query and getattr(view, "published", False) and not getattr(view, "for_any_query", False):
        return Lane.SEARCHES
    lane: Lane = getattr(view, "lane", Lane.PAGES)
    return lane


def place_of(path: str) -> ResolverMatch | None:
    """Where the URL map leads; its views say whether they are made from the record alone (web/public/appeal.py)."""
    with translation.override(language_of(path)):
        try:
            return resolve(path)
        except (Resolver404, UnicodeError):
            return None


def leads_nowhere(path: str) -> bool:
    """Whether Django could say nothing but 404: no static file, no missing slash, nothing damaged, nobody debugging."""
    for_django = path.startswith(settings.STATIC_URL) or not path.isascii() or not path.isprintable()
    return not (for_django or settings.DEBUG or (not path.endswith("/") and place_of(f"{path}/")))


def nowhere(path: str) -> str:
    return below(language_of(path), NOTHING)


def below(language: str, rest: str) -> str:
    return f"/{rest}" if language == settings.LANGUAGE_CODE else f"/{language}/{rest}"


def language_of(path: str) -> str:
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


def path_of(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("appeal", args=[slug])
