"""The WSGI door: answers published paths from memory, and lets Django make each of them once per change.

Nothing a visitor sends reaches a stored answer: it is made from the path alone. Knows no database; what changed is
asked of record.py by one watcher thread per process.
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
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation

from petition.models.database_clock import renew as renew_clock
from petition.publishing import record
from petition.publishing.answers import Answer, encoded, encoding_of, said
from petition.publishing.exports import files
from petition.publishing.rendering import TOO_BUSY, WITHOUT_DATABASE, WITHOUT_LIST, Application, Environ, rendered
from petition.publishing.text_only import texts_in_force

POLL_SECONDS: Final = 0.5
BLIND_SECONDS: Final = 300
"""How long stored answers outlive the database."""
TRIES: Final = 3
"""How often an answer is made at most for one visitor, when changes overtake its making."""
MOST_SLOW: Final = 2
"""How many of a process's threads are occupied at most with what takes long to make."""
_NOTHING: Final = ".nothing/"
"""A path that no page has, below the language: its 404 is given for every address that leads nowhere."""
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
    """A WSGI application in front of `django`, itself a WSGI application."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._shelf = _Shelf()
        self._hosts: set[str] = set()
        self._seen: object = None
        self._tidied: object = None
        self._seen_at = time.monotonic()
        self._texts: frozenset[tuple[str, object]] = frozenset()
        self._slugs: set[str] = set()
        self._asked_at = 0.0
        self._without_list: dict[str, Answer] = {}
        self._without_list_of: object = None
        self._watcher: threading.Thread | None = None
        self._starting = threading.Lock()
        self._slow = threading.BoundedSemaphore(MOST_SLOW)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asks = environ["REQUEST_METHOD"] in ("GET", "HEAD") and _is_secure_enough(environ)
        if not asks or not self._knows(environ.get("HTTP_HOST", "")):
            return self._django(environ, start_response)
        if self._watcher is None:
            self._watch()
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        encoding = encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = self._open_shelf().answers.get((path, encoding))
        if answer is None or (query and not answer.for_any_query):
            answer = self._found(path, query, encoding)
        if answer is None or answer.streams:
            return self._django(environ, start_response)
        return said(answer, environ, start_response)

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
        if time.monotonic() - self._seen_at > BLIND_SECONDS and not self._shelf.blind:
            log.error("No database for %s seconds: only texts are served, without their lists.", BLIND_SECONDS)
            self._shelf = _Shelf(blind=True)
        return self._shelf

    def _found(self, path: str, query: str, encoding: str) -> Answer | None:
        """What is not on the shelf yet; None where Django is to answer this visitor itself."""
        if path in self._without_list and self._open_shelf().blind:
            return self._made(path, encoding, for_any_query=True)
        match = _place_of(path)
        if match is None:
            return self._made(_nowhere(path), encoding) if _leads_nowhere(path) else None
        if not getattr(match.func, "published", False):
            return None
        if "slug" in match.kwargs and match.kwargs["slug"] not in self._slugs and self._asked_lately():
            return self._made(_nowhere(path), encoding)
        return self._published(match.func, path, query, encoding)

    def _published(self, view: Callable[..., Any], path: str, query: str, encoding: str) -> Answer:
        for_any_query = getattr(view, "for_any_query", False)
        if query and not for_any_query:  # there are as many as visitors can think of, so none is kept
            return encoded(self._rendered(self._open_shelf(), path, query), encoding)
        if getattr(view, "slow", False) and (path, "") not in self._open_shelf().answers:
            return self._made_slowly(path, encoding)
        return self._made(path, encoding, for_any_query=for_any_query)

    def _asked_lately(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at < UNHEARD_SECONDS:
            return True
        self._asked_at = now
        return False

    def _made_slowly(self, path: str, encoding: str) -> Answer:
        """As `_made`; whoever comes when enough wait for such answers is told at once to come again."""
        if not self._slow.acquire(blocking=False):
            return rendered(self._django, path, TOO_BUSY)
        try:
            return self._made(path, encoding)
        finally:
            self._slow.release()

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
            if not plain.is_ok and not path.endswith(_NOTHING):
                shelf.forget_lock(path)
                return self._without_list.get(path, plain) if plain.status.startswith("503 ") else plain
        shelf.answers[path, ""] = plain
        answer = shelf.answers[path, encoding] = encoded(plain, encoding)
        return answer

    def _rendered(self, shelf: _Shelf, path: str, query: str = "") -> Answer:
        return rendered(self._django, path, *([WITHOUT_DATABASE] if shelf.blind else []), query=query)

    def _watch(self) -> None:
        with self._starting:
            if self._watcher is None:
                self.look()
                self._watcher = threading.Thread(target=self._keep_looking, name="watcher", daemon=True)
                self._watcher.start()

    def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(Exception):  # this thread must outlive everything, or hidden names stay
                self.keep_texts()
            with contextlib.suppress(Exception):
                self.tidy()
            with contextlib.suppress(Exception):
                connection.close()  # its own: none is held while it sleeps, none outlives a restarted database
            time.sleep(POLL_SECONDS)
            self.look()

    def look(self) -> None:
        """Asks the record once: any change, or BLIND_SECONDS without an answer, puts an empty shelf in place."""
        asked_at = time.monotonic()
        try:
            renew_clock()
            texts, seen = texts_in_force(), record.state_of_everything()
        except Exception:  # noqa: BLE001  (whatever the database does, visitors are answered)
            self._open_shelf()
            return
        self._seen_at = asked_at
        if texts != self._texts:
            self._texts, self._slugs = texts, {slug for slug, _ in texts}
        if seen != self._seen or self._shelf.blind:
            self._seen, self._shelf = seen, _Shelf()

    def tidy(self) -> None:
        """After a change no file is left that was made before it, where no worker shares this DATA_DIR either."""
        if self._tidied != self._seen:
            files.remove_stale()
            self._tidied = self._seen

    def keep_texts(self) -> None:
        """For a time without a database, each appeal's page without its list is ready in every language, and the front
        door where it leads to one of them."""
        texts = self._texts
        if texts == self._without_list_of:
            return
        languages = [language for language, _ in settings.LANGUAGES]
        appeals = {_path_of(slug, language) for slug, _ in texts for language in languages}
        pages = {path: rendered(self._django, path, WITHOUT_LIST) for path in appeals}
        fronts = {path: rendered(self._django, path) for path in (_below(language, "") for language in languages)}
        if all(page.is_ok for page in pages.values()):
            leading = {path: front for path, front in fronts.items() if front.status.startswith("302 ")}
            kept = {path: replace(page, for_any_query=True) for path, page in (pages | leading).items()}
            self._without_list, self._without_list_of = kept, texts


def _is_secure_enough(environ: Environ) -> bool:
    """On an https site nothing is answered in clear: Django redirects what did not come by https."""
    if not settings.SITE_IS_HTTPS or environ.get("wsgi.url_scheme") == "https":
        return True
    header, _ = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return bool(environ.get(header) == "https")


def _place_of(path: str) -> ResolverMatch | None:
    """Where the URL map leads; its views say whether they are made from the record alone (web/published.py)."""
    with translation.override(_language_of(path)):
        try:
            return resolve(path)
        except (Resolver404, UnicodeError):
            return None


def _leads_nowhere(path: str) -> bool:
    """Whether Django could say nothing but 404: no static file, no missing slash, nothing damaged, nobody debugging."""
    for_django = path.startswith(settings.STATIC_URL) or not path.isascii() or not path.isprintable()
    return not (for_django or settings.DEBUG or (not path.endswith("/") and _place_of(f"{path}/")))


def _nowhere(path: str) -> str:
    return _below(_language_of(path), _NOTHING)


def _below(language: str, rest: str) -> str:
    return f"/{rest}" if language == settings.LANGUAGE_CODE else f"/{language}/{rest}"


def _language_of(path: str) -> str:
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


def _path_of(slug: str, language: str) -> str:
    with translation.override(language):
        return reverse("appeal", args=[slug])
