"""The set-up: `make run`, `make test`, `make lint`. It is a set of programs and not an installed package."""

import sys
from pathlib import Path

# Behind everything else, for `deploy/test.py` must not hide the standard library's `test`.
sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "deploy"))
