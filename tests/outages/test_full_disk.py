"""A full disk below the data, the log or temporary files: pages are served, and no form is acknowledged and lost.

SQLite, in a file system of a few megabytes that is really full. It takes seconds, since the site runs in processes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.figures import record_figure, report_progress, sized
from tests.outages import small_disk
from tests.outages.posting import PAGE, Visitors, ask, wait_until
from tests.processes import Installation, Server
from tests.site import SLUG

pytestmark = pytest.mark.long

TIMES = sized(1, 20)
MEGABYTES = 100
UNREAD = (f"{PAGE}signatories/", f"/ru{PAGE}", f"/appeals/{SLUG}.txt")
"""Pages that nobody has asked for before."""


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    if lacking := small_disk.lacking_right():
        pytest.skip(lacking)
    with small_disk.mounted(MEGABYTES) as folder:
        yield folder


@pytest.fixture(scope="module")
def site(disk: Path) -> Iterator[Installation]:
    installed = Installation(disk / "site")
    installed.python("manage.py", "worker", "--once")
    yield installed
    installed.remove()


def is_accepted(visitors: Visitors, server: Server) -> bool:
    return visitors.post(server) == 302


def fill_and_free(disk: Path, visitors: Visitors, server: Server) -> None:
    with small_disk.filled(disk), visitors.posting(server):
        refused = visitors.statuses[503]
        wait_until(lambda: visitors.statuses[503] >= refused + 10, "no form was refused on a full disk")
        assert [ask(server, path) for path in (PAGE, "/healthz")] == [200, 200]
    wait_until(lambda: is_accepted(visitors, server), "no form was accepted with room again")


def test_on_a_full_disk_no_form_is_acknowledged_that_is_not_stored(disk: Path, site: Installation) -> None:
    visitors = Visitors("Squeezed Fund")
    with site.server() as server:
        assert ask(server, PAGE) == 200
        for time in range(TIMES):
            fill_and_free(disk, visitors, server)
            report_progress(f"{time + 1} of {TIMES} full disks")
    assert set(visitors.statuses) <= {302, 503}
    assert visitors.find_problems(site) == []
    record_figure(
        "disk full",
        f"disk of SQLite full {TIMES} times: {len(visitors.acknowledged)} acknowledged, 0 lost, "
        f"{visitors.statuses[503]} answered 503, none 500; accepted again with room",
    )


def test_a_worker_on_a_full_disk_does_the_rest_later(disk: Path, site: Installation) -> None:
    """It may end, as systemd starts it again; nothing may be lost or done twice."""
    visitors = Visitors("Later Fund")
    with site.server() as server:
        for _ in range(5):
            assert is_accepted(visitors, server)
        with small_disk.filled(disk), pytest.raises(AssertionError):
            site.python("manage.py", "worker", "--once")
        assert is_accepted(visitors, server)
    assert visitors.find_problems(site) == []


def test_a_site_that_thanks_before_storing_is_noticed(disk: Path, site: Installation) -> None:
    """The broken variant."""
    visitors = Visitors("Thanked Fund")
    with (
        site.server(application="tests.outages.careless:application") as server,
        small_disk.filled(disk),
        visitors.posting(server),
    ):
        visitors.wait_for(40)
    assert any(problem.startswith("lost") for problem in visitors.find_problems(site))


def test_with_a_full_disk_for_log_and_temporary_files_everything_is_served(disk: Path, tmp_path: Path) -> None:
    elsewhere, visitors = Installation(tmp_path / "site"), Visitors("Unlogged Fund")
    elsewhere.python("manage.py", "worker", "--once")
    with (
        (disk / "log").open("w") as log,
        elsewhere.server(log=log, TMPDIR=str(disk)) as server,
        small_disk.filled(disk),
    ):
        for _ in range(10):
            assert visitors.post(server) == 302
        statuses = {path: ask(server, path) for path in (PAGE, *UNREAD)}
        documents = {path: ask(server, path) for path in (f"/appeals/{SLUG}.pdf", f"/appeals/{SLUG}.docx")}
    assert set(statuses.values()) == {200}
    assert set(documents.values()) <= {200, 503}
    assert visitors.find_problems(elsewhere) == []
    elsewhere.remove()
    record_figure(
        "disk full",
        f"disk of log and temporary files full: {len(statuses)} pages 200, 10 forms acknowledged, 0 lost, "
        f"documents {' and '.join(sorted(map(str, set(documents.values()))))}",
    )
