"""A visitor of the page cache, in this process and without a server."""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import brotli
from django.core.wsgi import get_wsgi_application

from petition.publishing.cache.middleware import PublishedPagesMiddleware
from tests.factories import SLUG

PAGE = f"/appeals/{SLUG}/"


class CountingDjango:
    """Django, with the environ of each request that reached it."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()
        self.requests: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.requests.append(environ)
        return self.django(environ, start_response)


class Visitor:
    """Send requests through a separate middleware, which checks for changes only when a test calls it."""

    def __init__(self, middleware: type[PublishedPagesMiddleware] = PublishedPagesMiddleware) -> None:
        self.django = CountingDjango()
        self.middleware = middleware(self.django)
        self.middleware._watcher = threading.current_thread()  # no second thread: the tests call check_for_changes
        self.middleware.freshness.max_wait = 0  # and no page waits for it
        self.middleware.check_for_changes()

    def __call__(self, path: str = PAGE, method: str = "GET", query: str = "", **headers: str) -> "Response":
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        head: list[Any] = []
        chunks = self.middleware(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Response(head[0], dict(head[1]), body)


class Response:
    def __init__(self, status: str, headers: dict[str, str], body: bytes) -> None:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = headers
        self.body = body

    @property
    def text(self) -> str:
        """Return the decompressed body."""
        return (brotli.decompress(self.body) if self.headers.get("Content-Encoding") == "br" else self.body).decode()
