"""Two web processes on one database, one for the public and one for the staff, as on a server.

A name that leaves through the one is gone from every public byte of the other within a second.
"""

import gzip
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

import brotli
import pytest

from tests.processes import Installation, Server
from tests.publishing.readers import told
from tests.site import SLUG
from tests.web.test_headers import PUBLIC, REVALIDATED

PAGE = f"/appeals/{SLUG}/"
DOCUMENTS = {"pdf", "docx", "plain_text"}
PATHS = [PUBLIC[name] for name in sorted(REVALIDATED)] + [
    prefix + PUBLIC[name] for prefix in ("/ru", "/ky") for name in sorted(REVALIDATED - DOCUMENTS)
]
SHOW_NAMES = {
    *(prefix + PUBLIC[name] for prefix in ("", "/ru", "/ky") for name in ("appeal", "signatories")),
    *(PUBLIC[name] for name in ("signatories_json", "signatories_csv", *DOCUMENTS)),
}
WITHIN = 1.0
MANY = 10_000
MORE_MEMORY = 8_000_000
"""Bytes by which a process may be larger after MANY strange requests: what the allocator keeps, not what we do."""


class Reader:
    """Keeps one connection to a server open."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> tuple[int, str, bytes]:
        """Status, encoding and body as they were sent."""
        try:
            self.connection.request(method, path, headers=headers or {})
            answer = self.connection.getresponse()
        except ConnectionError:  # the server ends a connection that rests
            self.connection.close()
            self.connection.request(method, path, headers=headers or {})
            answer = self.connection.getresponse()
        return answer.status, answer.getheader("Content-Encoding", ""), answer.read()

    def text(self, path: str, encoding: str) -> str:
        _, sent_as, body = self.ask(path, {"Accept-Encoding": encoding})
        plain = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[sent_as](body)
        kind = path.rpartition(".")[2]
        return (
            told(plain, kind)
            if kind in ("pdf", "docx") and plain[:2] in (b"%P", b"PK")
            else plain.decode(errors="replace")
        )

    def where_named(self, name: str, paths: Iterable[str] = PATHS) -> set[str]:
        """Which of the public paths show the name on this server, in any encoding."""
        return {path for path in paths for encoding in ("br", "gzip") if name in self.text(path, encoding)}


class Pair(NamedTuple):
    """Somebody at each of the two processes, and the installation that they belong to."""

    site: Installation
    public: Reader
    staff: Reader

    def deed(self, deed: str, of: object) -> dict[str, object]:
        """Done in a third process, as the secretariat would; both web processes have had the time to see it."""
        where: dict[str, object] = json.loads(self.site.python("-m", "tests.journeys.deeds", deed, str(of)))
        time.sleep(WITHIN)
        return where


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    site = Installation(tmp_path_factory.mktemp("pair"), os.environ.get("DATABASE_URL"))
    try:
        with site.server(role="public") as public, site.server(role="staff") as staff:
            both = Pair(site, Reader(public), Reader(staff))
            with closing(both.public.connection), closing(both.staff.connection):
                yield both
    finally:
        site.remove()


def test_a_withdrawal_through_one_process_is_seen_by_the_other_within_a_second(pair: Pair) -> None:
    took = []
    for number in range(3):
        name = f"Withdrawn Fund {number}"
        listed = pair.deed("list", name)
        assert name in pair.staff.text(PAGE, "br")
        own_page = urlsplit(str(listed["own_page"])).path
        status, _, _ = pair.public.ask(f"{own_page}withdraw/", method="POST")
        began = time.monotonic()
        assert status == 200
        while name in pair.staff.text(PAGE, "br"):
            time.sleep(0.01)
            assert time.monotonic() - began < 10
        took.append(time.monotonic() - began)
        time.sleep(WITHIN)
        assert pair.staff.where_named(name) == set()
    assert median(took) < WITHIN, took


@pytest.mark.parametrize("deed", ["hide", "withdraw", "revoke", "return"])
def test_a_name_that_left_stands_nowhere_in_either_process(pair: Pair, deed: str) -> None:
    """Withheld, withdrawn, revoked, returned with a question."""
    name = f"Made-up Fund {deed}"
    listed = pair.deed("list", name)
    for process in (pair.public, pair.staff):
        assert process.where_named(name) >= SHOW_NAMES
    pair.deed(deed, listed["endorsement"])
    for process in (pair.public, pair.staff):
        assert process.where_named(name) == set()
        lines = json.loads(process.text(PUBLIC["signatories_json"], "br"))["signatories"]
        (line,) = [line for line in lines if line["id"] == f"further-{listed['number']}"]
        assert line.pop("status") == "no_longer_listed"
        assert {value for key, value in line.items() if key not in ("id", "number", "kind")} == {None}


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="what is rendered is the same on both databases")
def test_a_name_that_left_stands_in_no_language_edition_search_or_document(pair: Pair) -> None:
    """What is too slow to be looked at after each deed; all of it shows the name before."""
    name = "Made-up Fund Everywhere"
    listed = pair.deed("list", name)
    edition = f"/appeals/{SLUG}/editions/{pair.deed('freeze', listed['endorsement'])['on']}"
    everywhere = {
        prefix + path
        for prefix in ("", "/ru", "/ky")
        for path in (
            *(PUBLIC[document] for document in DOCUMENTS),
            *(f"{edition}{form}" for form in ("/", ".pdf", ".docx", ".txt")),
            *(f"{PAGE}signatories/{shape}.txt" for shape in ("numbered", "commas", "countries")),
            *(f"{PAGE}signatories/?{query}" for query in ("page=1", "q=everywhere", "country=KG", "kind=further")),
        )
    } | {PUBLIC[name] for name in ("signatories_csv", "signatories_spreadsheet")}
    assert everywhere - pair.public.where_named(name, everywhere) == set()
    pair.deed("hide", listed["endorsement"])
    assert pair.public.where_named(name, everywhere) == set()


def test_the_public_process_has_no_desk(pair: Pair) -> None:
    assert pair.public.ask("/admin/login/")[0] == 404
    assert pair.staff.ask("/admin/login/")[0] == 200


def test_ten_thousand_strange_requests_grow_no_memory_and_change_no_answer(pair: Pair) -> None:
    reader = pair.public
    fresh = {path: reader.ask(path, {"Accept-Encoding": "br"}) for path in (PAGE, f"/ru{PAGE}")}

    def send(first: int, last: int) -> None:
        for number in range(first, last):
            reader.ask(f"/{number}/{'x' * (number % 50)}", {"Accept-Encoding": f"br;q=0.{number}"})
            reader.ask(f"{PAGE}?utm={number}", {"X-Forwarded-Host": f"{number}.example", "Range": f"bytes={number}-"})
            reader.ask(f"/appeals/guess-{number}/", {"Cookie": f"a={number}", "X-Forwarded-For": f"203.0.113.{number}"})
            reader.ask(PAGE, {"Host": f"localhost:{number % 9000}"}, method=("HEAD", "GET", "OPTIONS")[number % 3])

    send(0, MANY // 20)  # what is loaded once
    before = reader.server.memory()
    send(MANY // 20, MANY // 4)
    assert reader.server.memory() - before < MORE_MEMORY
    assert {path: reader.ask(path, {"Accept-Encoding": "br"}) for path in fresh} == fresh
