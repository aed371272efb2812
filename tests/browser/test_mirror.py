"""The mirror without a server, in a browser; and kept fresh by the worker, beside a site that runs."""

import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.site import ROOT, SLUG, Site

pytestmark = pytest.mark.long

WITHIN = 60
"""Seconds after which a removed name is gone from the served mirror."""


@pytest.fixture
def mirrored(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    site.environment["MIRROR_DIR"] = str(tmp_path / "mirror")
    site.start()
    yield site
    site.remove()


@pytest.fixture(scope="module")
def resting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the appeal and no running process."""
    site = Site(tmp_path_factory.mktemp("resting"))
    site.environment["MIRROR_DIR"] = str(site.folder / "mirror")
    site.manage("import_statement", "fixtures/statement.txt")
    yield site
    site.remove()


def wait_until(is_done: object, within: float) -> None:
    """Wait until `is_done()` is true, at most `within` seconds."""
    assert callable(is_done)
    began = time.monotonic()
    while not is_done():
        assert time.monotonic() - began < within
        time.sleep(0.05)


def test_the_worker_keeps_a_mirror_that_opens_from_a_disk(browser: Browser, mirrored: Site) -> None:
    folder = mirrored.folder / "mirror"
    page, shown = folder / "ru" / "appeals" / SLUG / "index.html", "Viasna"
    wait_until(page.is_file, WITHIN)
    assert shown in page.read_text(encoding="utf-8")

    context = browser.new_context(locale="ru", viewport={"width": 360, "height": 740})
    window = context.new_page()
    complaints: list[str] = []
    window.on("console", lambda message: complaints.append(message.text))
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto((folder / "index.html").as_uri())
    window.get_by_role("link", name="Русский").click()
    window.locator("h2 a").click()
    assert window.url == page.as_uri()
    assert window.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor") == "rgb(122, 31, 43)"
    assert window.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert (
        window.locator("a.button").first.get_attribute("href")
        == f"http://127.0.0.1:{mirrored.port}/ru/appeals/{SLUG}/endorse/"
    )
    window.locator('a[href="signatories/index.html"]').first.click()
    assert window.locator("#original-35").inner_text().startswith("35.")
    assert (complaints, [url for url in asked if not url.startswith("file://")]) == ([], [])
    context.close()

    mirrored.manage("hide", "original-35")
    wait_until(lambda: page.is_file() and shown not in page.read_text(encoding="utf-8"), WITHIN)
    for path in folder.rglob("*"):
        assert not path.is_file() or shown.encode() not in path.read_bytes()


def test_an_interrupted_mirror_leaves_the_old_one_complete(resting: Site) -> None:
    """The mirrors that are complete have no list, since they are made sooner; those that are interrupted have one."""
    folder, half = resting.folder / "copy", resting.folder / ".copy.new"
    resting.manage("mirror", str(folder), "--without-list")
    before = (folder / "SHA256SUMS").stat().st_ino
    for end, code, left in ((signal.SIGTERM, 143, False), (signal.SIGKILL, -9, True)):
        making = subprocess.Popen(
            [sys.executable, "manage.py", "mirror", str(folder), "--verbosity", "0"],
            cwd=ROOT,
            env=resting.environment,
        )
        wait_until(lambda: any(half.rglob("*.html")), WITHIN)
        making.send_signal(end)
        assert making.wait(WITHIN) == code
        assert half.exists() is left
        assert (folder / "SHA256SUMS").stat().st_ino == before
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    resting.manage("mirror", str(folder), "--without-list")
    assert not half.exists()
    assert (folder / "SHA256SUMS").stat().st_ino != before


def test_worker_once_refreshes_the_mirror_and_the_zip_is_the_same(resting: Site) -> None:
    resting.manage("hide", "original-1")
    resting.manage("worker", "--once")
    folder = resting.folder / "mirror"
    resting.manage("mirror", str(resting.folder / "site.zip"))
    with zipfile.ZipFile(resting.folder / "site.zip") as parts:
        assert (folder / "SHA256SUMS").read_bytes() == parts.read("SHA256SUMS")
        assert all((folder / name).read_bytes() == parts.read(name) for name in parts.namelist())
    assert b"IPHR" not in (folder / "appeals" / SLUG / "signatories.csv").read_bytes()
