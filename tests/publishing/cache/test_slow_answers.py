"""What takes long to make occupies few threads, and what a query asks for is answered as well as what is kept."""

import threading
from contextlib import ExitStack, nullcontext

import brotli
import pytest
from django.db import connection

from petition.models import Appeal
from petition.publishing.cache.middleware import Door
from petition.publishing.cache.rendering import Application
from petition.publishing.cache.thread_limits import Lane
from petition.publishing.documents import renderer
from tests.factories import SLUG, an_appeal, approved
from tests.publishing.visitor import PAGE, Seen, Visitor

PDF, SIGNATORIES = f"/appeals/{SLUG}.pdf", f"{PAGE}signatories/"


class Patient(Door):
    """The broken variant: everybody may wait."""

    def __init__(self, django: Application) -> None:
        super().__init__(django)
        self.limits.place = lambda lane: nullcontext(True)  # type: ignore[method-assign,assignment,return-value]


def asked_while_the_press_is_busy(visit: Visitor, seconds: float) -> dict[str, Seen]:
    """Three documents are asked for at once while the press makes a fourth; what is answered within `seconds`."""
    answers: dict[str, Seen] = {}
    answered = threading.Event()

    def ask(path: str) -> None:
        answers[path] = visit(path)
        answered.set()
        connection.close()  # this thread's own

    paths = [PDF, f"/appeals/{SLUG}.docx", f"/ru/appeals/{SLUG}.pdf"]
    threads = [threading.Thread(target=ask, args=[path]) for path in paths]
    with renderer._ONE_AT_A_TIME:
        for thread in threads:
            thread.start()
        answered.wait(seconds)
        at_once = dict(answers)
        assert visit().status == 200  # whoever reads the appeal notices nothing
    for thread in threads:
        thread.join()
    assert [answers[path].status for path in paths if path not in at_once] == [200] * (3 - len(at_once))
    return at_once


def test_who_comes_when_enough_wait_for_documents_is_told_when_to_come_again(committed: None) -> None:
    an_appeal()
    refused = asked_while_the_press_is_busy(visit := Visitor(), 20)
    assert [seen.status for seen in refused.values()] == [503] * (3 - Lane.DOCUMENTS.most)
    assert {seen.headers["Retry-After"] for seen in refused.values()} == {"30"}
    assert {visit(path).status for path in refused} == {200}


def test_without_the_limit_all_would_wait(committed: None) -> None:
    an_appeal()
    assert asked_while_the_press_is_busy(Visitor(Patient), 0.5) == {}


def test_a_document_that_is_kept_is_given_to_everybody(visit: Visitor) -> None:
    kept = visit(PDF)
    with ExitStack() as stack:
        for lane in Lane:
            for _ in range(lane.most):
                stack.enter_context(visit.door.limits.place(lane))
        assert brotli.decompress(visit(PDF, accept_encoding="br").body) == kept.body


@pytest.mark.parametrize("query", ["x=1", "&", "="])
def test_no_query_makes_a_document_again(visit: Visitor, query: str) -> None:
    asked = visit(PDF, query=query)
    assert (asked.status, asked.headers["Location"]) == (301, PDF)


def test_pages_of_the_list_and_searches_are_compressed_and_known_again(visit: Visitor) -> None:
    for query in ("q=human", "country=KG", "page=1"):
        plain = visit(SIGNATORIES, query=query)
        small = visit(SIGNATORIES, query=query, accept_encoding="br")
        assert (plain.status, brotli.decompress(small.body)) == (200, plain.body)
        assert small.headers["Vary"] == "Accept-Encoding"
        again = visit(SIGNATORIES, query=query, accept_encoding="br", if_none_match=small.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
    assert visit.door._shelf.answers == {}, "as many as visitors can think of would be kept"


def test_a_search_sees_a_change_at_once(visit: Visitor, appeal: Appeal) -> None:
    before = visit(SIGNATORIES, query="q=latecomer")
    approved(appeal, organisation_name="Latecomer")
    after = visit(SIGNATORIES, query="q=latecomer", if_none_match=before.headers["ETag"])
    assert (after.status, b"Latecomer" in after.body) == (200, True)
