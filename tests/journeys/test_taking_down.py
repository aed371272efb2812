"""An appeal is taken down: within a second two web processes answer 410 on every path it had, within a minute the
worker's mirror has none of its files, and no byte of either names an organisation."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from os import environ
from pathlib import Path

import pytest

from tests.evidence.figures import record_figure
from tests.journeys.test_two_processes import WITHIN, Pair, Reader
from tests.processes import Installation
from tests.site import ROOT, SLUG

pytestmark = [pytest.mark.long, pytest.mark.both_databases]  # some eighty paths, documents too, read four times

NAME = "Made-up Fund Qx77z"
MIRROR_WITHIN = 60
GONE, FOUND = 410, 200
FORMS = [f"{prefix}/appeals/{SLUG}/endorse/" for prefix in ("", "/ru", "/ky")]
SEARCHES = [f"{prefix}/appeals/{SLUG}/signatories/?q=qx77z" for prefix in ("", "/ru", "/ky")]
LINKS = [f"/appeals/{SLUG}/signatories/{reference}/" for reference in ("original-1", "further-1")]
REMOVAL = [f"{prefix}/appeals/{SLUG}/change/" for prefix in ("", "/ru", "/ky")]


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def pair(tmp_path: Path, mirror: Path) -> Iterator[Pair]:
    """Two web processes, the secretariat, and a worker that keeps the mirror."""
    site = Installation(tmp_path / "site", environ.get("DATABASE_URL"), has_logins=True)
    command = [sys.executable, "-m", "tests.journeys.staff_actions"]
    pipe = subprocess.PIPE
    try:
        with (
            subprocess.Popen(command, cwd=ROOT, env=site.environment, stdin=pipe, stdout=pipe, text=True) as third,
            site.process(sys.executable, "manage.py", "worker", MIRROR_DIR=str(mirror)),
            site.server(role="public") as public,
            site.server(role="staff") as staff,
        ):
            both = Pair(Reader(public), Reader(staff), third)
            with closing(both.public.connection), closing(both.staff.connection):
                yield both
            third.kill()
    finally:
        site.remove()


def files_about_it(mirror: Path) -> list[Path]:
    """Return the files of the mirror that are the appeal's, or that name the organisation."""
    files = [path for path in mirror.rglob("*") if path.is_file()]
    return [path for path in files if SLUG in str(path.relative_to(mirror)) or NAME.encode() in path.read_bytes()]


def wait_until(mirror: Path, *, has_files: bool) -> None:
    """Wait until the mirror has files of the appeal, or none of them."""
    began = time.monotonic()
    while not mirror.exists() or bool(files_about_it(mirror)) != has_files:
        assert time.monotonic() - began < MIRROR_WITHIN, files_about_it(mirror)[:5]
        time.sleep(0.2)


def test_after_a_takedown_nothing_of_it_is_public(pair: Pair, mirror: Path) -> None:
    listed = pair.act("list", NAME)
    edition = f"/appeals/{SLUG}/editions/{pair.act('freeze', listed['endorsement'])['on']}"
    pair.act("tell", f"{NAME} was heard by the parliament.")
    paths = [*pair.act("paths", "")["paths"], *FORMS, *SEARCHES]
    assert len(paths) > 60
    assert f"{edition}.pdf" in paths
    time.sleep(WITHIN)
    for process in (pair.public, pair.staff):
        assert {path: process.ask(path)[0] for path in paths} == dict.fromkeys(paths, FOUND)
        assert process.is_named(NAME, [f"/appeals/{SLUG}/", *SEARCHES]) != set()
    wait_until(mirror, has_files=True)
    pair.act("take_down", "")
    done = time.monotonic()
    time.sleep(WITHIN)
    for process in (pair.public, pair.staff):
        answers = {path: process.ask(path) for path in (*paths, *LINKS)}
        assert {path: status for path, (status, _, _) in answers.items() if status != GONE} == {}
        assert [path for path, (_, _, body) in answers.items() if b"Qx77z" in body or b"Helsinki" in body] == []
        assert process.is_named(NAME, [*paths, *REMOVAL, "/", "/sitemap.xml", "/privacy/"]) == set()
        assert {path: process.ask(path)[0] for path in REMOVAL} == dict.fromkeys(REMOVAL, FOUND)
    wait_until(mirror, has_files=False)
    seconds = time.monotonic() - done
    record_figure(
        "taking down",
        f"{len(paths)} paths: 410 in both processes after {WITHIN:.0f} s and no name; mirror after {seconds:.0f} s",
    )
