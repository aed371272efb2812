"""Loaded by pytest before Django's settings: of the caller's environment only what is for tests is left.

Whoever has the settings of a real site in the shell can run any test: its DATABASE_URL, DATA_DIR, MIRROR_DIR and all
others are dropped here. Tests keep their state in a temporary folder, or in TEST_DATA_DIR, and use SQLite there, or the
PostgreSQL server of TEST_DATABASE_URL.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

# Behind everything else, for `deploy/test.py` must not hide the standard library's `test`.
sys.path.append(str(Path(__file__).resolve().parent.parent / "deploy"))

from groundwork.surroundings import kept

_kept = kept(os.environ)
for _name in set(os.environ) - set(_kept):
    del os.environ[_name]
if not os.environ.get("TEST_DATA_DIR"):
    os.environ["TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="petition-test-")  # workers of this process share it
    atexit.register(shutil.rmtree, os.environ["TEST_DATA_DIR"], ignore_errors=True)
os.environ["DATA_DIR"] = str(Path(os.environ["TEST_DATA_DIR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
# Playwright leaves an event loop running in the test process, where Django would refuse the database to later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
