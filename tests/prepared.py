"""A migrated database and the collected static files: made once in a test run, copied by each process that needs them.

Migrating takes 2 seconds and compressing the static files 5. Both are made by a process of the site in a folder
of TEST_DATA_DIR, or on the server of DATABASE_URL, so that triggers, roles and permissions are in the copies.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

import tests.environment  # noqa: F401  (makes TEST_DATA_DIR where it is not set)

ROOT = Path(__file__).parent.parent
_MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]
_COLLECT = "from petition.management.static_files import collect_if_changed; collect_if_changed()"


def prepare_static_files() -> Path:
    """Return the folder of the collected static files."""
    return _prepare("static", ["manage.py", "shell", "--no-imports", "-v", "0", "-c", _COLLECT]) / "static"


def prepare_database() -> Path:
    """Return the migrated SQLite database, which no process has open."""
    return _prepare("sqlite", _MIGRATE) / "petition.sqlite3"


def fill_data_dir(folder: Path, url: str | None, database: str) -> dict[str, str]:
    """Fill the DATA_DIR of a new site, whose `database` is on the PostgreSQL server of `url` if there is one; return
    what its processes need in their environment."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(prepare_static_files(), folder / "static")
    if url:
        return {"DATABASE_URL": create_migrated_database(url, database)}
    shutil.copy(prepare_database(), folder)
    return {}


def create_database(url: str, name: str, template: str = "template1") -> str:
    """Create an empty database, or a copy of `template`, on the PostgreSQL server of `url`, and return its URL."""
    drop_database(url, name)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def create_migrated_database(url: str, name: str) -> str:
    """Create a database with all tables on the PostgreSQL server of `url` and return its URL."""
    server = hashlib.sha256(url.encode()).hexdigest()[:8]  # a test may start a server of its own
    _prepare(f"postgresql-{server}", _MIGRATE, lambda: create_database(url, _template()))
    return create_database(url, name, _template())


def drop_database(url: str, name: str = "") -> None:
    """Drop the database if it exists, by default the one that others were copied from."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name or _template()}" WITH (FORCE)'.encode())


def _template() -> str:
    return f"prepared_{hashlib.sha256(os.environ['TEST_DATA_DIR'].encode()).hexdigest()[:12]}"


def _prepare(part: str, command: list[str], create: Callable[[], str] | None = None) -> Path:
    """Let the first process that comes run the command, while others wait; return its DATA_DIR."""
    folder = Path(os.environ["TEST_DATA_DIR"]) / "prepared" / part
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder)}
            environment |= {"DJANGO_SETTINGS_MODULE": "petition.settings"} | (
                {"DATABASE_URL": create()} if create else {}
            )
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
            (folder / "done").touch()
    return folder
