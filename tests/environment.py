"""Loaded by pytest before Django's settings: keeps only those of the caller's variables that are for tests.

The settings of a real site may be in the shell: its DATABASE_URL, DATA_DIR, MIRROR_DIR and all others are dropped here,
so that no test touches it. Tests keep their state in a temporary folder, or in TEST_DATA_DIR, and use SQLite there, or
the PostgreSQL server of TEST_DATABASE_URL.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# A list of what is kept, since a list of what is dropped would lack the next setting: MIRROR_DIR was missing from one,
# and a test deleted that mirror.
_SYSTEM: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LANGUAGE", "TERM", "COLUMNS",
    "LINES", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "CI", "VIRTUAL_ENV", "DISPLAY", "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
_FOR_TESTS: Final = (
    "TEST_DATABASE_URL", "TEST_DATA_DIR", "SEARCHED_DATABASE_URL", "LOAD_DATABASE_URL", "CHROMIUM", "REQUIRE_ALL",
    "EVIDENCE_FULL", "EVIDENCE_FILE",
)  # fmt: skip
_PREFIXES: Final = (
    "LC_", "LD_", "XDG_", "PYTHON", "PYTEST_", "COVERAGE_", "COV_CORE_", "HYPOTHESIS_", "PLAYWRIGHT_",
)  # fmt: skip
LEAST_ROOM: Final = 1 << 30
"""Bytes. A container often has 64 MB in memory."""
_DROPPED_ALL_THE_SAME: Final = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def select_test_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of `environment` tests may see."""
    return {
        name: value
        for name, value in environment.items()
        if (name in _SYSTEM + _FOR_TESTS or name.startswith(_PREFIXES)) and name not in _DROPPED_ALL_THE_SAME
    }


def find_memory() -> str | None:
    """Return the folder in memory, where a commit does not wait for a disk, or None if it is too small for a suite."""
    try:
        room = os.statvfs("/dev/shm")
    except OSError:
        return None
    return "/dev/shm" if room.f_bavail * room.f_frsize >= LEAST_ROOM and os.access("/dev/shm", os.W_OK) else None


for _name in set(os.environ) - set(select_test_variables(os.environ)):
    del os.environ[_name]
if not os.environ.get("TEST_DATA_DIR"):
    os.environ["TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="petition-test-", dir=find_memory())  # shared with workers
    atexit.register(shutil.rmtree, os.environ["TEST_DATA_DIR"], ignore_errors=True)
os.environ["DATA_DIR"] = str(Path(os.environ["TEST_DATA_DIR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
if _url := os.environ.get("TEST_DATABASE_URL", "").strip():
    if not _url.startswith(("postgres://", "postgresql://")):
        sys.exit("TEST_DATABASE_URL must begin with postgres://: correct it, or leave it out.")
    os.environ["DATABASE_URL"] = _url
# Playwright leaves an event loop running in the test process, where Django would refuse the database to later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
