"""A name that is removed while its page is rendered does not stay in the page cache.

Every response pauses between reading the record and storing it, and the removal commits in that pause. The same race is
run against a middleware that stores in the cache in use by then: it must keep the name.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.cache import middleware
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG
from tests.faults.variants import variant
from tests.publishing.visitor import PAGE, Visitor

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("committed")]

NAME = "Gone meanwhile"
ROUNDS, VISITORS = (8, 3) if os.environ.get("EVIDENCE_FULL") else (3, 2)
PATHS = (PAGE, f"/ru{PAGE}", f"{PAGE}signatories/", f"{PAGE}signatories.json", f"{PAGE}signatories.csv")
CARELESS = {
    'cache.responses[path, ""] = plain': 'self._cache.responses[path, ""] = plain',
    "response = cache.responses[path, encoding]": "response = self._cache.responses[path, encoding]",
}


class InterruptedDjango:
    """Django, which calls `meanwhile` after each response."""

    def __init__(self, django: Callable[..., Iterable[bytes]]) -> None:
        self.django = django
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = list(self.django(environ, start_response))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return body


def _is_kept(middleware: type[PublishedPagesMiddleware], *, path: str, encoding: str) -> bool:
    """Return whether a visitor reads the name after its removal, which came while the page was rendered."""
    visit = Visitor(middleware)
    interrupted = InterruptedDjango(visit.django)
    visit.middleware._django = interrupted
    appeal = Appeal.objects.get()
    number = factories.approved(appeal, organisation_name=NAME).signatory.number  # type: ignore[union-attr]
    visit.middleware.check_for_changes()

    def removal() -> None:
        thread = threading.Thread(target=remove)
        thread.start()
        thread.join(60)
        visit.middleware.check_for_changes()

    def remove() -> None:
        decisions.hide(SLUG, Kind.FURTHER, number, by=MODERATOR, at=NOON)
        connection.close()

    interrupted.meanwhile = removal
    at_once = visit(path, accept_encoding=encoding)
    assert interrupted.meanwhile is None, "nothing was rendered, so nothing could be overtaken"
    later = [visit(path, accept_encoding=other) for other in ("", "br")]
    return any(NAME in response.text for response in (at_once, *later))


@pytest.mark.both_databases
def test_a_removed_name_is_never_cached() -> None:
    factories.an_appeal()
    assert not any(
        _is_kept(PublishedPagesMiddleware, path=path, encoding=encoding) for path in PATHS for encoding in ("", "br")
    )


@pytest.mark.both_databases
def test_an_unreplaced_cache_would_keep_a_removed_name() -> None:
    factories.an_appeal()
    careless = variant(middleware, CARELESS).PublishedPagesMiddleware
    assert all(_is_kept(careless, path=path, encoding="") for path in PATHS)


def test_removals_and_visitors_at_random() -> None:
    """Many rounds of one change after the other while visitors never stop asking; each round ends without the name."""
    appeal = factories.an_appeal()
    visit = Visitor()
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            for path in PATHS:
                visit(path, accept_encoding="br")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(ROUNDS):
            endorsement = factories.approved(appeal, organisation_name=NAME)
            visit.middleware.check_for_changes()
            assert NAME in visit().text
            assert endorsement.signatory
            decisions.hide(SLUG, Kind.FURTHER, endorsement.signatory.number, by=MODERATOR, at=NOON)
            visit.middleware.check_for_changes()
            assert not [path for path in PATHS if NAME in visit(path).text]
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
