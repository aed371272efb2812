"""A name that is removed while its page is being made is not kept by the door.

Every answer pauses between being read from the record and being stored, and the removal commits in that pause. The
same race is run against a door that stores on whatever shelf is in use by then: it must pin the name there.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.cache import middleware
from petition.publishing.cache.middleware import Door
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG
from tests.faults.variants import variant
from tests.publishing.visitor import PAGE, Visitor

pytestmark = pytest.mark.usefixtures("committed")

NAME = "Gone meanwhile"
ROUNDS = 8
PATHS = (PAGE, f"/ru{PAGE}", f"{PAGE}signatories/", f"{PAGE}signatories.json", f"{PAGE}signatories.csv")
CARELESS = {
    'shelf.answers[path, ""] = plain': 'self._shelf.answers[path, ""] = plain',
    "answer = shelf.answers[path, encoding]": "answer = self._shelf.answers[path, encoding]",
}


class Interrupted:
    """Django, which waits after each answer for what happens meanwhile."""

    def __init__(self, django: Callable[..., Iterable[bytes]]) -> None:
        self.django = django
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        made = list(self.django(environ, start_response))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return made


def _pinned(door: type[Door], *, path: str, encoding: str) -> bool:
    """Whether a visitor reads the name after its removal, which came while the page was made."""
    visit = Visitor(door)
    interrupted = Interrupted(visit.django)
    visit.door._django = interrupted
    appeal = Appeal.objects.get()
    number = factories.approved(appeal, organisation_name=NAME).signatory.number  # type: ignore[union-attr]
    visit.door.look()

    def removal() -> None:
        thread = threading.Thread(target=remove)
        thread.start()
        thread.join()
        visit.door.look()

    def remove() -> None:
        decisions.hide(SLUG, Kind.FURTHER, number, by=MODERATOR, at=NOON)
        connection.close()

    interrupted.meanwhile = removal
    at_once = visit(path, accept_encoding=encoding)
    assert interrupted.meanwhile is None, "nothing was made, so nothing could be overtaken"
    later = [visit(path, accept_encoding=other) for other in ("", "br")]
    return any(NAME in seen.text for seen in (at_once, *later))


def test_a_removed_name_is_never_pinned() -> None:
    factories.an_appeal()
    assert not any(_pinned(Door, path=path, encoding=encoding) for path in PATHS for encoding in ("", "br"))


def test_a_door_without_its_shelves_would_pin_it() -> None:
    factories.an_appeal()
    careless = variant(middleware, CARELESS).Door
    assert all(_pinned(careless, path=path, encoding="") for path in PATHS)


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

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(ROUNDS):
            endorsement = factories.approved(appeal, organisation_name=NAME)
            visit.door.look()
            assert NAME in visit().text
            assert endorsement.signatory
            decisions.hide(SLUG, Kind.FURTHER, endorsement.signatory.number, by=MODERATOR, at=NOON)
            visit.door.look()
            assert not [path for path in PATHS if NAME in visit(path).text]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
