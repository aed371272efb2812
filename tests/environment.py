"""Loaded by pytest before Django's settings: state in a folder of its own for each process, never in var/."""

import os
import tempfile
from pathlib import Path

_base = os.environ.get("DATA_DIR") or tempfile.mkdtemp(prefix="petition-test-")
os.environ["DATA_DIR"] = str(Path(_base) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
