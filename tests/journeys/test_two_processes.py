"""Two web processes on one database, one for the public and one for the staff, as on a server.

A name that leaves through the one is gone from every public byte of the other within a second.
"""

import gzip
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import brotli
import pytest

from tests.processes import Installation, Server
from tests.publishing.readers import read_document
from tests.site import ROOT, SLUG
from tests.web.middleware.test_headers import PUBLIC, REVALIDATED

pytestmark = pytest.mark.long

PAGE = f"/appeals/{SLUG}/"
DOCUMENTS = {"pdf", "docx", "plain_text"}
PATHS = [PUBLIC[name] for name in sorted(REVALIDATED)] + [
    prefix + PUBLIC[name] for prefix in ("/ru", "/ky") for name in sorted(REVALIDATED - DOCUMENTS)
]
SHOW_NAMES = {
    *(prefix + PUBLIC[name] for prefix in ("", "/ru", "/ky") for name in ("appeal", "signatories")),
    *(PUBLIC[name] for name in ("signatories_json", "signatories_csv", *DOCUMENTS)),
}
PAGES_WITH_NAMES = SHOW_NAMES - {PUBLIC["pdf"], PUBLIC["docx"]}
"""Quick enough to be read after each removal; one cache holds these and all others."""
WAYS = ("hide", "withdraw", "revoke", "return", "own page")
"""A name is withheld, withdrawn by staff, revoked, question asked, or withdrawn by its organisation."""
WITHIN = 1.0
STRANGE, MORE_MEMORY = (10_000, 8_000_000) if os.environ.get("EVIDENCE_FULL") else (2_000, 3_000_000)
"""How many strange requests are sent (EVIDENCE_FULL=1 for as many as are promised), and by how many bytes a process may
grow meanwhile: what the allocator keeps, not our code."""
USUAL = 500
"""Requests until everything is loaded that is loaded once."""


@lru_cache(maxsize=64)
def words_of(content: bytes, kind: str) -> str:
    """Return the text of a response; the same document comes from both processes and in several encodings."""
    is_document = kind in ("pdf", "docx") and content[:2] in (b"%P", b"PK")
    return read_document(content, kind) if is_document else content.decode(errors="replace")


class Reader:
    """Keep one connection to a server open."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> tuple[int, str, bytes]:
        """Return status, encoding and body as they were sent."""
        try:
            self.connection.request(method, path, headers=headers or {})
            response = self.connection.getresponse()
        except ConnectionError:  # the server ends a connection that rests
            self.connection.close()
            self.connection.request(method, path, headers=headers or {})
            response = self.connection.getresponse()
        return response.status, response.getheader("Content-Encoding", ""), response.read()

    def text(self, path: str, encoding: str) -> str:
        _, sent_as, body = self.ask(path, {"Accept-Encoding": encoding})
        plain = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[sent_as](body)
        return words_of(plain, path.rpartition(".")[2])

    def where_named(self, names: Iterable[str], paths: Iterable[str] = PATHS) -> dict[str, set[str]]:
        """Return for each name the public paths that show it on this server, in any encoding."""
        by_name: dict[str, set[str]] = {name: set() for name in names}
        for path in paths:
            texts = [self.text(path, encoding) for encoding in ("br", "gzip")]
            for name, where in by_name.items():
                where |= {path for text in texts if name in text}
        return by_name

    def is_named(self, name: str, paths: Iterable[str] = PATHS) -> set[str]:
        return self.where_named([name], paths)[name]

    def still_named(self, name: str, paths: Iterable[str], *, until: float) -> set[str]:
        """Return the paths that show `name` at the moment `until`; sooner, if none does any more."""
        shown: set[str] = set()
        for several in ([PUBLIC["signatories_json"]], paths):  # the data first: they are quick to read
            shown = {*several}
            while shown:
                is_last = time.monotonic() >= until
                shown = self.is_named(name, shown)
                if is_last:
                    break
                time.sleep(0.02)
        return shown


class Pair(NamedTuple):
    """A reader of each of the two processes, and the secretariat in a third."""

    public: Reader
    staff: Reader
    secretariat: "subprocess.Popen[str]"

    def act(self, action: str, of: object) -> dict[str, Any]:
        """Run a staff action in the third process."""
        assert self.secretariat.stdin
        assert self.secretariat.stdout
        self.secretariat.stdin.write(json.dumps([action, of]) + "\n")
        self.secretariat.stdin.flush()
        assert select.select([self.secretariat.stdout], [], [], 60)[0], f"no answer to {action}"
        done: dict[str, Any] = json.loads(self.secretariat.stdout.readline())
        return done

    def remove(self, way: str, listed: dict[str, Any]) -> None:
        """Remove a listed name; the organisation itself withdraws through the public process."""
        if way != "own page":
            self.act(way, listed["endorsement"])
            return
        own_page = urlsplit(listed["own_page"]).path
        assert self.public.ask(f"{own_page}withdraw/", method="POST")[0] == 200


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    site = Installation(tmp_path_factory.mktemp("pair"), os.environ.get("DATABASE_URL"), has_logins=True)
    command = [sys.executable, "-m", "tests.journeys.staff_actions"]
    pipe = subprocess.PIPE
    try:
        with (
            subprocess.Popen(command, cwd=ROOT, env=site.environment, stdin=pipe, stdout=pipe, text=True) as third,
            site.server(role="public") as public,
            site.server(role="staff") as staff,
        ):
            both = Pair(Reader(public), Reader(staff), third)
            with closing(both.public.connection), closing(both.staff.connection):
                yield both
            third.kill()
    finally:
        site.remove()


@pytest.mark.both_databases
def test_a_removed_name_is_on_no_page_of_either_process_after_a_second(pair: Pair) -> None:
    """It takes seconds, since it reads all that is public, documents too."""
    listed = {way: pair.act("list", f"Made-up Fund {way}") for way in WAYS}
    names = {way: f"Made-up Fund {way}" for way in WAYS}
    time.sleep(WITHIN)
    for process in (pair.public, pair.staff):
        shown = process.where_named(names.values(), SHOW_NAMES)
        assert shown == dict.fromkeys(names.values(), SHOW_NAMES)
    for way in WAYS:
        pair.remove(way, listed[way])
        until = time.monotonic() + WITHIN
        for process in (pair.public, pair.staff):
            assert process.still_named(names[way], PAGES_WITH_NAMES, until=until) == set(), way
            lines = json.loads(process.text(PUBLIC["signatories_json"], "br"))["signatories"]
            (line,) = [line for line in lines if line["id"] == f"further-{listed[way]['number']}"]
            assert line.pop("status") == "no_longer_listed"
            assert {value for key, value in line.items() if key not in ("id", "number", "kind")} == {None}
    for process in (pair.public, pair.staff):
        assert process.where_named(names.values()) == {name: set() for name in names.values()}


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="what is rendered is the same on both databases")
def test_a_removed_name_is_in_no_language_edition_search_or_document(pair: Pair) -> None:
    """Paths that are too slow to be read after each action; all of them show the name before."""
    name = "Made-up Fund Everywhere"
    listed = pair.act("list", name)
    edition = f"/appeals/{SLUG}/editions/{pair.act('freeze', listed['endorsement'])['on']}"
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
    time.sleep(WITHIN)
    assert everywhere - pair.public.is_named(name, everywhere) == set()
    pair.act("hide", listed["endorsement"])
    assert pair.public.still_named(name, everywhere, until=time.monotonic() + WITHIN) == set()


def test_the_public_process_has_no_admin(pair: Pair) -> None:
    assert pair.public.ask("/admin/login/")[0] == 404
    assert pair.staff.ask("/admin/login/")[0] == 200


def test_thousands_of_unusual_requests_use_no_memory_and_change_no_response(pair: Pair) -> None:
    reader = pair.public
    fresh = {path: reader.ask(path, {"Accept-Encoding": "br"}) for path in (PAGE, f"/ru{PAGE}")}

    def send(first: int, last: int) -> None:
        for number in range(first, last):
            reader.ask(f"/{number}/{'x' * (number % 50)}", {"Accept-Encoding": f"br;q=0.{number}"})
            reader.ask(f"{PAGE}?utm={number}", {"X-Forwarded-Host": f"{number}.example", "Range": f"bytes={number}-"})
            reader.ask(f"/appeals/guess-{number}/", {"Cookie": f"a={number}", "X-Forwarded-For": f"203.0.113.{number}"})
            reader.ask(PAGE, {"Host": f"localhost:{number % 9000}"}, method=("HEAD", "GET", "OPTIONS")[number % 3])

    send(0, USUAL // 4)
    before = reader.server.memory()
    send(USUAL // 4, (USUAL + STRANGE) // 4)
    assert reader.server.memory() - before < MORE_MEMORY
    assert {path: reader.ask(path, {"Accept-Encoding": "br"}) for path in fresh} == fresh
