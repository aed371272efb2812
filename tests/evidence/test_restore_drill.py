"""The restore drill: a backup with its journal, on an empty machine with the database roles apart.

It gives the same public bytes, less what was removed since.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
import pytest
from django.db import connection

from tests import programs
from tests.evidence.figures import record_figure, sized
from tests.prepared import create_database, drop_database
from tests.processes import Installation
from tests.site import ROOT

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

REMOVED = (3, 17, 212)
APPEAL = "/appeals/kyrgyzstan-2020"
PATHS = (
    *("/", f"{APPEAL}/", f"{APPEAL}/signatories/", f"{APPEAL}/signatories/?page=3", f"{APPEAL}/changes/"),
    *(f"{APPEAL}.json", f"{APPEAL}/signatories.json", f"{APPEAL}/signatories.csv", f"{APPEAL}.atom", f"{APPEAL}.txt"),
    *(f"/ru{APPEAL}/", f"/ky{APPEAL}/signatories/", "/sitemap.xml", "/privacy/"),
)


@dataclass
class Run:
    """What a command took."""

    seconds: float
    megabytes: int  # the largest resident memory of it or a program that it ran
    output: str


class Drill:
    """The site that is lost, and the empty machine: a DATA_DIR, and on PostgreSQL a database, of its own."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.server = server
        self.site = Installation(folder / "site", server, has_logins=server is not None)
        self.database = f"drill_{secrets.token_hex(4)}"
        self.roles = self.site._roles
        self.environment = self.site.environment | {"DATA_DIR": str(folder / "new")}
        self.password = secrets.token_hex(8)

    def create_empty_database(self) -> None:
        """As "Database logins" of docs/operating.md says, with these names."""
        if not self.server:
            return
        url = create_database(self.server, self.database)
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f'ALTER DATABASE "{self.database}" OWNER TO {self.roles["owner"]}'.encode())
            for role in ("owner", "staff", "public"):
                server.execute(f"ALTER ROLE {self.roles[role]} PASSWORD '{self.password}'".encode())
        self.superuser_url, self.environment["DATABASE_URL"] = url, self.url("owner")

    def url(self, role: str) -> str:
        parts = urlsplit(self.server or "")
        port = f":{parts.port}" if parts.port else ""
        place = f"{self.roles[role]}:{self.password}@{parts.hostname or ''}{port}"
        return parts._replace(netloc=place, path=f"/{self.database}").geturl()

    def give_rights(self) -> None:
        if self.server:
            names = [f"--{role}={name}" for role, name in self.roles.items()]
            run(self.environment | {"DATABASE_URL": self.superuser_url}, "database_roles", "--apply", *names)

    def login(self, role: str) -> dict[str, str]:
        return {"DATABASE_URL": self.url(role)} if self.server else {}

    def remove(self) -> None:
        if self.server:
            drop_database(self.server, self.database)
        self.site.remove()


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    if connection.vendor == "postgresql":
        with psycopg.connect(os.environ["DATABASE_URL"]) as server:
            programs.need(programs.lacking_postgresql_client(server.info.server_version // 10_000))
    made = Drill(tmp_path, os.environ.get("DATABASE_URL"))
    yield made
    made.remove()


def run(environment: dict[str, str], *command: str) -> Run:
    """Run manage.py with this environment; it has to succeed."""
    began = time.monotonic()
    words = [sys.executable, "manage.py", *command]
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        output = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)  # also of the programs that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, output
    return Run(time.monotonic() - began, usage.ru_maxrss // 1024, output)


def read_public_bytes(drill: Drill, **environment: Any) -> dict[str, bytes]:
    """Return the answers of a public process with this environment."""
    answers = {}
    with ExitStack() as stack:
        web = stack.enter_context(drill.site.server(role="public", workers=1, **environment))
        for path in PATHS:
            with urlopen(f"{web.url}{path}", timeout=300) as answer:
                answers[path] = answer.read()
    return answers


def without_revision(content: bytes) -> bytes:
    """Drop the count of public changes, which says nothing of the list: hiding three names again is three or one."""
    data = json.loads(content)
    data.pop("revision")
    return json.dumps(data).encode()


def test_a_restored_site_has_the_same_public_bytes_less_what_was_removed(drill: Drill, tmp_path: Path) -> None:
    """Long: it fills a site, backs up, removes names, restores to an empty machine, and serves both."""
    count = sized(500, 50_000)
    drill.site.python("-m", "tests.evidence.fill_endorsements", str(count))
    file = tmp_path / "one.backup"
    backup = run(drill.site.environment, "backup", str(file))
    before = read_public_bytes(drill)
    for number in REMOVED:
        run(drill.site.environment, "hide", f"further-{number}")
    run(drill.site.environment, "worker", "--once")
    expected = read_public_bytes(drill)
    journal = tmp_path / "removals.jsonl"
    shutil.copy(Path(drill.site.environment["DATA_DIR"]) / "removals.jsonl", journal)

    drill.create_empty_database()
    restore = run(drill.environment, "restore", str(file), "--journal", str(journal))
    assert f"{len(REMOVED)} names hidden" in restore.output
    began = time.monotonic()
    drill.give_rights()
    run(drill.environment | drill.login("staff"), "check", "--database", "default")
    run(drill.environment | drill.login("staff"), "worker", "--once")
    run(drill.environment, "collectstatic", "--noinput", "-v0")
    answers = read_public_bytes(drill, DATA_DIR=drill.environment["DATA_DIR"], **drill.login("public"))
    serving = time.monotonic() - began

    json_list = f"{APPEAL}/signatories.json"
    assert json.loads(before[json_list])["counts"]["further"] == count
    assert json.loads(answers[json_list])["counts"]["further"] == count - len(REMOVED)
    for paths in (answers, expected):
        paths[json_list] = without_revision(paths[json_list])
    assert [path for path in PATHS if answers[path] != expected[path]] == []
    assert before[f"{APPEAL}/signatories.csv"] != answers[f"{APPEAL}/signatories.csv"]
    record_figure(
        "restore drill",
        f"{connection.vendor}, {count:,} endorsements: backup {backup.seconds:.0f} s and {backup.megabytes} MB, "
        f"restore with its journal {restore.seconds:.0f} s and {restore.megabytes} MB, then serving after "
        f"{serving:.0f} s; {len(PATHS)} public answers the same, less {len(REMOVED)} names",
    )
