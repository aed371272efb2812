"""A PostgreSQL server that is killed, gone, out of connections or out of disk: no acknowledged form is lost.

The server is the test's own, with a disk of its own where one can be mounted. Setting it up takes ten seconds.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.evidence.figures import record_figure, report_progress, sized
from tests.faults.parallel import run_parallel
from tests.outages import small_disk
from tests.outages.postgresql_server import PostgresqlServer, lacking_programs
from tests.outages.posting import PAGE, Visitors, ask, wait_until
from tests.processes import Installation, Server
from tests.programs import need

pytestmark = pytest.mark.long

KILLS = sized(2, 50)
POSTS_BETWEEN = sized(10, 100)
OUTAGES = sized(1, 20)
FULL_DISKS = sized(1, 10)
MEGABYTES = 500
CONNECTIONS = 40
MEMORY = (PAGE, f"/ru{PAGE}", f"{PAGE}signatories/", f"{PAGE}signatories.json", "/healthz")


class Place:
    """A server, a site on it, and its disk if it has one of its own."""

    def __init__(self, stack: ExitStack) -> None:
        self.disk = None if small_disk.lacking_right() else stack.enter_context(small_disk.mounted(MEGABYTES))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="petition-outage-")))
        folder.chmod(0o755)
        (data := (self.disk or folder) / "postgresql").mkdir()
        limits = {"max_connections": str(CONNECTIONS), "max_wal_size": "64MB", "min_wal_size": "32MB"}
        self.postgresql = PostgresqlServer(data, **limits)
        self.postgresql.start()
        stack.callback(self.postgresql.stop)
        self.site = Installation(folder / "site", self.postgresql.url)
        self.site.python("manage.py", "worker", "--once")  # from it web processes know that it can open what they get


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    need(lacking_programs())
    with ExitStack() as stack:
        yield Place(stack)


def is_accepted(visitors: Visitors, server: Server) -> bool:
    return visitors.post(server) == 302


def kill_often(place: Place, visitors: Visitors, kills: int) -> float:
    """Kill the server while forms arrive and a worker takes them; return the longest time until one was accepted."""
    longest = 0.0
    with place.site.server() as server, place.site.process(sys.executable, "manage.py", "worker"):
        wait_until(lambda: is_accepted(visitors, server), "no form was accepted")
        for kill in range(kills):
            with visitors.posting(server):
                visitors.wait_for(POSTS_BETWEEN)
                place.postgresql.kill()
            place.postgresql.start()
            longest = max(longest, wait_until(lambda: is_accepted(visitors, server), "no form was accepted again"))
            report_progress(f"{kill + 1} of {kills} kills, {len(visitors.acknowledged)} acknowledged")
    return longest


def test_what_was_acknowledged_survives_kills_of_postgresql(place: Place) -> None:
    visitors = Visitors("Killed Fund")
    longest = kill_often(place, visitors, KILLS)
    assert visitors.find_problems(place.site) == []
    assert len(visitors.acknowledged) > KILLS * POSTS_BETWEEN
    assert set(visitors.statuses) <= {302, 503}
    record_figure(
        "postgresql outages",
        f"PostgreSQL killed {KILLS} times while forms arrived: {len(visitors.acknowledged)} acknowledged, 0 lost, "
        f"0 doubled; a form was accepted again at most {longest:.1f} s after it started",
    )


def test_a_server_that_commits_before_writing_loses_some(place: Place) -> None:
    """The broken variant: `synchronous_commit` off. A new connection of the site would be refused with it."""
    visitors = Visitors("Forgotten Fund")
    try:
        with place.site.server() as server, visitors.posting(server):
            visitors.wait_for(30)  # until the threads of the site have their connections
            place.postgresql.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            place.postgresql.execute("ALTER SYSTEM SET synchronous_commit = off")
            place.postgresql.execute("SELECT pg_reload_conf()")
            visitors.wait_for(20)
            place.postgresql.kill()
    finally:
        place.postgresql.start()
        place.postgresql.execute("ALTER SYSTEM RESET synchronous_commit")
        place.postgresql.execute("ALTER SYSTEM RESET wal_writer_delay")
        place.postgresql.execute("SELECT pg_reload_conf()")
    assert any(problem.startswith("lost") for problem in visitors.find_problems(place.site))


def assert_memory_is_served(server: Server) -> None:
    assert {path: ask(server, path) for path in MEMORY} == dict.fromkeys(MEMORY, 200)


def refuse_all(visitors: Visitors, server: Server, posts: int = 12) -> None:
    """Let so many send the form at once; none may be acknowledged, and pages from memory are served meanwhile."""
    before = len(visitors.acknowledged)
    works = [lambda: visitors.post(server)] * posts
    answers = run_parallel([*works, lambda: assert_memory_is_served(server)])
    assert set(answers) == {503, None}
    assert len(visitors.acknowledged) == before


def test_while_postgresql_is_down_pages_are_served_and_forms_are_not_acknowledged(place: Place) -> None:
    visitors, longest = Visitors("Waiting Fund"), 0.0
    with place.site.server() as server:
        for outage in range(OUTAGES):
            assert_memory_is_served(server)
            place.postgresql.stop()
            refuse_all(visitors, server)
            place.postgresql.start()
            longest = max(longest, wait_until(lambda: is_accepted(visitors, server), "no form was accepted again"))
            report_progress(f"{outage + 1} of {OUTAGES} outages")
    assert visitors.find_problems(place.site) == []
    record_figure(
        "postgresql outages",
        f"down {OUTAGES} times: every page from memory 200, {visitors.statuses[503]} forms 503, 0 acknowledged; "
        f"accepted again after at most {longest:.1f} s",
    )


def test_without_a_free_connection_forms_are_not_acknowledged(place: Place) -> None:
    visitors = Visitors("Crowded Fund")
    with place.site.server() as server:
        assert_memory_is_served(server)
        place.postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'installation%'"
        )
        with place.postgresql.taken_connections() as taken:
            assert taken > CONNECTIONS / 2
            refuse_all(visitors, server)
        wait_until(lambda: is_accepted(visitors, server), "no form was accepted again")
    assert visitors.find_problems(place.site) == []
    record_figure(
        "postgresql outages",
        f"all {CONNECTIONS} connections taken: every page from memory 200, {visitors.statuses[503]} forms 503, "
        "0 acknowledged, accepted again afterwards",
    )


def fill_disk(place: Place, visitors: Visitors, server: Server) -> None:
    """Fill the disk while forms arrive, until some were refused; then make room."""
    assert place.disk
    with small_disk.filled(place.disk), visitors.posting(server):
        refused = visitors.statuses[503]
        wait_until(lambda: visitors.statuses[503] >= refused + 10, "no form was refused on a full disk")
        assert ask(server, PAGE) == 200
    if not place.postgresql.is_running():
        place.postgresql.start()  # as systemd would
    wait_until(lambda: is_accepted(visitors, server), "no form was accepted again")


def test_on_a_full_disk_of_postgresql_no_form_is_acknowledged_that_is_not_stored(place: Place) -> None:
    if not place.disk:
        pytest.skip(small_disk.lacking_right())
    visitors = Visitors("Squeezed Fund")
    with place.site.server() as server:
        assert ask(server, PAGE) == 200
        for disk in range(FULL_DISKS):
            fill_disk(place, visitors, server)
            report_progress(f"{disk + 1} of {FULL_DISKS} full disks")
    assert set(visitors.statuses) <= {302, 503}
    assert visitors.find_problems(place.site) == []
    record_figure(
        "postgresql outages",
        f"disk of PostgreSQL full {FULL_DISKS} times: {len(visitors.acknowledged)} acknowledged, 0 lost, "
        f"{visitors.statuses[503]} answered 503, none 500; accepted again with room",
    )


def test_a_site_that_thanks_before_storing_is_noticed_on_a_full_disk(place: Place) -> None:
    """The broken variant."""
    if not place.disk:
        pytest.skip(small_disk.lacking_right())
    visitors = Visitors("Thanked Fund")
    with (
        place.site.server(application="tests.outages.careless:application") as server,
        small_disk.filled(place.disk),
        visitors.posting(server),
    ):
        visitors.wait_for(40)
    if not place.postgresql.is_running():
        place.postgresql.start()
    assert any(problem.startswith("lost") for problem in visitors.find_problems(place.site))
