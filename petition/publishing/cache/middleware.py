"""The WSGI door: answers published paths from memory, and lets Django make each of them once per change.

Nothing a visitor sends reaches a stored answer: it is made from the path alone. Knows no database; what changed is
asked of record.py by one watcher thread per process (freshness.py). What needs Django takes one of few places
(limits.py): a database that hangs never holds the threads that answer from memory.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.urls import ResolverMatch

from petition.models.database_clock import renew as renew_clock
from petition.publishing import records
from petition.publishing.cache.degraded_page import texts_in_force
from petition.publishing.cache.freshness import Freshness
from petition.publishing.cache.rendering import TOO_BUSY, WITHOUT_DATABASE, WITHOUT_LIST, Application, Environ, rendered
from petition.publishing.cache.request_paths import (
    NOTHING,
    below,
    is_secure_enough,
    lane_of,
    leads_nowhere,
    nowhere,
    path_of,
    place_of,
)
from petition.publishing.cache.responses import Answer, encoded, encoding_of, said
from petition.publishing.cache.thread_limits import THREADS, Lane, Limits
from petition.publishing.exports import file_cache

TEND_SECONDS: Final = 0.5
BLIND_SECONDS: Final = 300
"""How long stored answers outlive the database."""
TRIES: Final = 3
"""How often an answer is made at most for one visitor, when changes overtake its making."""
HEALTH: Final = "/healthz"
UNHEARD_SECONDS: Final = 0.1
"""How often at most Django is asked for an appeal that was not there at the last look; meanwhile there is none."""
_HOSTS_REMEMBERED: Final = 100

log = logging.getLogger(__name__)


@dataclass
class _Shelf:
    """All answers of one state of the record. A change puts an empty shelf in place of this one."""

    blind: bool = False  # the database is gone for too long: nothing that names anybody is put here
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def lock_for(self, path: str) -> threading.Lock:
        with self.guard:
            return self.locks.setdefault(path, threading.Lock())

    def forget_lock(self, path: str) -> None:
        """What is not kept leaves no trace, so guesses grow no memory."""
        with self.guard:
            self.locks.pop(path, None)


class Door:
    """A WSGI application in front of `django`, itself a WSGI application, served by `threads` threads."""

    def __init__(self, django: Application, threads: int = THREADS) -> None:
        self._django = django
        self._shelf = _Shelf()
        self._hosts: set[str] = set()
        self._seen: object = None
        self._tidied: object = None
        self._texts: frozenset[tuple[str, object]] = frozenset()
        self._slugs: set[str] | None = None  # of the published appeals; unknown before the first look
        self._asked_at = 0.0
        self._without_list: dict[str, Answer] = {}
        self._without_list_of: object = None
        self._watcher: threading.Thread | None = None
        self._starting = threading.Lock()
        self._health: Answer | None = None
        self.freshness = Freshness()
        self.limits = Limits(threads)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asks = environ["REQUEST_METHOD"] in ("GET", "HEAD") and is_secure_enough(environ)
        if not asks or not self._knows(environ.get("HTTP_HOST", "")):
            return self._not_kept(environ, start_response)
        if self._watcher is None:
            self._watch()
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        encoding = encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = self._kept(path, query, encoding)
        if answer is not None and self.freshness.is_stale(time.monotonic()):
            self.freshness.wait()
            answer = self._kept(path, query, encoding)
        if answer is None or answer.streams:
            return self._not_kept(environ, start_response, encoding)
        return said(answer, environ, start_response)

    def _not_kept(
        self, environ: Environ, start_response: Callable[..., Any], encoding: str | None = None
    ) -> Iterable[bytes]:
        """The answer to what is not in memory; `encoding` of a page that may be put there."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path.startswith(settings.STATIC_URL):  # files alone: none of them asks the database
            return self._django(environ, start_response)
        if path == HEALTH and method in ("GET", "HEAD") and self._knows(environ.get("HTTP_HOST", "")):
            return said(self._health_answer(), environ, start_response)
        if encoding is None:
            return self._inside(lane_of(method, path), environ, start_response)
        return self._missed(path, encoding, environ, start_response)

    def _health_answer(self) -> Answer:
        """Made once; whatever becomes of the database or of Django's places, the process can say that it lives."""
        if self._health is None:
            self._health = rendered(self._django, HEALTH)
        return self._health

    def _kept(self, path: str, query: str, encoding: str) -> Answer | None:
        """What is in memory for this address, in this encoding."""
        answers = self._open_shelf().answers
        answer = answers.get((path, encoding))
        if answer is None and (plain := answers.get((path, ""))):
            answer = answers[path, encoding] = encoded(plain, encoding)
        return None if answer and query and not answer.for_any_query else answer

    def _inside(self, lane: Lane, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Django's answer to this visitor, or a 503 where it has no place left."""
        with self.limits.place(lane) as is_free:
            if is_free:
                return self._django(environ, start_response)
        return self._django(environ | {TOO_BUSY: True}, start_response)

    def _missed(
        self, path: str, encoding: str, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """The answer to a GET of what is not in memory; it is put there if it is to be kept."""
        match, query = place_of(path), environ.get("QUERY_STRING", "")
        with self.limits.place(lane_of("GET", path, match, query)) as is_free:
            answer = self._found(match, path, query, encoding) if is_free else self._without_list.get(path)
            if is_free and (answer is None or answer.streams):
                return self._django(environ, start_response)
        if answer is None:
            return self._django(environ | {TOO_BUSY: True}, start_response)
        return said(encoded(answer, encoding) if not is_free else answer, environ, start_response)

    def _knows(self, host: str) -> bool:
        """Whether ALLOWED_HOSTS has this Host header; Django answers 400 to any other."""
        if host in self._hosts:
            return True
        domain, _ = split_domain_port(host)
        known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if known and len(self._hosts) < _HOSTS_REMEMBERED:
            self._hosts.add(host)
        return known

    def _open_shelf(self) -> _Shelf:
        """The shelf in use. One that names people is put away when the database was silent for too long, whatever
        became of the watcher."""
        if time.monotonic() - self.freshness.asked_at > BLIND_SECONDS and not self._shelf.blind:
            log.error("No database for %s seconds: only texts are served, without their lists.", BLIND_SECONDS)
            self._shelf = _Shelf(blind=True)
        return self._shelf

    def _found(self, match: ResolverMatch | None, path: str, query: str, encoding: str) -> Answer | None:
        """What is not on the shelf yet; None where Django is to answer this visitor itself."""
        if path in self._without_list and self._open_shelf().blind:
            return self._made(path, encoding, for_any_query=True)
        if match is None:
            return self._made(nowhere(path), encoding) if leads_nowhere(path) else None
        if not getattr(match.func, "published", False):
            return None
        if "slug" in match.kwargs and self._is_unheard(match.kwargs["slug"]):
            return self._made(nowhere(path), encoding)
        for_any_query = getattr(match.func, "for_any_query", False)
        if query and not for_any_query:  # there are as many as visitors can think of, so none is kept
            return encoded(self._rendered(self._open_shelf(), path, query), encoding)
        return self._made(path, encoding, for_any_query=for_any_query)

    def _is_unheard(self, slug: str) -> bool:
        return self._slugs is not None and slug not in self._slugs and self._asked_lately()

    def _asked_lately(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at < UNHEARD_SECONDS:
            return True
        self._asked_at = now
        return False

    def _made(self, path: str, encoding: str, *, for_any_query: bool = False) -> Answer:
        """The answer for `path`, made by one thread while others wait; made again if a change came meanwhile."""
        for _ in range(TRIES):
            shelf = self._open_shelf()
            with shelf.lock_for(path):
                answer = shelf.answers.get((path, encoding)) or self._shelved(shelf, path, encoding, for_any_query)
            if shelf is self._shelf:
                break
        return answer

    def _shelved(self, shelf: _Shelf, path: str, encoding: str, for_any_query: bool) -> Answer:
        """Makes the answer for `path` and keeps it on `shelf`, if it is one to keep."""
        plain = shelf.answers.get((path, "")) or (self._without_list.get(path) if shelf.blind else None)
        if plain is None:
            plain = replace(self._rendered(shelf, path), for_any_query=for_any_query)
            if not plain.is_ok and not path.endswith(NOTHING):
                shelf.forget_lock(path)
                return self._without_list.get(path, plain) if plain.status.startswith("503 ") else plain
        shelf.answers[path, ""] = plain
        answer = shelf.answers[path, encoding] = encoded(plain, encoding)
        return answer

    def _rendered(self, shelf: _Shelf, path: str, query: str = "") -> Answer:
        return rendered(self._django, path, *([WITHOUT_DATABASE] if shelf.blind else []), query=query)

    def _watch(self) -> None:
        """The two threads run; the first visitor waits for the first look, but not for a database that hangs."""
        with self._starting:
            if self._watcher is None:
                self.freshness.asked_at -= 1  # so that the first page waits
                for name, run in (("watcher", self._keep_looking), ("tender", self._keep_tending)):
                    thread = threading.Thread(target=run, name=name, daemon=True)
                    thread.start()
                self._watcher = thread

    def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(Exception):  # this thread must outlive everything, or hidden names stay
                self.look()
                connection.close()  # its own: none is held while it sleeps, none outlives a restarted database
            self.freshness.rest()

    def _keep_tending(self) -> None:
        """What follows a change and takes longer than a look."""
        while True:
            for duty in (self.keep_texts, self.tidy, connection.close):
                with contextlib.suppress(Exception):
                    duty()
            time.sleep(TEND_SECONDS)

    def look(self) -> None:
        """Asks the record once: any change, or BLIND_SECONDS without an answer, puts an empty shelf in place."""
        asked_at = time.monotonic()
        try:
            renew_clock()
            texts, seen = texts_in_force(), records.state_of_everything()
        except Exception:  # noqa: BLE001  (whatever the database does, visitors are answered)
            self.freshness.note(asked_at, answered=False)
            self._open_shelf()
            return
        if texts != self._texts or self._slugs is None:
            self._texts, self._slugs = texts, {slug for slug, _ in texts}
        if seen != self._seen or self._shelf.blind:
            self._seen, self._shelf = seen, _Shelf()
        self.freshness.note(asked_at, answered=True)

    def tidy(self) -> None:
        """After a change no file is left that was made before it, where no worker shares this DATA_DIR either."""
        if self._tidied != self._seen:
            file_cache.remove_stale()
            self._tidied = self._seen

    def keep_texts(self) -> None:
        """For a time without a database, each appeal's page without its list is ready in every language, and the front
        door where it leads to one of them."""
        texts = self._texts
        if texts == self._without_list_of:
            return
        languages = [language for language, _ in settings.LANGUAGES]
        appeals = {path_of(slug, language) for slug, _ in texts for language in languages}
        pages = {path: rendered(self._django, path, WITHOUT_LIST) for path in appeals}
        fronts = {path: rendered(self._django, path) for path in (below(language, "") for language in languages)}
        if all(page.is_ok for page in pages.values()):
            leading = {path: front for path, front in fronts.items() if front.status.startswith("302 ")}
            kept = {path: replace(page, for_any_query=True) for path, page in (pages | leading).items()}
            self._without_list, self._without_list_of = kept, texts
