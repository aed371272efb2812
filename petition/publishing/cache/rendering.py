"""Let Django render a path for nobody in particular: nothing of any visitor is in the request."""

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from petition.publishing.cache.answer_counts import count_as
from petition.publishing.cache.responses import CachedResponse, build_response

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Flags for views, in request.META. No visitor can set them: there, headers begin with HTTP_.
WITHOUT_LIST: Final = "petition.without_list"
"""The appeal's page is wanted as it is served while there is no database (publishing/cache/degraded_page.py)."""
WITHOUT_DATABASE: Final = "petition.without_database"
"""The database is known to be gone, so that no view waits for it."""
TOO_BUSY: Final = "petition.too_busy"
"""Too many requests of this kind are waiting already."""
_RENDERING: Final = "petition.rendering"


def render_path(
    django: Application, path: str, *flags: str, query: str = "", reads_streams: bool = False
) -> CachedResponse:
    """Return Django's response to a GET of `path`. Without `reads_streams`, a streamed response has no body here."""
    head: list[Any] = []
    chunks = django(
        build_environ(path, query) | dict.fromkeys((_RENDERING, *flags), True),
        lambda status, headers, exc_info=None: head.extend((status, headers)),
    )
    try:
        is_streamed = getattr(chunks, "streaming", False) and not reads_streams
        body = b"" if is_streamed else b"".join(chunks)
    finally:
        # As a WSGI server does (PEP 3333): Django closes its database connections here.
        close = getattr(chunks, "close", None)
        if close:
            close()
    response = build_response(head[0], head[1], body)
    return replace(response, is_streamed=is_streamed, counted_as=count_as("GET", path, head[0]))


def is_rendering(environ: Environ) -> bool:
    """Return whether Django is called by render_path, and not for the request of a visitor."""
    return _RENDERING in environ


def build_environ(path: str, query: str = "") -> Environ:
    """Return the WSGI environ of a GET of `path`, made from the settings only."""
    site = urlsplit(settings.SITE_URL)
    environ: Environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    # Django redirects to https what a proxy did not mark as https.
    if settings.SECURE_PROXY_SSL_HEADER and site.scheme == "https":
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value
    return environ
