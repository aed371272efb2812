"""Every answer is counted once, by kind and not by address, and none is lost when threads change all the time."""

import io
import sys
import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from petition.publishing.cache import answer_counts, responses
from petition.publishing.cache.answer_counts import count_as, take_snapshot
from petition.publishing.cache.rendering import build_environ, is_rendering, render_path
from petition.publishing.cache.responses import build_response, send_response
from tests.factories import SLUG
from tests.faults.variants import variant


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", f"/appeals/{SLUG}/", "appeal"),
        ("HEAD", f"/ru/appeals/{SLUG}/", "appeal"),
        ("GET", f"/ky/appeals/{SLUG}/signatories/", "list"),
        ("GET", f"/appeals/{SLUG}/signatories.csv", "list"),
        ("GET", f"/appeals/{SLUG}/endorse/check-mail/", "form"),
        ("GET", f"/appeals/{SLUG}/change/", "form"),
        ("GET", "/change/", "form"),
        ("POST", f"/appeals/{SLUG}/endorse/", "post"),
        ("POST", "/endorsements/abc/", "post"),
        ("GET", "/ru/endorsements/abc/confirm/", "private_link"),
        ("GET", "/code/", "private_link"),
        ("POST", "/admin/login/", "admin"),
        ("GET", "/static/css/site.css", "static"),
        ("GET", f"/appeals/{SLUG}.pdf", "other"),
        ("GET", "/", "other"),
        ("GET", "/anything|else/admin/", "other"),
        ("BREW", "/", "post"),
    ],
)
def test_a_request_has_a_kind(method: str, path: str, kind: str) -> None:
    assert count_as(method, path, "200 OK") == f"{kind}|2"
    assert kind in answer_counts.KINDS


def ignore(*arguments: Any) -> None:
    pass


def test_answers_from_memory_by_django_and_renderings_are_apart() -> None:
    before = take_snapshot()
    page = replace(build_response("200 OK", [], b"page"), counted_as="appeal|2")
    send_response(page, {"REQUEST_METHOD": "GET"}, ignore)
    send_response(page, {"REQUEST_METHOD": "GET", "HTTP_IF_NONE_MATCH": page.etag}, ignore)

    def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("503 Service Unavailable", [])
        return []

    counted = answer_counts.count_calls(django, is_rendering)
    assert render_path(counted, f"/appeals/{SLUG}/").counted_as == "appeal|5"
    counted(build_environ("/endorsements/abc/") | {"wsgi.input": io.BytesIO()}, ignore)
    assert take_snapshot() - before == Counter(
        {
            ("requests", "appeal", "2xx", "memory"): 1,
            ("requests", "appeal", "3xx", "memory"): 1,
            ("rendered", "appeal", "5xx", "django"): 1,
            ("requests", "private_link", "5xx", "django"): 1,
        }
    )


def test_the_page_keeps_its_kind_in_every_encoding() -> None:
    plain = replace(build_response("200 OK", [], b"page"), counted_as="list|2")
    assert responses.encode_response(plain, "br").counted_as == "list|2"


def count_together(module: Any) -> int:
    """Send 8 × 20,000 answers from threads that change as often as they can; return how many were counted."""
    page = build_response("200 OK", [], b"page")
    before, interval = sum(module.from_memory.values()), sys.getswitchinterval()

    def run() -> None:
        for _ in range(20_000):
            module.send_response(page, {"REQUEST_METHOD": "GET"}, ignore)

    threads = [threading.Thread(target=run) for _ in range(8)]
    try:
        sys.setswitchinterval(1e-6)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return int(sum(module.from_memory.values()) - before)


def test_no_answer_from_memory_is_lost() -> None:
    """Over a second: threads that change a thousand times as often as usual get little done."""
    assert count_together(responses) == 160_000
    # With a call between reading and storing, threads change there.
    slower = {
        "    from_memory[response.counted_as] += 1\n": (
            "    number = from_memory[response.counted_as]\n    (lambda: None)()\n"
            "    from_memory[response.counted_as] = number + 1\n"
        )
    }
    copy = variant(responses, slower)
    copy.__dict__["from_memory"] = dict(answer_counts.from_memory)
    assert count_together(copy) < 160_000
