"""The WSGI door: answers published paths from memory, and lets Django make each of them once per change.

Nothing a visitor sends reaches a stored answer: it is made from the path alone. Knows no database; what changed is
asked of record.py by one watcher thread per process.
"""

import contextlib
import gzip
import hashlib
import io
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import brotli
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve
from django.utils import translation

from petition.publishing import record

POLL_SECONDS: Final = 0.5
BLIND_SECONDS: Final = 300
"""How long stored answers outlive the database."""
_ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
    "": lambda body: body,
}
_HOSTS_REMEMBERED: Final = 100

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A stored 200: `body` in one encoding, `headers` complete, `etag` the hash of both (RFC 9110, 8.8.3)."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str


@dataclass
class _Shelf:
    """All answers of one state of the record. A change puts an empty shelf in place of this one."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def lock_for(self, path: str) -> threading.Lock:
        with self.guard:
            return self.locks.setdefault(path, threading.Lock())


class Door:
    """A WSGI application in front of `django`, itself a WSGI application."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._shelf = _Shelf()
        self._hosts: set[str] = set()
        self._seen: object = None
        self._seen_at = time.monotonic()
        self._watcher: threading.Thread | None = None
        self._starting = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asks = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("QUERY_STRING")
        if not asks or not _is_secure_enough(environ):
            return self._django(environ, start_response)
        if self._watcher is None:
            self._watch()
        encoding = _encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        path = environ.get("PATH_INFO", "")
        answer = self._shelf.answers.get((path, encoding))
        if answer is None:
            if not _is_published(path) or not self._knows(environ.get("HTTP_HOST", "")):
                return self._django(environ, start_response)
            made = self._made(path, encoding)
            if not isinstance(made, Answer):
                start_response(*made[:2])
                return [] if environ["REQUEST_METHOD"] == "HEAD" else made[2]
            answer = made
        elif not self._knows(environ.get("HTTP_HOST", "")):
            return self._django(environ, start_response)
        return _answered(answer, environ, start_response)

    def _knows(self, host: str) -> bool:
        """Whether ALLOWED_HOSTS has this Host header; Django answers 400 to any other."""
        if host in self._hosts:
            return True
        domain, _ = split_domain_port(host)
        known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if known and len(self._hosts) < _HOSTS_REMEMBERED:
            self._hosts.add(host)
        return known

    def _made(self, path: str, encoding: str) -> "Answer | tuple[str, list[tuple[str, str]], list[bytes]]":
        """The answer for `path`, made by one thread while others wait; Django's own answer where it is not a 200."""
        shelf = self._shelf
        with shelf.lock_for(path):
            answer = shelf.answers.get((path, encoding))
            if answer:
                return answer
            plain = shelf.answers.get((path, ""))
            if plain is None:
                status, headers, body = _rendered(self._django, path)
                if not status.startswith("200 "):
                    with shelf.guard:
                        shelf.locks.pop(path, None)  # what is not stored leaves no trace, so guesses grow no memory
                    return status, headers, [body]
                plain = _answer(headers, body, "")
                shelf.answers[path, ""] = plain
            if not encoding:
                return plain
            answer = shelf.answers[path, encoding] = _answer(plain.headers, plain.body, encoding)
            return answer

    def _watch(self) -> None:
        with self._starting:
            if self._watcher is None:
                self.look()
                self._watcher = threading.Thread(target=self._keep_looking, name="watcher", daemon=True)
                self._watcher.start()

    def _keep_looking(self) -> None:
        while True:
            time.sleep(POLL_SECONDS)
            self.look()
            with contextlib.suppress(Exception):  # this thread must outlive everything, or hidden names stay
                connection.close()  # its own: none is held while it sleeps, none outlives a restarted database

    def look(self) -> None:
        """Asks the record once: any change, or BLIND_SECONDS without an answer, empties the shelf."""
        try:
            seen = record.state_of_everything()
        except Exception as error:  # noqa: BLE001  (whatever the database does, visitors are answered)
            if time.monotonic() - self._seen_at > BLIND_SECONDS and self._shelf.answers:
                log.error("No database for %s seconds: published pages are dropped (%s).", BLIND_SECONDS, error)
                self._shelf = _Shelf()
            return
        self._seen_at = time.monotonic()
        if seen != self._seen:
            self._seen, self._shelf = seen, _Shelf()


def _is_secure_enough(environ: Environ) -> bool:
    """On an https site nothing is answered in clear: Django redirects what did not come by https."""
    forwarded = settings.SECURE_PROXY_SSL_HEADER and environ.get(settings.SECURE_PROXY_SSL_HEADER[0]) == "https"
    return not settings.SITE_IS_HTTPS or bool(forwarded) or environ.get("wsgi.url_scheme") == "https"


def _is_published(path: str) -> bool:
    """Whether the URL map marks this path as made from the record alone (web/published.py)."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    try:
        with translation.override(language):
            return getattr(resolve(path).func, "published", False)
    except (Resolver404, UnicodeError):
        return False


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


def _rendered(django: Application, path: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """Django's answer to a GET of `path` by nobody in particular: status, headers, body."""
    head: list[Any] = []
    chunks = django(environ_of(path), lambda status, headers, exc_info=None: head.extend((status, headers)))
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return head[0], head[1], body


def _answer(headers: list[tuple[str, str]], plain: bytes, encoding: str) -> Answer:
    body = _ENCODERS[encoding](plain)
    digest = hashlib.sha256(body).hexdigest()[:32]
    etag = f'"{digest}"'
    kept = [(name, value) for name, value in headers if name not in ("ETag", "Content-Length", "Vary")]
    kept += [("ETag", etag), ("Vary", "Accept-Encoding"), ("Content-Length", str(len(body)))]
    if encoding:
        kept.append(("Content-Encoding", encoding))
    return Answer(kept, body, etag)


def _answered(answer: Answer, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    if _matches(environ.get("HTTP_IF_NONE_MATCH", ""), answer.etag):
        kept = [
            pair for pair in answer.headers if pair[0] not in ("Content-Length", "Content-Type", "Content-Encoding")
        ]
        start_response("304 Not Modified", kept)
        return []
    start_response("200 OK", answer.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison against a list, or `*` (RFC 9110, 13.1.2)."""
    if not if_none_match:
        return False
    return if_none_match.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}


def _encoding_of(accepted: str) -> str:
    """The best of our encodings that the visitor takes; an encoding with q=0 is not taken (RFC 9110, 12.5.3)."""
    if not accepted:
        return ""
    taken = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    return "br" if "br" in taken else "gzip" if "gzip" in taken else ""
