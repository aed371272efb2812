"""Tests and checks see nothing of the settings of a real site in the caller's shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.environment import select_test_variables
from tests.tooling.conftest import ROOT, Make, write_program

SETTINGS = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "petition" / "settings.py").read_text(encoding="utf-8")))
SETTINGS |= set(re.findall(r"^\| `([A-Z_]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_no_setting_is_kept() -> None:
    """A new setting is in README and settings.py, and is not in the list of what tests may see."""
    assert {"MIRROR_DIR", "DATABASE_URL", "DATA_DIR", "DEBUG", "DIGEST_HOUR"} <= SETTINGS
    assert select_test_variables(dict.fromkeys({*SETTINGS, "PYTEST_ADDOPTS", "PGPASSWORD"}, "the real one")) == {}
    assert select_test_variables(
        {"LC_ALL": "C", "PYTEST_XDIST_WORKER": "gw0", "EVIDENCE_FULL": "1", "ANYTHING": "x"}
    ) == {
        "LC_ALL": "C",
        "PYTEST_XDIST_WORKER": "gw0",
        "EVIDENCE_FULL": "1",
    }


ALL_SETTINGS_ARE_DROPPED = """
import os
from django.conf import settings
def test_no_setting_is_seen():
    from django.db import connection
    assert not [name for name, value in os.environ.items() if "real" in value]
    assert settings.MIRROR_DIR is None and settings.SITE_URL == "http://127.0.0.1:8000" and settings.ROLE == "all"
    assert connection.vendor == "sqlite" and "/petition-test-" in str(connection.settings_dict["NAME"])
"""


def test_one_test_run_by_hand_sees_nothing_of_the_operators_settings(tmp_path: Path) -> None:
    """Such a run deleted the folder of MIRROR_DIR. Starts another pytest, which takes 2 seconds."""
    environment = dict.fromkeys(SETTINGS, "the real one") | {"DJANGO_SETTINGS_MODULE": "real.settings"}
    environment |= {
        "PATH": os.environ["PATH"],
        "MIRROR_DIR": str(tmp_path / "real"),
        "DATA_DIR": str(tmp_path / "real"),
    }
    file = tmp_path / "test_by_hand.py"
    file.write_text(ALL_SETTINGS_ARE_DROPPED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", str(file)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (tmp_path / "real").exists()


def test_an_invalid_test_database_is_refused(tmp_path: Path) -> None:
    """Otherwise nothing runs on PostgreSQL, although the pass has its name."""
    command = [sys.executable, "-c", "import tests.environment"]
    environment = {"TEST_DATABASE_URL": "mysql://me@db/test", "TEST_DATA_DIR": str(tmp_path)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == "TEST_DATABASE_URL must begin with postgres://: correct it, or leave it out.\n"


PYTHON_THAT_TELLS = """#!/bin/sh
case "$*" in
  -I*) cat .venv/made ;;
  *new_keys*) echo KEY=new ;;
  *) env; exit 1 ;;
esac
"""


def test_checks_see_nothing_of_them_either(checkout: Path, make: Make) -> None:
    make("run")
    make("test")
    (checkout / ".venv" / "bin" / "python").unlink()
    write_program(checkout / ".venv" / "bin" / "mypy", "#!/bin/sh\nenv\nexit 1\n")
    write_program(checkout / ".venv" / "bin" / "python", PYTHON_THAT_TELLS)
    for rule in ("lint-mypy", "lint-migrations", "lint-deploy"):
        output = make(rule, **dict.fromkeys(SETTINGS, "the real one")).stdout
        assert f"FAILED  {rule}" in output
        assert "PATH=" in output
        assert "the real one" not in output
