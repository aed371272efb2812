"""Loaded by pytest before Django's settings: state in a folder of its own for each process, never in var/."""

import os
import tempfile
from pathlib import Path

_base = os.environ.get("DATA_DIR") or tempfile.mkdtemp(prefix="petition-test-")
os.environ["DATA_DIR"] = str(Path(_base) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
# Playwright leaves an event loop running in the test process, where Django would refuse the database to later tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
