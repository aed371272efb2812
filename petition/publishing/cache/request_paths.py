"""What the page cache can tell from the address of a request, without asking Django or the database."""

from typing import Final

from django.conf import settings
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation

from petition.publishing.cache.rendering import Environ
from petition.publishing.cache.thread_limits import RequestKind

NOT_FOUND_PATH: Final = ".nothing/"
"""A path of no page, below the language. Its 404 is served for all unknown addresses, so that one copy is stored."""
_STAFF_PREFIXES: Final = ("/admin/", "/readyz")
"""Paths with places of their own in Django, so that the public never keeps staff or monitoring waiting."""
_FORM_PAGES: Final = frozenset(
    {
        *("home", "endorse", "check_mail", "confirm_code", "code", "choose_appeal"),
        *("change", "change_sent", "change_code", "change_message", "change_message_sent"),
    }
)
"""Names of pages that are not published, and still show nothing but the public record to who opens them."""
_BEHIND_A_CODE: Final = "by="
"""In the query of a page that a typed code has opened."""


def is_secure_enough(environ: Environ) -> bool:
    """Return whether the request may be answered from memory: Django redirects http to https on an https site."""
    if not settings.SITE_IS_HTTPS or environ.get("wsgi.url_scheme") == "https":
        return True
    header, _ = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return bool(environ.get(header) == "https")


def choose_request_kind(method: str, path: str, match: ResolverMatch | None = None, query: str = "") -> RequestKind:
    """Return whose places in Django a request takes."""
    if path.startswith(_STAFF_PREFIXES):
        return RequestKind.STAFF
    if method not in ("GET", "HEAD"):
        return RequestKind.POSTS
    view = match.func if match else None
    if query and getattr(view, "published", False) and not getattr(view, "for_any_query", False):
        return RequestKind.SEARCHES
    if match and not is_public_page(match, query):
        return RequestKind.LINKS
    kind: RequestKind = getattr(view, "request_kind", RequestKind.PAGES)
    return kind


def is_public_page(match: ResolverMatch, query: str) -> bool:
    """Return whether a GET of this page needs nothing but the public record."""
    if getattr(match.func, "published", False):
        return True
    return (match.url_name in _FORM_PAGES or match.route == "") and _BEHIND_A_CODE not in query


def resolve_path(path: str) -> ResolverMatch | None:
    """Return the view of the path; its attributes say whether it is published (web/public/decorators.py)."""
    with translation.override(get_path_language(path)):
        try:
            return resolve(path)
        except (Resolver404, UnicodeError):
            return None


def is_unknown_path(path: str) -> bool:
    """Return whether Django could only answer 404 to a path that has no view."""
    # Left to Django: static files, damaged addresses (400), debug pages, and what lacks only the slash at its end.
    for_django = path.startswith(settings.STATIC_URL) or not path.isascii() or not path.isprintable()
    return not (for_django or settings.DEBUG or (not path.endswith("/") and resolve_path(f"{path}/")))


def get_not_found_path(path: str) -> str:
    """Return the path whose 404 is served for `path`, in the same language."""
    return add_language_prefix(get_path_language(path), NOT_FOUND_PATH)


def add_language_prefix(language: str, path: str) -> str:
    return f"/{path}" if language == settings.LANGUAGE_CODE else f"/{language}/{path}"


def get_path_language(path: str) -> str:
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


def get_appeal_path(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("appeal", args=[slug])
