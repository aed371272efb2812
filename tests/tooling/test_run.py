"""What `make test` runs on a machine: both passes, their arguments and their exit codes."""

import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.tooling.conftest import ROOT, write_program

PYTEST = """#!/bin/sh
[ "$2" = tests.programs ] && { printf %s "$LACKING"; exit; }
echo "PYTEST on ${TEST_DATABASE_URL:-SQLite}:" "$@"
[ "$TEST_DATABASE_URL" ] && exit $ON_POSTGRESQL
exit $ON_SQLITE
"""
CLUSTER = """#!/bin/sh
while [ "$1" != sh ]; do shift; done
PGUSER=me PGPASSWORD=secret PGHOST=localhost PGPORT=5433 PGDATABASE=postgres exec "$@"
"""


@pytest.fixture
def programs(checkout: Path) -> Path:
    """A PATH with few programs and a `pg_virtualenv` that starts nothing."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    write_program(checkout / ".venv" / "bin" / "python", PYTEST)
    (checkout / "bin").mkdir()
    for name in ("sh", "dirname", "tr", "mktemp", "rm", "cat"):
        (checkout / "bin" / name).symlink_to(shutil.which(name) or name)
    write_program(checkout / "bin" / "pg_virtualenv", CLUSTER)
    return checkout / "bin"


def run(programs: Path, *arguments: str, codes: str = "0 0", **environment: str) -> tuple[int, list[str]]:
    sqlite, postgresql = codes.split()
    surroundings = {"PATH": str(programs), "ON_SQLITE": sqlite, "ON_POSTGRESQL": postgresql, **environment}
    result = subprocess.run(
        ["tests/run", *arguments], cwd=programs.parent, env=surroundings, capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    return result.returncode, result.stdout.splitlines()


def test_both_passes_run_and_get_the_arguments(programs: Path) -> None:
    code, lines = run(programs, "-k", "two words", PYTEST_ADDOPTS="-x")
    (sqlite, postgresql) = [line for line in lines if line.startswith("PYTEST")]
    assert sqlite == "PYTEST on SQLite: -m pytest -n 2 --dist loadscope -k two words"
    server = "postgres://me:secret@localhost:5433/postgres"
    assert postgresql == f"PYTEST on {server}: -m pytest -n 2 --dist loadscope -m both_databases -k two words"
    assert (code, lines[-1]) == (0, "SQLite passed · PostgreSQL passed")


@pytest.mark.parametrize(
    ("arguments", "environment", "sqlite", "postgresql"),
    [
        ([], {}, "-m not long", "-m both_databases and not long"),
        ([], {"LONG": "1"}, "-m long", "-m both_databases and long"),
        (["tests/web"], {}, "tests/web", "-m both_databases tests/web"),
        (["tests/web"], {"LONG": "1"}, "-m long tests/web", "-m both_databases and long tests/web"),
    ],
)
def test_long_proofs_run_on_request_or_when_named(
    programs: Path, arguments: list[str], environment: dict[str, str], sqlite: str, postgresql: str
) -> None:
    _, lines = run(programs, *arguments, **environment)
    selections = [line.partition("loadscope ")[2] for line in lines if line.startswith("PYTEST")]
    assert selections == [sqlite, postgresql]


def test_another_server_may_be_named(programs: Path) -> None:
    _, lines = run(programs, TEST_DATABASE_URL="postgres://other/db")
    assert [line.split()[2] for line in lines if line.startswith("PYTEST")] == ["SQLite:", "postgres://other/db:"]


@pytest.mark.parametrize(
    ("codes", "expected", "last_line"),
    [
        ("1 0", 1, "SQLite FAILED · PostgreSQL passed"),
        ("0 2", 2, "SQLite passed · PostgreSQL FAILED"),
        ("3 1", 3, "SQLite FAILED · PostgreSQL FAILED"),
        ("0 5", 0, "SQLite passed · PostgreSQL had no test to run"),
        ("5 1", 1, "SQLite had no test to run · PostgreSQL FAILED"),
        ("5 5", 5, "SQLite had no test to run · PostgreSQL had no test to run"),
    ],
)
def test_the_second_pass_always_runs_and_the_exit_code_covers_both(
    programs: Path, codes: str, expected: int, last_line: str
) -> None:
    code, lines = run(programs, codes=codes)
    assert len([line for line in lines if line.startswith("PYTEST")]) == 2
    assert (code, lines[-1]) == (expected, last_line)


def test_skipped_tests_are_reported_first_and_last_and_can_be_forbidden(programs: Path) -> None:
    (programs / "pg_virtualenv").unlink()
    lacking = "SKIPPED: Nothing is tried on PostgreSQL (apt install it)."
    code, lines = run(programs, LACKING=lacking)
    assert code == 0
    assert lines[:3] == lines[-4:-1] == ["!" * 88, lacking, "!" * 88]
    assert len([line for line in lines if line.startswith("PYTEST")]) == 1
    code, lines = run(programs, LACKING=lacking, REQUIRE_ALL="1")
    assert (code, len(lines)) == (2, 4)
    assert lines[-1].startswith("Nothing may be skipped here (REQUIRE_ALL=1): install what is missing")


def test_coverage_is_measured_once_and_checked_when_all_tests_run(programs: Path) -> None:
    def counted(*arguments: str, **environment: str) -> list[str]:
        return [line for line in run(programs, *arguments, COVERAGE="1", **environment)[1] if "--cov=petition" in line]

    assert len(counted()) == 1
    assert "--cov-fail-under=0" not in counted()[0]
    assert "not long" not in counted()[0]
    assert "--cov-fail-under=0" in counted(LACKING="SKIPPED: something")[0]
    assert counted("tests/web") == []


@pytest.mark.skipif(not shutil.which("pg_virtualenv"), reason="pg_virtualenv is missing (make test says so loudly)")
def test_a_temporary_server_is_durable_and_removed_afterwards() -> None:
    """Takes 6 seconds, since it starts a server: the durability tests need one that keeps what it acknowledges."""
    script = 'echo "$URL"; psql -At -c "SHOW fsync" -c "SHOW synchronous_commit" "$URL"; exit 3'
    command = [str(ROOT / "tests" / "with_postgresql"), "URL", "sh", "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    url, *settings = [line for line in result.stdout.splitlines() if "cluster" not in line]
    assert (result.returncode, settings) == (3, ["on", "on"]), result
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
