"""A PostgreSQL cluster to throw away: durable like a real one, reached by a socket in a private folder only."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from groundwork.sentences import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "petition"
SECONDS_TO_START = 60
OR_ELSE = "correct what it says or set TEST_DATABASE_URL"
# Said although it is the default: what the tests prove about lost writes must be proved against real commits.
DURABLE = ("-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on")


class Owner(NamedTuple):
    """The account that the cluster belongs to, since PostgreSQL refuses to run as root."""

    user: int
    group: int


@contextlib.contextmanager
def throw_away_cluster(programs: Path) -> Iterator[str]:
    """Start a cluster, give its address, and remove every trace of it at the end."""
    owner = other_account() if os.geteuid() == 0 else None
    folder = private_folder(owner)
    try:
        _create(programs, folder, owner)
        with _running(programs, folder, owner):
            yield f"postgres://{NAME}@/{NAME}?host={quote(str(folder), safe='')}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def other_account() -> Owner:
    """An account without privileges: Debian's postgres, else nobody."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Owner(found.pw_uid, found.pw_gid)
    raise Refusal("PostgreSQL does not run as root, and there is no other account: run this as another user.")


def private_folder(owner: Owner | None) -> Path:
    """A folder with a short path (a socket's may have 107 bytes) that the cluster's owner can reach."""
    base = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="petition-pg-", dir=base))
    if owner:
        os.chown(folder, owner.user, owner.group)
    return folder


def _create(programs: Path, folder: Path, owner: Owner | None) -> None:
    """Create the cluster's files and its configuration."""
    options = ["--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    _run([str(programs / "initdb"), "--pgdata", str(folder / "data"), *options], folder, owner)


@contextlib.contextmanager
def _running(programs: Path, folder: Path, owner: Owner | None) -> Iterator[None]:
    """Run the server in a process group of its own, so that Ctrl-C ends the tests before the server."""
    log = folder / "server.log"
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    command += ["-c", "listen_addresses=", *DURABLE]
    command += ["-c", "max_connections=200"]  # sites of 16 threads, several at once
    with log.open("wb") as output:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        server = subprocess.Popen(command, start_new_session=True, **streams, **_as(owner, folder))
    try:
        _wait_until_ready(programs, folder, server, log)
        account = ["--host", str(folder), "--username", NAME, "--dbname", "postgres"]
        _run([str(programs / "psql"), *account, "--command", f"CREATE DATABASE {NAME}"], folder, owner)
        yield
    finally:
        _stop(server)


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server takes connections."""
    deadline = time.monotonic() + SECONDS_TO_START
    question = [str(programs / "pg_isready"), "--quiet", "--host", str(folder)]
    while subprocess.run(question, check=False, env=_surroundings()).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            reason = _last_line(log.read_text("utf-8", errors="replace"))
            raise Refusal(f"PostgreSQL did not start, so {OR_ELSE}: {reason}")
        time.sleep(0.05)


def _run(command: list[str], folder: Path, owner: Owner | None) -> None:
    """Run one of PostgreSQL's programs to its end; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, **_as(owner, folder))
    if done.returncode != 0:
        raise Refusal(f"PostgreSQL's {Path(command[0]).name} failed, so {OR_ELSE}: {_last_line(done.stderr)}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server at once; sessions that are still open lose their connection."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=10)
            return


def _as(owner: Owner | None, folder: Path) -> dict[str, Any]:
    """How to start PostgreSQL's programs: as their owner, in a folder that it may enter, with few variables."""
    account = {"user": owner.user, "group": owner.group, "extra_groups": ()} if owner else {}
    return {"cwd": str(folder), "env": _surroundings(), **account}


def _surroundings() -> dict[str, str]:
    """An environment without PG variables and without a locale that this machine may not have."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _last_line(text: str) -> str:
    """The line in which programs say what went wrong."""
    return (text.strip().splitlines() or ["(it said nothing)"])[-1]
