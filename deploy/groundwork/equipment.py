"""What the tests can use on this machine, PostgreSQL and a Chromium, and what is said where they are missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork.sentences import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the shell is a third quicker
SKIPPED = {
    "PostgreSQL": (
        "SKIPPED: everything on PostgreSQL, because its programs initdb and postgres were not found.",
        "         On Debian: apt install postgresql   (or set TEST_DATABASE_URL=postgres://...)",
    ),
    "Chromium": (
        "SKIPPED: everything in a browser, because no Chromium was found that starts.",
        "         On Debian: apt install chromium",
    ),
}
LINE = "!" * 88


def find_chromium() -> str | None:
    """The system's Chromium; CHROMIUM in the environment may name another one."""
    named = os.environ.get("CHROMIUM")
    if named and shutil.which(named) is None:
        raise Refusal(f"CHROMIUM is '{named}', where no program is: correct it, or leave it out.")
    if named and not _starts(named):
        raise Refusal(f"CHROMIUM is '{named}', which does not start: correct it, or leave it out.")
    return next(filter(_starts, filter(None, map(shutil.which, [named] if named else BROWSERS))), None)


def _starts(browser: str) -> bool:
    """Whether it runs here: Ubuntu's `chromium-browser` may be a note that there is a snap, and libraries may lack."""
    try:
        done = subprocess.run(
            [browser, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def find_postgresql() -> Path | None:
    """The folder that holds PostgreSQL's server programs."""
    for folder in _folders_with_servers():
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "pg_isready", "psql")):
            return folder
    return None


def _folders_with_servers(debian: Path = Path("/usr/lib/postgresql")) -> Iterator[Path]:
    """Where servers are usually installed: PATH, Debian's folders from the newest, what pg_config says."""
    yield from (Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder)
    yield from newest_first(debian.glob("*/bin"))
    if shutil.which("pg_config"):
        said = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if said:
            yield Path(said)


def newest_first(folders: Iterator[Path]) -> list[Path]:
    """Folders such as `17/bin`, ordered by the number in them: 17 before 9.6."""
    return sorted(folders, key=_version, reverse=True)


def _version(folder: Path) -> list[int]:
    """The numbers in the name of the folder above."""
    return [int(part) for part in re.findall(r"\d+", folder.parent.name)]


def test_database(environment: Mapping[str, str]) -> str | None:
    """The operator's own database for tests, if one is named."""
    url = environment.get("TEST_DATABASE_URL", "").strip()
    if url and not url.startswith(("postgres://", "postgresql://")):
        raise Refusal("TEST_DATABASE_URL must begin with postgres://: correct it, or leave it out.")
    return url or None


def notice(missing: Sequence[str]) -> Sequence[str]:
    """The lines that say loudly what is skipped; none when everything is there."""
    return [LINE, *(line for name in missing for line in SKIPPED[name]), LINE] if missing else []
