"""WSGI middleware that answers requests for published paths from memory, and lets Django render each once per change.

Nothing that a visitor sends gets into a stored response: it is rendered from the path alone. The middleware asks no
database; one watcher thread per process asks whether the public record has changed (freshness.py). What needs Django
takes one of a few places (thread_limits.py), so a database that hangs never holds the threads that answer from memory.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.urls import ResolverMatch

from petition.models.database import database_clock
from petition.publishing import queries
from petition.publishing.cache import site_status
from petition.publishing.cache.allowed_hosts import AllowedHosts
from petition.publishing.cache.degraded_page import list_published_texts, render_degraded_responses
from petition.publishing.cache.freshness import Freshness
from petition.publishing.cache.public_copy import PublicCopy
from petition.publishing.cache.rendering import (
    TOO_BUSY,
    WITHOUT_DATABASE,
    Application,
    Environ,
    render_path,
)
from petition.publishing.cache.request_paths import (
    NOT_FOUND_PATH,
    choose_request_kind,
    get_not_found_path,
    is_secure_enough,
    is_unknown_path,
    resolve_path,
)
from petition.publishing.cache.response_cache import ResponseCache
from petition.publishing.cache.responses import CachedResponse, choose_encoding, encode_response, send_response
from petition.publishing.cache.thread_limits import THREADS, RequestKind, ThreadLimits
from petition.publishing.cache.upkeep import Upkeep

UPKEEP_SECONDS: Final = 0.5
CONNECTION_SECONDS: Final = 5.0
"""How long the watcher keeps its connection."""
MAX_OUTAGE_SECONDS: Final = 300
"""How long stored responses are served without the database."""
MAX_TRIES: Final = 3
"""How often a response is rendered at most for one visitor, when changes come while it is rendered."""
HEALTH_PATH: Final = "/healthz"
UNKNOWN_SLUG_SECONDS: Final = 0.1
"""How often Django is asked at most for an appeal that the watcher has not seen; meanwhile it does not exist."""

log = logging.getLogger(__name__)


class PublishedPagesMiddleware:
    """A WSGI application in front of `django`, itself a WSGI application, served by `threads` threads."""

    def __init__(self, django: Application, threads: int = THREADS) -> None:
        self._copy = PublicCopy()
        self._django = self._copy.wrap(
            django, lambda: self._copy.choose_use(self._state, self._cache.is_degraded, self.freshness.is_answering)
        )
        self._cache = ResponseCache()
        self._hosts = AllowedHosts()
        self._state: object = None  # of the public record, when it was checked last
        self._upkeep = Upkeep()
        self._texts: frozenset[tuple[str, object]] = frozenset()
        self._slugs: set[str] | None = None  # of appeals, also of those taken down; unknown before the first check
        self._unknown_slug_at = 0.0
        self._degraded_pages: dict[str, CachedResponse] = {}
        self._degraded_texts: object = None  # the texts from which these were rendered
        self._watcher: threading.Thread | None = None
        self._has_changed = threading.Event()
        self._start_lock = threading.Lock()
        self._health: CachedResponse | None = None
        self.freshness = Freshness()
        self.limits = ThreadLimits(threads)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_cacheable = environ["REQUEST_METHOD"] in ("GET", "HEAD") and is_secure_enough(environ)
        if not is_cacheable or not self._hosts.allows(environ.get("HTTP_HOST", "")):
            return self._answer_uncached(environ, start_response)
        # Not in __init__: a server may fork after loading the application, and threads do not survive that.
        if self._watcher is None:
            self._start_threads()
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        response = self._look_up(path, query, encoding)
        # A removed name must not be served from memory because the watcher had no turn: wait for its next check.
        if response is not None and self.freshness.is_stale(time.monotonic()):
            self.freshness.wait_for_check()
            response = self._look_up(path, query, encoding)
        if response is None or response.is_streamed:
            return self._answer_uncached(environ, start_response, encoding)
        return send_response(response, environ, start_response)

    def _answer_uncached(
        self, environ: Environ, start_response: Callable[..., Any], encoding: str | None = None
    ) -> Iterable[bytes]:
        """Answer a request that is not in memory; `encoding` is None for one that may not be stored."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        # Without a limit, since these are files and need no database.
        if path.startswith(settings.STATIC_URL):
            return self._django(environ, start_response)
        if path == HEALTH_PATH and method in ("GET", "HEAD") and self._hosts.allows(environ.get("HTTP_HOST", "")):
            return send_response(self._get_health(), environ, start_response)
        if encoding is None:
            return self._call_django(choose_request_kind(method, path), environ, start_response)
        return self._answer_missing(path, encoding, environ, start_response)

    def _get_health(self) -> CachedResponse:
        # Rendered once: a process lives and says so, whatever happens to the database or to the places in Django.
        if self._health is None:
            self._health = render_path(self._django, HEALTH_PATH)
        return self._health

    def _look_up(self, path: str, query: str, encoding: str) -> CachedResponse | None:
        """Return what is in memory for this address in this encoding."""
        responses = self._get_cache().responses
        response = responses.get((path, encoding))
        if response is None and (plain := responses.get((path, ""))):
            response = responses[path, encoding] = encode_response(plain, encoding)
        return None if response and query and not response.for_any_query else response

    def _call_django(self, kind: RequestKind, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Return Django's answer to this visitor, or a 503 if this kind of request has no place left."""
        with self.limits.acquire(kind) as is_free:
            if is_free:
                return self._django(environ, start_response)
        # The error page takes no place: with this flag it asks no database.
        return self._django(environ | {TOO_BUSY: True}, start_response)

    def _answer_missing(
        self, path: str, encoding: str, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a GET of what is not in memory, and store the response if it is one to keep."""
        match, query = resolve_path(path), environ.get("QUERY_STRING", "")
        if self.freshness.is_stale(time.monotonic()):
            self.freshness.wait_for_check()  # the copy from which it is rendered must not be older either
        with self.limits.acquire(choose_request_kind("GET", path, match, query)) as is_free:
            if is_free:
                response = self._render_missing(match, path, query, encoding)
                if response is None or response.is_streamed:
                    return self._django(environ, start_response)
                return send_response(response, environ, start_response)
        # A busy site still has the text of each appeal.
        if degraded := self._degraded_pages.get(path):
            return send_response(encode_response(degraded, encoding), environ, start_response)
        return self._django(environ | {TOO_BUSY: True}, start_response)

    def _get_cache(self) -> ResponseCache:
        """Return the cache in use; after a long outage an empty one, for pages without names."""
        # Here and not only in the watcher: names must go after MAX_OUTAGE_SECONDS even if that thread hangs or died.
        if time.monotonic() - self.freshness.checked_at > MAX_OUTAGE_SECONDS and not self._cache.is_degraded:
            log.error("No database for %s seconds: only texts are served, without their lists.", MAX_OUTAGE_SECONDS)
            self._cache = ResponseCache(is_degraded=True)
            self._copy.forget()
        return self._cache

    def _render_missing(
        self, match: ResolverMatch | None, path: str, query: str, encoding: str
    ) -> CachedResponse | None:
        """Return the response to what is not in memory; None if Django must answer this visitor itself."""
        if path in self._degraded_pages and self._get_cache().is_degraded:
            return self._render_once(path, encoding, for_any_query=True)
        if match is None:
            return self._render_once(get_not_found_path(path), encoding) if is_unknown_path(path) else None
        if not getattr(match.func, "published", False):
            return None
        if "slug" in match.kwargs and self._is_unknown_slug(match.kwargs["slug"]):
            return self._render_once(get_not_found_path(path), encoding)
        for_any_query = getattr(match.func, "for_any_query", False)
        # Not stored: there are as many of these as visitors can think of.
        if query and not for_any_query:
            return encode_response(self._render(self._get_cache(), path, query), encoding)
        return self._render_once(path, encoding, for_any_query=for_any_query)

    def _is_unknown_slug(self, slug: str) -> bool:
        """Return whether there is no such appeal, without asking the database for each guess."""
        if self._slugs is None or slug in self._slugs:
            return False
        # One guess in UNKNOWN_SLUG_SECONDS goes to Django: an appeal that was just published shows at once.
        now = time.monotonic()
        if now - self._unknown_slug_at < UNKNOWN_SLUG_SECONDS:
            return True
        self._unknown_slug_at = now
        return False

    def _render_once(self, path: str, encoding: str, *, for_any_query: bool = False) -> CachedResponse:
        """Return the response for `path`, rendered by one thread while the others wait for it."""
        for _ in range(MAX_TRIES):
            cache = self._get_cache()
            with cache.lock_for(path):
                response = cache.responses.get((path, encoding)) or self._store(cache, path, encoding, for_any_query)
            # Another cache means a change came while it was rendered: it may show a name that was just removed.
            if cache is self._cache:
                break
        return response

    def _store(self, cache: ResponseCache, path: str, encoding: str, for_any_query: bool) -> CachedResponse:
        """Render `path`, and keep the response in `cache` if it is one to keep."""
        plain = cache.responses.get((path, "")) or (self._degraded_pages.get(path) if cache.is_degraded else None)
        if plain is None:
            plain = replace(self._render(cache, path), for_any_query=for_any_query)
            # Errors are not kept, except the one 404 that stands for all unknown addresses.
            if not plain.is_ok and not path.endswith(NOT_FOUND_PATH):
                cache.forget_lock(path)
                return self._degraded_pages.get(path, plain) if plain.status.startswith("503 ") else plain
        # Into the cache from before rendering, never into self._cache: that may belong to a newer state by now.
        cache.responses[path, ""] = plain
        response = cache.responses[path, encoding] = encode_response(plain, encoding)
        return response

    def _render(self, cache: ResponseCache, path: str, query: str = "") -> CachedResponse:
        flags = [WITHOUT_DATABASE] if cache.is_degraded else []
        return render_path(self._django, path, *flags, query=query)

    def _start_threads(self) -> None:
        with self._start_lock:
            if self._watcher is None:
                self.freshness.checked_at -= 1  # so that the first page waits for the first check
                for name, run in (("watcher", self._run_watcher), ("upkeep", self._run_upkeep)):
                    thread = threading.Thread(target=run, name=name, daemon=True)
                    thread.start()
                self._watcher = thread

    def _run_watcher(self) -> None:
        opened_at = time.monotonic()
        while True:
            with contextlib.suppress(Exception):  # this thread must survive everything, or removed names stay
                self.check_for_changes()
                # Opening one costs twice as much as a check. None that failed is used again: the server has restarted.
                if not self.freshness.is_answering or time.monotonic() - opened_at > CONNECTION_SECONDS:
                    connection.close()
                    opened_at = time.monotonic()
            self.freshness.wait_for_next_check()

    def _run_upkeep(self) -> None:
        # Apart from the watcher, since these take longer than a removal may take to show.
        while True:
            self._has_changed.clear()
            for duty in (self.refresh_copy, self.render_degraded_pages, self.follow_changes, connection.close):
                with contextlib.suppress(Exception):
                    duty()
            self._has_changed.wait(UPKEEP_SECONDS)

    def check_for_changes(self) -> None:
        """Ask the public record once. Any change, or MAX_OUTAGE_SECONDS without an answer, empties the cache."""
        started_at = time.monotonic()
        try:
            database_clock.refresh()
            texts, state = list_published_texts(), queries.get_public_state()
            site_status.keep_status()
            is_changed = state != self._state or self._cache.is_degraded
            if is_changed:
                self._copy.forget_removed()
                self._slugs = {slug for slug, _ in texts} | set(queries.list_taken_down_slugs())
        except Exception:  # noqa: BLE001  (whatever the database does, visitors are answered)
            self.freshness.record_check(started_at, is_answered=False)
            self._get_cache()
            return
        self._texts = texts
        if is_changed:
            self._state, self._cache = state, ResponseCache()
            self._has_changed.set()
        # After the change of cache: a page that waits for this check must not find the old one.
        self.freshness.record_check(started_at, is_answered=True)

    def refresh_copy(self) -> None:
        """Copy the public record after a change; what was made from the earlier copy meanwhile is dropped."""
        self._copy.refresh(self._state, queries.get_public_state)
        if self._copy.take_outdated_use():
            self._cache = ResponseCache()

    def follow_changes(self) -> None:
        """Remove old files and read search keys again, where a change was seen."""
        self._upkeep.run(self._state)

    def render_degraded_pages(self) -> None:
        """Keep each appeal's page without its list, in every language, and the redirects of the home pages to them.

        They are rendered while the database is there: afterwards nobody could say which names were removed.
        """
        texts = self._texts
        if texts == self._degraded_texts:
            return
        if (pages := render_degraded_responses(self._django, {slug for slug, _ in texts})) is not None:
            self._degraded_pages, self._degraded_texts = pages, texts
