"""A problem with folder, keys, database or a setting gives one sentence of `manage.py` that says what to do."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from petition.environment import Environment, load_keys
from petition.management.error_messages import explain_error
from petition.security.keys import generate_keys, load_or_create_keys
from tests.site import ROOT, free_port

pytestmark = pytest.mark.long

UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
"""Makes permissions count for root too."""


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """The state of a site that has its keys."""
    load_or_create_keys(tmp_path / "var" / "keys.env")
    return tmp_path / "var"


class Operator:
    """Run `manage.py` with only these variables, without root's right to read and write everything."""

    def __init__(self) -> None:
        self._forks = subprocess.Popen(
            [*self._unprivileged(), sys.executable, "-m", "tests.management.forked_manage"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _unprivileged() -> list[str]:
        return UNPRIVILEGED if os.geteuid() == 0 and shutil.which("setpriv") else []

    def run(self, command: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the command in a fork."""
        assert self._forks.stdin
        assert self._forks.stdout
        self._forks.stdin.write(json.dumps([command, {"PATH": os.environ["PATH"], **variables}]) + "\n")
        self._forks.stdin.flush()
        return subprocess.CompletedProcess(command, *json.loads(self._forks.stdout.readline()))

    @classmethod
    def run_alone(cls, command: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the command as an operator does, in a Python that has loaded nothing."""
        return subprocess.run(
            [*cls._unprivileged(), sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def sentence(self, *command: str, alone: bool = False, **variables: str) -> str:
        """Return the one line with which the command refuses."""
        port = ["--port", str(free_port())] if command[0] == "serve" else []
        result = (self.run_alone if alone else self.run)([*command, *port], **variables)
        assert result.returncode == 1, result
        assert result.stdout == "", result
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stderr.rstrip().endswith("."), result.stderr
        return result.stderr

    def stop(self) -> None:
        self._forks.communicate()


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    operator = Operator()
    yield operator
    operator.stop()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, operator: Operator) -> Path:
    """A migrated database file."""
    folder = tmp_path_factory.mktemp("migrated")
    assert operator.run(["migrate"], DATA_DIR=str(folder)).returncode == 0
    return folder / "petition.sqlite3"


@pytest.mark.parametrize(
    ("command", "data_dir", "keys", "begins"),
    [
        ("level", "new/var", "", "The database {}/new/var/petition.sqlite3 is older than this code: run "),
        ("check", "locked/var", "", "DATA_DIR {}/locked/var cannot be used ("),
        ("serve", "var", "\n", "The keys in {}/var/keys.env are incomplete: put your copy of the file back"),
    ],
)
def test_a_separate_process_prints_the_same_as_a_fork(
    operator: Operator, tmp_path: Path, command: str, data_dir: str, keys: str, begins: str
) -> None:
    """All other tests run forks; these three are examples of settings, database and `serve`."""
    (tmp_path / "locked").mkdir(mode=0o500)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys.env").write_text(keys, encoding="ascii")
    message = operator.sentence(command, alone=True, DATA_DIR=str(tmp_path / data_dir))
    assert message.startswith(begins.format(tmp_path))
    if command != "serve":  # which names its port
        assert operator.sentence(command, DATA_DIR=str(tmp_path / data_dir)) == message


@pytest.mark.parametrize(
    ("command", "place"), [("level", "file"), ("check", "file/var"), ("migrate", "locked/var"), ("serve", "locked/var")]
)
def test_an_unwritable_folder_is_reported(operator: Operator, tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "locked").mkdir(mode=0o500)
    message = operator.sentence(command, DATA_DIR=str(tmp_path / place))
    assert message.startswith(f"DATA_DIR {tmp_path / place} cannot be used (")
    assert "make it a folder that this user can write to" in message


def test_a_missing_folder_is_created(operator: Operator, tmp_path: Path) -> None:
    """Also if the keys are in the environment, so that nothing was written before."""
    result = operator.run(["migrate", "--plan"], DATA_DIR=str(tmp_path / "new" / "var"), **generate_keys())
    assert result.returncode == 0, result.stderr
    assert stat.S_IMODE((tmp_path / "new" / "var").stat().st_mode) == 0o700


def test_an_unreadable_key_file_is_reported(operator: Operator, var: Path) -> None:
    (var / "keys.env").chmod(0)
    message = operator.sentence("level", DATA_DIR=str(var))
    assert message.startswith(f"The keys in {var / 'keys.env'} cannot be read (Permission denied)")
    (var / "keys.env").unlink()
    (var / "keys.env").mkdir()
    assert "cannot be read (Is a directory)" in operator.sentence("level", DATA_DIR=str(var))


@pytest.mark.parametrize("content", [b"", b"SECRET_KEY=abc\n", b"\xff\xfe"])
def test_an_incomplete_key_file_is_reported(operator: Operator, var: Path, content: bytes) -> None:
    (var / "keys.env").write_bytes(content)
    message = operator.sentence("level", DATA_DIR=str(var))
    assert message.startswith(f"The keys in {var / 'keys.env'} are incomplete: put your copy of the file back")
    assert (var / "keys.env").read_bytes() == content


@pytest.mark.parametrize("command", [["level"], ["serve"], ["worker", "--once"], ["backup"], ["upgrade"]])
def test_a_database_file_that_cannot_be_opened_is_reported(operator: Operator, var: Path, command: list[str]) -> None:
    (var / "petition.sqlite3").mkdir()
    message = operator.sentence(*command, DATA_DIR=str(var))
    assert message.startswith(f"The database {var / 'petition.sqlite3'} cannot be opened or written: make the file")


@pytest.mark.parametrize("command", [["level", "closed"], ["serve"]])
def test_an_unwritable_database_file_is_reported(
    operator: Operator, var: Path, migrated: Path, command: list[str]
) -> None:
    shutil.copy(migrated, var)
    (var / "petition.sqlite3").chmod(0o400)
    message = operator.sentence(*command, DATA_DIR=str(var))
    assert message.startswith(f"The database {var / 'petition.sqlite3'} cannot be opened or written: make the file")


def test_a_file_that_is_no_database_is_reported(operator: Operator, var: Path) -> None:
    (var / "petition.sqlite3").write_text("Dear Sir or Madam" * 100, encoding="utf-8")
    message = operator.sentence("level", DATA_DIR=str(var))
    assert "is damaged, or no database: move it away and restore a backup with `manage.py restore FILE`" in message


@pytest.mark.parametrize("command", [["purge"], ["hide", "further-1"], ["replay_removals"]])
def test_an_unmigrated_database_is_reported(operator: Operator, var: Path, command: list[str]) -> None:
    (var / "removals.jsonl").write_text(
        '{"appeal": "x", "kind": "further", "number": 1, "at": "2026-11-25T10:00:00+00:00"}\n', encoding="ascii"
    )
    assert "is older than this code" in (message := operator.sentence(*command, DATA_DIR=str(var)))
    assert "run `manage.py upgrade`" in message


@pytest.mark.parametrize("command", [["level"], ["serve"], ["worker"], ["createsuperuser"]])
def test_an_unreachable_postgresql_server_is_reported(operator: Operator, var: Path, command: list[str]) -> None:
    url = f"postgres://petition:mellon@127.0.0.1:{free_port()}/petition"
    message = operator.sentence(*command, DATA_DIR=str(var), DATABASE_URL=url)
    assert message.startswith("PostgreSQL cannot be reached (")
    assert "Connection refused" in message
    assert "check that it runs, and that DATABASE_URL has its host, port, database, user and password" in message
    assert "mellon" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROLE", "publik"),
        ("SITE_URL", "http://["),
        ("SITE_URL", "http://127.0.0.1:http"),
        ("SITE_URL", "http://petition.example"),
        ("DATABASE_URL", "petition"),
        ("DATABASE_URL", "postgres://petition:mellon@127.0.0.1:mellon/petition"),
        ("CACHE_URL", "memory"),
        ("EMAIL_URL", "smtp.example.org"),
        ("EMAIL_URL", "smtp://user:mellon@mail.example:mellon"),
        ("TRUSTED_PROXIES", "127.0.0.1,nginx"),
        ("UNDO_SECONDS", "a minute"),
        ("BACKUP_DAYS", "0"),
        ("DIGEST_HOUR", "06:00"),
        ("LATE_AFTER_DAYS", "9"),
    ],
)
def test_an_invalid_setting_is_named(operator: Operator, var: Path, name: str, value: str) -> None:
    changed: dict[str, Any] = {"DATA_DIR": str(var), name: value}
    message = operator.sentence("level", **changed)
    assert name in message
    assert "mellon" not in message


def test_an_empty_setting_counts_as_not_set(operator: Operator, var: Path) -> None:
    """An environment file may name what it does not set; keys must not be written to the working folder then."""
    environment = Environment({"DATA_DIR": "", "UNDO_SECONDS": " ", "EMAIL_URL": ""})
    assert environment.str("DATA_DIR", "var") == "var"
    assert environment.number("UNDO_SECONDS", 60) == 60
    assert environment.str("EMAIL_URL", "") == ""
    with pytest.raises(ImproperlyConfigured, match="DIGEST_HOUR is not understood: give it as a whole number"):
        Environment({"DIGEST_HOUR": "6:00"}).number("DIGEST_HOUR", 6)
    names = ["SITE_URL", "DATABASE_URL", "ROLE", "CACHE_URL", "EMAIL_URL", "UNDO_SECONDS", "DEBUG", "SENDER"]
    result = operator.run(["check"], DATA_DIR=str(var), **dict.fromkeys(names, ""))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (psycopg.errors.UndefinedTable("gone"), "run `manage.py upgrade`"),
        (psycopg.errors.InsufficientPrivilege("no"), "use the login that owns the tables"),
        (psycopg.errors.ReadOnlySqlTransaction("no"), "the server that takes writes"),
        (psycopg.errors.DiskFull("no"), "free some space"),
        (psycopg.errors.AdminShutdown("ending"), "PostgreSQL cannot be reached (ending)"),
        (psycopg.OperationalError("refused\n\tIs it running?"), "PostgreSQL cannot be reached (refused)"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "cannot be opened or written"),
        (sqlite3.OperationalError("database is locked"), "end that program"),
        (sqlite3.OperationalError("database or disk is full"), "free some space"),
        (psycopg.errors.UniqueViolation("twice"), None),
        (psycopg.errors.QueryCanceled("too long"), None),
        (sqlite3.IntegrityError("twice"), None),
        (None, None),
    ],
)
def test_each_database_error_has_its_sentence(cause: Exception | None, expected: str | None) -> None:
    error = DatabaseError(str(cause))
    error.__cause__ = cause
    message = explain_error(error)
    assert message is None if expected is None else expected in (message or "")


def test_a_bug_keeps_its_traceback() -> None:
    assert explain_error(ValueError("who knows")) is None
    assert explain_error(OSError("who knows")) is None
    assert "on a terminal" in (explain_error(EOFError()) or "")
    assert "/var/x" in (explain_error(PermissionError(13, "Permission denied", "/var/x")) or "")


def test_keys_that_cannot_be_created_are_explained(var: Path, tmp_path: Path) -> None:
    (var / "keys.env").write_bytes(b"\xff")
    with pytest.raises(ImproperlyConfigured, match="are incomplete"):
        load_keys(var)
    with pytest.raises(ImproperlyConfigured, match=r"DATA_DIR .* cannot be used"):
        load_keys(var / "keys.env" / "below")
    (tmp_path / "other" / "keys.env").mkdir(parents=True)
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        load_keys(tmp_path / "other")
