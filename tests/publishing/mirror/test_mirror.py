"""The site as files: read by a static file server and a checker of links that know nothing of it."""

import gzip
import hashlib
import re
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin
from urllib.request import urlopen

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from petition.actions.appeals import states
from petition.actions.listing.editions import freeze
from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import public_paths
from petition.publishing.mirror.content import MirrorIncomplete
from petition.publishing.mirror.links import Links, get_file_name
from petition.publishing.mirror.ownership import CHECKSUMS_FILE, MARK_FILE, MARK_TEXT, is_replaceable
from petition.publishing.mirror.writer import MAX_TRIES, MirrorRefused, remove_mirror, write_mirror
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing import once
from tests.publishing.readers import PREFIXES
from tests.tooling.test_translations import english_left_in
from tests.web.public.test_appeal_page import list_further

# All, since pytest-django sorts tests with a database apart, and `mirror` would be made twice.
pytestmark = [pytest.mark.long, pytest.mark.django_db]
LIVE = "http://127.0.0.1:8000"
Start = Callable[..., Any]


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {""}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.links += [attributes[name] or "" for name in ("href", "src", "action") if name in attributes]
        self.places |= {attributes.get("id") or ""}


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve the folder with a plain file server; yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def crawl(base: str) -> tuple[dict[str, bytes], set[str]]:
    """Return everything reachable from the start page, and links to other sites. A dead link raises."""
    waiting, contents, pages, elsewhere, wanted = [base], {}, {}, set(), set()
    while waiting:
        url = waiting.pop()
        with urlopen(url, timeout=20) as response:
            contents[url] = response.read()
            is_page = response.headers["Content-Type"].startswith("text/html")
        if not is_page:
            continue
        pages[url] = Page(contents[url].decode())
        for link in pages[url].links:
            target, fragment = urldefrag(urljoin(url, link))
            if not target.startswith(base):
                elsewhere.add(target)
                continue
            assert not link.startswith("/"), (url, link)
            wanted.add((target, unquote(fragment)))
            if target not in contents and target not in waiting:
                waiting.append(target)
    lost = {(url, fragment) for url, fragment in wanted if url in pages and fragment not in pages[url].places}
    assert lost == set()
    return {url.removeprefix(base): content for url, content in contents.items()}, elsewhere


@dataclass(frozen=True)
class Mirror:
    """The whole site as a ZIP, what is in it, and what visitors get of each page meanwhile."""

    zip: Path
    folder: Path  # unpacked
    live: dict[str, bytes]

    @property
    def files(self) -> set[str]:
        paths = self.folder.rglob("*")
        return {path.relative_to(self.folder).as_posix() for path in paths if path.is_file()}


@pytest.fixture(scope="module")
def mirror(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Mirror:
    """Write the mirror by the command, and again from the visitors' pages, as second.zip."""
    client, place = Client(headers={"host": "127.0.0.1:8000"}), tmp_path_factory.mktemp("mirror")
    with once.rolled_back(django_db_blocker), once.documents_in_process(), once.one_connection():
        list_further(an_appeal(), 140)
        decisions.hide(SLUG, Kind.ORIGINAL, 35, by=MODERATOR, at=NOON)
        freeze(SLUG, dated=NOON.date(), addressee="The President", by=MODERATOR, at=NOON)
        call_command("mirror", str(place / "first.zip"), verbosity=0)
        pages = public_paths.list_public_pages()
        responses = {page.path: client.get(page.path) for page in pages}

        def repeat(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
            query = environ["QUERY_STRING"]
            response = responses[environ["PATH_INFO"] + (f"?{query}" if query else "")]
            start("200 OK", [("Content-Type", response["Content-Type"])])
            return [response.content]

        write_mirror(place / "second.zip", repeat, ignore_progress)
    assert len(responses) == len(pages)
    assert {response.status_code for response in responses.values()} == {200}
    with zipfile.ZipFile(place / "first.zip") as parts:
        assert parts.testzip() is None
        parts.extractall(place / "read")
    return Mirror(place / "first.zip", place / "read", {path: got.content for path, got in responses.items()})


def test_the_zip_is_dated_by_the_last_addition_and_readable_by_all(mirror: Mirror) -> None:
    """Any server can serve it unpacked; packed again without a change, it is the same to the byte."""
    with zipfile.ZipFile(mirror.zip) as parts:
        entries = parts.infolist()
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
    assert {entry.date_time for entry in entries} == {(2026, 11, 23, 0, 0, 0)}
    assert mirror.zip.read_bytes() == mirror.zip.with_name("second.zip").read_bytes()


def test_the_zip_holds_the_whole_site_and_no_dead_link(mirror: Mirror) -> None:
    files = mirror.files
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", CHECKSUMS_FILE],
        cwd=mirror.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {line.partition(": ")[0] for line in checked.stdout.splitlines()} == files - {CHECKSUMS_FILE}

    with serve_folder(mirror.folder) as base:
        reached, elsewhere = crawl(base)
    assert {get_file_name(path) for path in mirror.live} <= files
    assert get_file_name(f"/ru/appeals/{SLUG}/signatories/?page=2") in files
    unreached = {"robots.txt", "sitemap.xml", CHECKSUMS_FILE, MARK_FILE}
    unreached |= {get_file_name(f"{prefix}/appeals/{SLUG}/card.png") for prefix in PREFIXES.values()}
    unreached |= {
        get_file_name(path) for path in ("/schemas/appeal.json", "/schemas/signatories.json")
    }  # named in the data
    unreached |= {get_file_name(f"/appeals/{SLUG}/signatories.csv-metadata.json")}
    assert files - set(reached) - unreached == set()
    assert {urldefrag(link)[0].removeprefix(LIVE) for link in elsewhere if "/endorse/" in link} == {
        f"{prefix}/appeals/{SLUG}/endorse/" for prefix in PREFIXES.values()
    }
    assert all(link.startswith((LIVE, "mailto:")) for link in elsewhere)


def test_each_page_of_the_zip_is_what_visitors_get_and_names_its_address(mirror: Mirror) -> None:
    for path, live in mirror.live.items():
        read_request_numbers = (mirror.folder / get_file_name(path)).read_bytes()
        assert b"Viasna" not in read_request_numbers, path
        if live.startswith(b"<!doctype"):
            assert read_request_numbers.count(b"<li") == live.count(b"<li"), path
            if 'id="main"' in live.decode():
                assert f'<a href="{LIVE}{path}">{LIVE}{path}</a></p>' in read_request_numbers.decode()
        else:
            assert hashlib.sha256(read_request_numbers).digest() == hashlib.sha256(live).digest(), path
    for language in ("ru", "ky"):
        start = (mirror.folder / language / "index.html").read_text(encoding="utf-8")
        assert english_left_in(start.replace(f"{LIVE}/{language}/", ""), CHECKSUMS_FILE) == set()


# --- links ---


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/ru/a/", "index.html"),
        ("/ru/a/?page=1", "index.html"),
        ("?page=2", "page-2.html"),
        ("?page=2#further-150", "page-2.html#further-150"),
        ("/a/", "../../a/index.html"),
        ("/a.pdf", "../../a.pdf"),
        ("#signed", "#signed"),
        ("mailto:?body=x", "mailto:?body=x"),
        ("https://elsewhere.example/x?y=1", "https://elsewhere.example/x?y=1"),
        ("/static/css/site.123.css", "../../static/css/site.123.css"),
        ("/ru/appeals/x/endorse/", f"{LIVE}/ru/appeals/x/endorse/"),
        ("?q=fund", f"{LIVE}/ru/a/?q=fund"),
        ("/ru/x/signatories/further-7/", "../x/signatories/index.html#further-7"),
        ("/ru/x/signatories/further-101/", "../x/signatories/page-2.html#further-101"),
        ("/ru/x/signatories/original-7/", "../x/signatories/index.html#original-7"),
        ("/ru/x/signatories/further-999/", f"{LIVE}/ru/x/signatories/further-999/"),
    ],
)
def test_links_lead_to_files_or_to_the_live_site(target: str, expected: str) -> None:
    paths = ["/ru/a/", "/ru/a/?page=2", "/a/", "/a.pdf", "/ru/x/signatories/", "/ru/x/signatories/?page=2"]
    links = Links({path: get_file_name(path) for path in paths})
    assert links.resolve(target, "/ru/a/") == expected
    assert links.static == ({"css/site.123.css"} if "static" in target else set())


def test_forms_go_to_the_live_site_with_or_without_an_address() -> None:
    links = Links({"/a/": "a/index.html"})
    html = (
        '<form method="get"><form class="x" action="/b/?a=1&amp;b=2"><form action="/a/"><p class="a" data-href="/a/">'
    )
    assert links.rewrite(html, "/c/") == (
        f'<form action="{LIVE}/c/" method="get"><form class="x" action="{LIVE}/b/?a=1&amp;b=2">'
        f'<form action="{LIVE}/a/"><p class="a" data-href="/a/">'
    )


# --- complete or not at all ---


class CountingSite:
    """A site that answers each path with the number of the request; `events` has what happens before a request.

    Most tests use it without an appeal, which makes a tenth of the paths."""

    def __init__(self, events: dict[int, Callable[[], object]] | None = None) -> None:
        self.asked = 0
        self._events = events or {}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        self.asked += 1
        self._events.get(self.asked, lambda: None)()
        start("200 OK", [("Content-Type", "text/plain")])
        return [str(self.asked).encode()]


def ignore_progress(done: int, total: int) -> None:
    """Ignore progress."""


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_a_failed_mirror_leaves_the_old_one_and_nothing_else(db: None, tmp_path: Path, name: str) -> None:
    def broken(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        is_last = environ["PATH_INFO"].startswith("/ky/privacy")
        start("503 Service Unavailable" if is_last else "200 OK", [("Content-Type", "text/plain")])
        return [b"new"]

    into = tmp_path / name
    with pytest.raises(MirrorIncomplete, match=r"/ky/privacy/: 503"):
        write_mirror(into, broken, ignore_progress)
    assert list_names(tmp_path) == []
    write_mirror(into, CountingSite(), ignore_progress)
    old = into.stat().st_ino
    with pytest.raises(MirrorIncomplete):
        write_mirror(into, broken, ignore_progress)
    assert (list_names(tmp_path), into.stat().st_ino) == ([name], old)
    count = write_mirror(into, CountingSite(), ignore_progress)
    assert (list_names(tmp_path), into.stat().st_ino != old) == ([name], True)
    assert count == len(public_paths.list_public_pages()) + len(PREFIXES) + 3  # start pages; style, icon and mark


def test_files_of_a_killed_run_are_deleted_and_others_are_readable(db: None, tmp_path: Path) -> None:
    for left in (".site.new", ".site.before"):
        (tmp_path / left).mkdir()
        (tmp_path / left / MARK_FILE).write_bytes(MARK_TEXT)
        (tmp_path / left / "name").write_text("Gone Fund", encoding="utf-8")
    write_mirror(tmp_path / "site", CountingSite(), ignore_progress)
    assert list_names(tmp_path) == ["site"]
    assert not (tmp_path / "site" / "name").exists()
    for path in (tmp_path / "site", *(tmp_path / "site").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)


def test_a_folder_has_texts_compressed_too(db: None, tmp_path: Path) -> None:
    """A removed name must not stay in a compressed copy: each is made of the file beside it."""
    write_mirror(tmp_path / "site", CountingSite(), ignore_progress)
    compressed = list((tmp_path / "site").rglob("*.gz"))
    assert compressed
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_a_folder_with_other_files_is_not_touched(db: None, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(MirrorRefused, match="is not a mirror"):
        write_mirror(tmp_path, CountingSite(), ignore_progress)
    with pytest.raises(CommandError, match="is not a mirror"):
        call_command("mirror", str(tmp_path))
    with pytest.raises(MirrorRefused):
        write_mirror(tmp_path / "letter.txt", CountingSite(), ignore_progress)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("sums", ["", "0" * 64 + "  index.html\n", None])
def test_a_foreign_folder_of_checksums_is_not_touched(db: None, tmp_path: Path, sums: str | None) -> None:
    """Many folders have a SHA256SUMS; until there was a mark, that was enough to lose them."""
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "index.html").write_text("mine", encoding="utf-8")
    (folder / (CHECKSUMS_FILE if sums is not None else MARK_FILE)).write_text(sums or "mine", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as parts:
        for path in folder.iterdir():
            parts.write(path, path.name)
    for into in (folder, tmp_path / "images.zip"):
        with pytest.raises(MirrorRefused, match="is not a mirror"):
            write_mirror(into, CountingSite(), ignore_progress)
        remove_mirror(into)
        assert into.exists()
    assert list_names(tmp_path) == ["images", "images.zip"]
    assert (folder / "index.html").read_text(encoding="utf-8") == "mine"


def test_foreign_files_in_the_working_place_are_not_touched(db: None, tmp_path: Path) -> None:
    for name in ("site", "site.zip"):
        for ending in ("new", "before"):
            (tmp_path / f".{name}.{ending}").mkdir()
            (tmp_path / f".{name}.{ending}" / "letter.txt").write_text("mine", encoding="utf-8")
        (tmp_path / f".{name}.lock").write_text("mine", encoding="utf-8")
    for _ in range(2):
        for name in ("site", "site.zip"):
            write_mirror(tmp_path / name, CountingSite(), ignore_progress)
    for name in ("site", "site.zip"):
        remove_mirror(tmp_path / name)
    assert list_names(tmp_path) == [".site.before", ".site.new", ".site.zip.before", ".site.zip.new"]
    for path in tmp_path.iterdir():
        assert (path if path.is_file() else path / "letter.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["site", "site.zip"])
@pytest.mark.parametrize("without_list", [False, True])
def test_a_mirror_without_a_mark_is_recognised_and_replaced(
    db: None, tmp_path: Path, name: str, without_list: bool
) -> None:
    """The worker must be able to replace it, or it would still have removed names."""
    write_mirror(tmp_path / "made", CountingSite(), ignore_progress, without_list=without_list)
    (tmp_path / "made" / MARK_FILE).unlink()
    sums = (tmp_path / "made" / CHECKSUMS_FILE).read_text(encoding="utf-8")
    (tmp_path / "made" / CHECKSUMS_FILE).write_text(re.sub(rf".*  {MARK_FILE}\n", "", sums), encoding="utf-8")
    into = tmp_path / name
    if name == "site":
        (tmp_path / "made").rename(into)
    else:
        with zipfile.ZipFile(into, "w") as parts:
            for path in (tmp_path / "made").rglob("*"):
                parts.write(path, path.relative_to(tmp_path / "made"))
    assert is_replaceable(into)
    write_mirror(into, CountingSite(), ignore_progress)
    remove_mirror(into)
    assert not into.exists()


def test_an_unfinished_zip_is_deleted(db: None, tmp_path: Path) -> None:
    write_mirror(tmp_path / "site.zip", CountingSite(), ignore_progress)
    (tmp_path / ".site.zip.new").write_bytes((tmp_path / "site.zip").read_bytes()[:300])
    write_mirror(tmp_path / "site.zip", CountingSite(), ignore_progress)
    assert list_names(tmp_path) == ["site.zip"]


def test_a_symbolic_link_stays_and_its_folder_is_replaced(db: None, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "disk")
    for _ in range(2):
        write_mirror(tmp_path / "site", CountingSite(), ignore_progress)
    assert (tmp_path / "site").is_symlink()
    assert (tmp_path / "disk" / CHECKSUMS_FILE).is_file()
    remove_mirror(tmp_path / "site")
    assert list_names(tmp_path) == ["site"]
    assert not (tmp_path / "disk").exists()


def read_request_numbers(folder: Path) -> set[int]:
    """Return the request numbers in its files."""
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.csv")]
    assert texts
    return {int(text) for text in texts}


def test_a_change_meanwhile_starts_the_mirror_again(appeal: Appeal, tmp_path: Path) -> None:
    rounds = len(public_paths.list_public_pages())
    approved(appeal)
    site = CountingSite({5: lambda: approved(appeal)})
    write_mirror(tmp_path / "site", site, ignore_progress)
    assert site.asked == 2 * rounds
    assert min(read_request_numbers(tmp_path / "site")) > rounds

    restless = CountingSite({5 + turn * rounds: lambda: approved(appeal) for turn in range(9)})
    write_mirror(tmp_path / "site", restless, ignore_progress)
    assert restless.asked == MAX_TRIES * rounds

    def hide() -> None:
        decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)

    late = CountingSite(
        {5 + turn * rounds: (hide if turn == MAX_TRIES - 1 else lambda: approved(appeal)) for turn in range(9)}
    )
    write_mirror(tmp_path / "site", late, ignore_progress)
    assert late.asked == (MAX_TRIES + 1) * rounds


def test_an_appeal_taken_down_meanwhile_is_not_put_in_place(appeal: Appeal, tmp_path: Path) -> None:
    rounds = len(public_paths.list_public_pages())

    def take_down() -> None:
        states.take_down(SLUG, by=MODERATOR, at=NOON)

    late = CountingSite(
        {5 + turn * rounds: (take_down if turn == MAX_TRIES - 1 else lambda: approved(appeal)) for turn in range(3)}
    )
    write_mirror(tmp_path / "site", late, ignore_progress)
    assert late.asked > MAX_TRIES * rounds
    assert [path for path in tmp_path.rglob("*") if SLUG in str(path.relative_to(tmp_path))] == []


def test_a_mirror_without_its_list_has_every_text_and_no_name(appeal: Appeal, tmp_path: Path) -> None:
    approved(appeal, organisation_name="Come and gone")
    with once.one_connection():
        write_mirror(tmp_path / "site", WSGIHandler(), ignore_progress, without_list=True)
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.suffix in (".html", ".txt")]
    assert len(texts) == 1 + 3 * 4 + 1  # the mark
    for name in ("Come and gone", "Viasna", "35(?! days| дней| күн)"):  # so long backups are kept
        assert not [text for text in texts if re.search(rf"\b{name}\b", text)], name
    assert len([text for text in texts if "Inclusive negotiations" in text]) == 4


def test_a_name_removed_before_a_try_is_gone_even_if_later_tries_fail(appeal: Appeal, tmp_path: Path) -> None:
    rounds = len(public_paths.list_public_pages())
    write_mirror(tmp_path / "site", CountingSite(), ignore_progress)

    def fail() -> None:
        raise ZeroDivisionError

    restless = CountingSite({5: lambda: approved(appeal), rounds + 1: fail})
    with pytest.raises(ZeroDivisionError):
        write_mirror(tmp_path / "site", restless, ignore_progress)
    assert restless.asked == rounds + 1
    assert read_request_numbers(tmp_path / "site") & set(range(1, rounds + 1))
    assert list_names(tmp_path) == ["site"]


# --- the public paths ---


def test_the_manifest_is_what_the_url_map_marks_as_published(mirror: Mirror, appeal: Appeal) -> None:
    """Whether each path exists is checked when a mirror is written."""
    paths = list(mirror.live)
    assert f"/appeals/{SLUG}/editions/2026-11-23.txt" in paths
    assert f"/appeals/{SLUG}/text.en.txt" in paths
    assert f"/ky/appeals/{SLUG}/signatories/?page=2" in paths
    assert f"/ky/appeals/{SLUG}/signatories/?page=3" not in paths
    Appeal.objects.update(published_at=None)
    assert {place.route for place in public_paths.list_public_pages()} == {
        *("robots", "sitemap", "schema"),
        *("accessibility", "privacy"),
    }


def test_a_published_path_with_an_unknown_argument_is_reported() -> None:
    with pytest.raises(LookupError, match=r"takes colour: add their values to public_paths\.py"):
        public_paths._find_source(public_paths.APPEAL_ARGUMENTS, frozenset({"colour"}))


def test_a_site_without_an_appeal_has_a_mirror_too(db: None, tmp_path: Path) -> None:
    with once.one_connection():
        write_mirror(tmp_path / "site", WSGIHandler(), ignore_progress)
    assert "Privacy" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
