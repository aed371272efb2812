"""Slow responses hold few threads, and responses to a query are as good as stored ones."""

import threading
from contextlib import ExitStack, nullcontext

import brotli
import pytest
from django.db import connection

from petition.models import Appeal
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from petition.publishing.cache.rendering import Application
from petition.publishing.cache.thread_limits import RequestKind
from petition.publishing.documents import renderer
from tests.factories import SLUG, an_appeal, approved
from tests.publishing.visitor import PAGE, Response, Visitor

PDF, SIGNATORIES = f"/appeals/{SLUG}.pdf", f"{PAGE}signatories/"


class Unlimited(PublishedPagesMiddleware):
    """A broken variant: every request may wait."""

    def __init__(self, django: Application) -> None:
        super().__init__(django)
        self.limits.acquire = lambda kind: nullcontext(True)  # type: ignore[method-assign,assignment,return-value]


def request_documents_while_one_renders(visit: Visitor, seconds: float) -> dict[str, Response]:
    """Request three documents at once while a fourth is rendered; return what is answered within `seconds`."""
    responses: dict[str, Response] = {}
    answered = threading.Event()

    def ask(path: str) -> None:
        responses[path] = visit(path)
        answered.set()
        connection.close()  # this thread's own

    paths = [PDF, f"/appeals/{SLUG}.docx", f"/ru/appeals/{SLUG}.pdf"]
    threads = [threading.Thread(target=ask, args=[path]) for path in paths]
    with renderer._child_lock:
        for thread in threads:
            thread.start()
        answered.wait(seconds)
        at_once = dict(responses)
        assert visit().status == 200  # readers of the appeal notice nothing
    for thread in threads:
        thread.join()
    assert [responses[path].status for path in paths if path not in at_once] == [200] * (3 - len(at_once))
    return at_once


def test_too_many_document_requests_get_retry_after(committed: None) -> None:
    an_appeal()
    refused = request_documents_while_one_renders(visit := Visitor(), 20)
    assert [response.status for response in refused.values()] == [503] * (3 - RequestKind.DOCUMENTS.limit)
    assert {response.headers["Retry-After"] for response in refused.values()} == {"30"}
    assert {visit(path).status for path in refused} == {200}


def test_without_the_limit_all_would_wait(committed: None) -> None:
    an_appeal()
    assert request_documents_while_one_renders(Visitor(Unlimited), 0.5) == {}


def test_a_stored_document_needs_no_place(visit: Visitor) -> None:
    stored = visit(PDF)
    with ExitStack() as stack:
        for kind in RequestKind:
            for _ in range(kind.limit):
                stack.enter_context(visit.middleware.limits.acquire(kind))
        assert brotli.decompress(visit(PDF, accept_encoding="br").body) == stored.body


@pytest.mark.parametrize("query", ["x=1", "&", "="])
def test_no_query_renders_a_document_again(visit: Visitor, query: str) -> None:
    response = visit(PDF, query=query)
    assert (response.status, response.headers["Location"]) == (301, PDF)


def test_pages_of_the_list_and_searches_are_compressed_and_have_etags(visit: Visitor) -> None:
    for query in ("q=human", "country=KG", "page=1"):
        plain = visit(SIGNATORIES, query=query)
        small = visit(SIGNATORIES, query=query, accept_encoding="br")
        assert (plain.status, brotli.decompress(small.body)) == (200, plain.body)
        assert small.headers["Vary"] == "Accept-Encoding"
        again = visit(SIGNATORIES, query=query, accept_encoding="br", if_none_match=small.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
    assert visit.middleware._cache.responses == {}, "as many as visitors can think of would be stored"


def test_a_search_shows_a_change_at_once(visit: Visitor, appeal: Appeal) -> None:
    before = visit(SIGNATORIES, query="q=latecomer")
    approved(appeal, organisation_name="Latecomer")
    after = visit(SIGNATORIES, query="q=latecomer", if_none_match=before.headers["ETag"])
    assert (after.status, b"Latecomer" in after.body) == (200, True)
