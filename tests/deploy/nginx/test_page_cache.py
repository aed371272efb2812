"""What nginx keeps: pages of the public record, for a second, each in its language and encoding, and nothing else."""

import itertools
import re
import threading
import time
from pathlib import Path

import pytest

from tests.deploy.nginx.careless_site import FOR_EVER, careless_site
from tests.deploy.nginx.conftest import Processes
from tests.deploy.nginx.proxy import HOST, SHIPPED, Proxy, configure, run_nginx, run_proxy
from tests.evidence.figures import record_figure, sized
from tests.site import SLUG
from tests.web.middleware.test_headers import PUBLIC, REVALIDATED, STAFF

PAGE = f"/appeals/{SLUG}/"
LIST = f"{PAGE}signatories/"
KEY = "proxy_cache_key $host$request_uri$petition_encoding;"
OFF = {"proxy_cache $petition_page_cache;": ""}
MARK = "proxy_ignore_headers Vary Cache-Control Expires;"
MOST_SECONDS = 2.0
"""How long a removed name may still come through the proxy."""
ENCODINGS = {
    "": "",
    "br": "br",
    "gzip, deflate, br, zstd": "br",
    "gzip": "gzip",
    "gzip;q=0.5, br;q=0": "gzip",
    "GZIP ;q=1.0": "gzip",
    "br; q=0.0, gzip;q=0": "",
    "identity, brotli, xgzip": "",
}
"""What visitors accept, and what they get."""
HIDE = """
import sys, time, django; django.setup()
from django.core.management import call_command
call_command("hide", sys.argv[1])
print("REMOVED", time.time())
"""


def is_in_public_location(path: str) -> bool:
    (pattern,) = re.findall(r'location ~ "(.+)" \{', SHIPPED.read_text(encoding="utf-8"))
    return re.search(pattern, path) is not None


@pytest.mark.parametrize("prefix", ["", "/ru", "/ky"])
def test_the_public_record_alone_has_the_location_with_a_cache(prefix: str) -> None:
    for name, path in PUBLIC.items():
        without_language = bool(prefix) and path.startswith(("/schemas", "/robots", "/sitemap"))
        assert without_language or is_in_public_location(prefix + path) == (name in REVALIDATED), prefix + path
    assert not any(map(is_in_public_location, [*STAFF, "/static/a.css", f"{PAGE}endorse", f"{PAGE}change/sent/"]))


def ask_everything(proxy: Proxy) -> None:
    for path in [*PUBLIC.values(), *STAFF]:
        proxy.ask(path)
    for path in (f"{LIST}?q=planted-search", f"{PAGE}?utm_source=planted", "/appeals/unknown/"):
        proxy.ask(path)
    proxy.ask(f"{PAGE}endorse/", method="POST", body=b"organisation_name=planted")
    proxy.ask(PAGE, "Cookie: session=planted", "Authorization: planted")


@pytest.mark.long
def test_only_public_pages_are_kept(processes: Processes, tmp_path: Path) -> None:
    """Asks for every address of the site: some are documents, which take a second each to make.

    Through an nginx of its own: another test may have asked for a page in another encoding just before.
    """
    with run_proxy(tmp_path, processes.site, public=processes.public.port, staff=processes.staff.port) as proxy:
        ask_everything(proxy)
        for _ in range(50):  # a page is not kept if it was made as the second ended, or if Django had to lay it out
            proxy.ask(PAGE)
            kept = set(proxy.list_kept_keys())
            if f"{HOST}{PAGE}" in kept:
                break
            time.sleep(0.1)
        assert f"{HOST}{PAGE}" in kept
        assert kept <= {HOST + PUBLIC[name] for name in REVALIDATED}
        assert not proxy.holds("planted")


@pytest.mark.long
def test_a_kept_page_is_the_same_with_its_etag(proxy: Proxy) -> None:
    fresh, body = proxy.ask(LIST, "Accept-Encoding: br")
    for _ in range(30):
        again, same = proxy.ask(LIST, "Accept-Encoding: br")
        headers = {name: value for name, value in again.getheaders() if name != "Date"}
        assert (same, headers) == (body, {name: value for name, value in fresh.getheaders() if name != "Date"})
        unchanged, nothing = proxy.ask(LIST, "Accept-Encoding: br", f"If-None-Match: {fresh.headers['ETag']}")
        assert (unchanged.status, nothing, unchanged.headers["ETag"]) == (304, b"", fresh.headers["ETag"])
        assert unchanged.headers["Cache-Control"] == "public, no-cache"
        time.sleep(0.05)
    assert "X-Accel-Expires" not in fresh.headers
    time.sleep(1.5)  # until the log is written
    log = (proxy.folder / "petition.log").read_text(encoding="utf-8")
    for status in ("MISS", "HIT", "REVALIDATED"):
        assert f" {status}\n" in log


def find_mixed(proxy: Proxy, expected: dict[tuple[str, str], tuple[str | None, bytes]]) -> list[tuple[str, str]]:
    """Return what came in another language or encoding than it was asked for, in three rounds."""
    mixed = []
    for _, (path, accepted) in itertools.product(range(3), expected):
        answer, body = proxy.ask(path, f"Accept-Encoding: {accepted}")
        if (answer.headers["Content-Encoding"], body) != expected[path, accepted]:
            mixed.append((path, accepted))
    return mixed


@pytest.mark.long
def test_languages_and_encodings_never_mix(proxy: Proxy, processes: Processes, tmp_path: Path) -> None:
    expected = {}
    with run_proxy(tmp_path, processes.site, public=processes.public.port, changes=OFF) as direct:
        for language, (accepted, encoding) in itertools.product(("", "/ru", "/ky"), ENCODINGS.items()):
            answer, body = direct.ask(language + PAGE, f"Accept-Encoding: {encoding}")
            expected[language + PAGE, accepted] = (answer.headers["Content-Encoding"], body)
            assert (answer.headers["Content-Encoding"] or "") == encoding
    assert len({body for _, body in expected.values()}) == 9
    assert find_mixed(proxy, expected) == []
    changes = {KEY: KEY.replace("$petition_encoding", "")}
    (tmp_path / "mixing").mkdir()
    with run_proxy(tmp_path / "mixing", processes.site, public=processes.public.port, changes=changes) as broken:
        assert find_mixed(broken, expected)


@pytest.mark.long
@pytest.mark.parametrize(
    ("headers", "path", "is_kept"),
    [
        ([FOR_EVER], PAGE, True),
        ([FOR_EVER, ("Cache-Control", "public, no-cache"), ("Vary", "Accept-Encoding")], PAGE, True),
        ([FOR_EVER, ("Set-Cookie", "csrf=1")], PAGE, False),
        ([("Cache-Control", "public, max-age=600")], PAGE, False),
        ([("Expires", "Thu, 01 Jan 2099 00:00:00 GMT")], PAGE, False),
        ([], PAGE, False),
        ([FOR_EVER], f"{PAGE}?a=b", False),
        ([FOR_EVER], "/healthz", False),
        ([FOR_EVER], f"{PAGE}endorse/", False),
        ([FOR_EVER], "/endorsements/token/", False),
    ],
)
def test_only_marked_answers_without_cookies_are_kept(
    tmp_path: Path, headers: list[tuple[str, str]], path: str, is_kept: bool
) -> None:
    """Even from a site that marks what it should not."""
    with careless_site(*headers) as port:
        proxy, main = configure(tmp_path, public=port, staff=port)
        with run_nginx(main, proxy.https):
            first, second = (proxy.ask(path)[1] for _ in range(2))
    assert (first == second) == is_kept


def measure_removal(proxy: Proxy, processes: Processes, number: int) -> float:
    """Hide a name while visitors ask for the list; seconds until the last answer that had it. Gives up after 4."""
    _, page = proxy.ask(LIST)
    entry = page.decode().split(f'id="original-{number}"', 1)[1].split("</li>")[0]
    name = max(re.findall(r">([^<>]+)<", entry), key=len)
    seen_at, is_over = [time.time()], threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            began = time.time()  # an answer is as old as its request
            if name.encode() in proxy.ask(LIST)[1]:
                seen_at.append(began)
            time.sleep(0.01)

    watchers = [threading.Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        removed_at = float(processes.site.python("-c", HIDE, f"original-{number}").split("REMOVED")[1])
        time.sleep(max(0.0, removed_at + 4 - time.time()))
    finally:
        is_over.set()
        for watcher in watchers:
            watcher.join()
    assert len(seen_at) > 1, "nobody saw the name before it was removed"
    return max(0.0, max(seen_at) - removed_at)


@pytest.mark.long
def test_a_removed_name_is_gone_within_two_seconds(proxy: Proxy, processes: Processes) -> None:
    """The promise is a time. Each removal is watched for four seconds."""
    count = sized(3, 20)
    longest = max(measure_removal(proxy, processes, number) for number in range(1, count + 1))
    assert longest <= MOST_SECONDS
    record_figure("removal through nginx", f"{count} names, longest {longest:.2f} s")


@pytest.mark.long
def test_a_proxy_that_decides_by_itself_keeps_a_removed_name(processes: Processes, tmp_path: Path) -> None:
    """The same with ten minutes for every page fails (the positive control)."""
    changes = {MARK: "proxy_ignore_headers Vary Cache-Control X-Accel-Expires; proxy_cache_valid 200 10m;"}
    with run_proxy(tmp_path, processes.site, public=processes.public.port, changes=changes) as broken:
        assert measure_removal(broken, processes, 30) > MOST_SECONDS
