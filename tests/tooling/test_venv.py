"""When `.venv` counts as whole, and whose folder is never touched."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from groundwork import environment, folders
from groundwork.sentences import Refusal

HOLD = """
import fcntl, sys, time
with open(sys.argv[1], "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print(flush=True)
    time.sleep(1)
"""


def test_a_whole_environment_needs_nothing(checkout: Path, whole_venv: Path) -> None:
    assert environment.fault(whole_venv) is None
    assert environment.lacking(checkout, [environment.RUN]) == []
    assert environment.prepare(checkout, [environment.RUN], 0o022) is False


def test_half_created_environments_are_recognised(checkout: Path, whole_venv: Path) -> None:
    spare = checkout / "spare"
    shutil.copytree(whole_venv, spare, symlinks=True)
    assert environment.fault(spare) == "it was made in another folder"
    (whole_venv / environment.STAMP).write_text('{"venv": "cut o')
    assert environment.fault(whole_venv) == "its installation never finished"
    (whole_venv / environment.STAMP).unlink()
    assert environment.fault(whole_venv) == "its installation never finished"
    shutil.rmtree(next(whole_venv.glob("lib/*/site-packages/pip")))
    assert environment.fault(whole_venv) == "its pip is missing"
    (whole_venv / "bin" / "python").unlink()
    (whole_venv / "bin" / "python").symlink_to("/nowhere/python3")
    assert environment.fault(whole_venv) == "its Python is missing"


def test_another_python_under_the_same_name_is_noticed(whole_venv: Path) -> None:
    """As after an upgrade of the operating system."""
    (whole_venv / "bin" / "python").unlink()
    (whole_venv / "bin" / "python").symlink_to("/bin/sh")
    assert environment.fault(whole_venv) == "the Python that it was made with has changed"


def test_a_change_of_one_requirements_file_concerns_that_file_only(checkout: Path, whole_venv: Path) -> None:
    (checkout / environment.DEV).write_text("")
    wanted = [environment.RUN, environment.DEV]
    assert environment.lacking(checkout, wanted) == [environment.DEV]
    environment.write_stamp(whole_venv, environment.current_stamp(checkout, wanted))
    assert environment.lacking(checkout, wanted) == []
    (checkout / environment.RUN).write_text("# changed")
    assert environment.lacking(checkout, wanted) == [environment.RUN]


def test_a_failed_installation_leaves_what_was_whole_whole(checkout: Path, whole_venv: Path) -> None:
    """Somebody without a network tries `make test`: `make run` must go on working."""
    (checkout / environment.DEV).write_text("no-such-package==1 --hash=sha256:" + "0" * 64)
    before = json.loads((whole_venv / environment.STAMP).read_text())
    with pytest.raises(Refusal, match="The packages were not installed"):
        environment.prepare(checkout, [environment.RUN, environment.DEV], 0o022)
    assert json.loads((whole_venv / environment.STAMP).read_text()) == before
    assert environment.fault(whole_venv) is None


def test_only_what_is_surely_ours_is_removed(checkout: Path, tmp_path: Path) -> None:
    venv = checkout / ".venv"
    environment.refuse_foreign(venv)
    (venv / "lib").mkdir(parents=True)
    environment.refuse_foreign(venv)  # what an interrupted creation leaves at its very start
    (venv / "lib" / "letter").touch()
    with pytest.raises(Refusal, match="is not a virtual environment and holds files"):
        environment.refuse_foreign(venv)
    (venv / "pyvenv.cfg").touch()
    environment.refuse_foreign(venv)
    shutil.rmtree(venv)
    venv.symlink_to(tmp_path)
    with pytest.raises(Refusal, match="is not a folder of its own"):
        environment.refuse_foreign(venv)


@pytest.mark.usefixtures("whole_venv")
def test_a_missing_requirements_file_is_one_sentence(checkout: Path) -> None:
    (checkout / environment.RUN).unlink()
    with pytest.raises(Refusal, match=r"The file requirements\.txt is missing: fetch a complete copy"):
        environment.prepare(checkout, [environment.RUN], 0o022)


def test_two_set_ups_take_turns(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    var = folders.private_folder(checkout)
    with subprocess.Popen([sys.executable, "-c", HOLD, var / "launch.lock"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        started = time.monotonic()
        with folders.turn(var) as lock:
            assert os.fstat(lock).st_size == 0
            assert time.monotonic() - started > 0.5
    assert "Another command is setting up this folder" in capsys.readouterr().out
