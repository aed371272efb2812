"""Has Django make an answer for nobody in particular: from the path alone, with nothing of any visitor."""

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from petition.publishing.cache.responses import Answer, answer_of

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

WITHOUT_LIST: Final = "petition.without_list"
"""Asks for the appeal's page as it is served while there is no database (publishing/cache/degraded_page.py)."""
WITHOUT_DATABASE: Final = "petition.without_database"
"""Says that the database is known to be gone, so that nobody waits for it."""
TOO_BUSY: Final = "petition.too_busy"
"""Says that too many wait already for what takes long to make. No visitor can send any of these words."""


def rendered(django: Application, path: str, *words: str, query: str = "") -> Answer:
    """Django's answer to a GET of `path`; `words` are set for the view. Of one that streams, only that it does."""
    head: list[Any] = []
    chunks = django(
        environ_of(path, query) | dict.fromkeys(words, True),
        lambda status, headers, exc_info=None: head.extend((status, headers)),
    )
    try:
        streams = getattr(chunks, "streaming", False)
        body = b"" if streams else b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return replace(answer_of(head[0], head[1], body), streams=streams)


def environ_of(path: str, query: str = "") -> Environ:
    """A GET of `path` by nobody in particular."""
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
    if settings.SECURE_PROXY_SSL_HEADER and site.scheme == "https":
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value
    return environ
