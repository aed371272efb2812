"""Somebody at a door, in this process and without a server."""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import brotli
from django.core.wsgi import get_wsgi_application

from petition.publishing.cache.middleware import Door
from tests.factories import SLUG

PAGE = f"/appeals/{SLUG}/"


class Counted:
    """Django, and how often it was asked for what."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        return self.django(environ, start_response)


class Visitor:
    """Sends requests through a door of its own (or of a `variant`) whose watcher looks only when told."""

    def __init__(self, door: type[Door] = Door) -> None:
        self.django = Counted()
        self.door = door(self.django)
        self.door._watcher = threading.current_thread()  # no second thread: `look` is called by the tests
        self.door.freshness.patience = 0  # nor is it waited for
        self.door.look()

    def __call__(self, path: str = PAGE, method: str = "GET", query: str = "", **headers: str) -> "Seen":
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
        chunks = self.door(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Seen(head[0], dict(head[1]), body)


class Seen:
    def __init__(self, status: str, headers: dict[str, str], body: bytes) -> None:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = headers
        self.body = body

    @property
    def text(self) -> str:
        """The body, decompressed."""
        return (brotli.decompress(self.body) if self.headers.get("Content-Encoding") == "br" else self.body).decode()
