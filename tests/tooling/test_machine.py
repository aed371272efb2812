"""What the machine must have: a fitting Python with its venv module, a folder to write in, an address to listen on."""

import ast
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from groundwork import address, folders, interpreter
from groundwork.sentences import Refusal

DEPLOY = Path(folders.__file__).parent.parent
NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root writes everywhere; for a while be somebody who does not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_an_unwritable_folder_is_one_sentence(locked_folder: Path) -> None:
    for check in (folders.require_writable, folders.private_folder):
        with without_privileges(), pytest.raises(Refusal, match=r"cannot be written \(Permission denied\): make it"):
            check(locked_folder)


def test_var_is_private_whatever_the_mask(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        assert stat.S_IMODE(folders.private_folder(tmp_path).stat().st_mode) == 0o700
    finally:
        os.umask(mask)


def test_supported_versions() -> None:
    versions = [(3, 10), (3, 11), (3, 12, 4), (3, 13), (3, 14), (2, 7), (4, 0)]
    assert [interpreter.is_supported(version) for version in versions] == [False, True, True, True, False, False, False]


def test_a_fitting_python_is_found_on_path_and_stand_ins_are_passed_over(tmp_path: Path) -> None:
    """A version manager puts programs on PATH for versions that are not installed."""
    broken, good = tmp_path / "shims", tmp_path / "bin"
    broken.mkdir()
    good.mkdir()
    (broken / "python3.13").write_text("#!/bin/sh\nexit 127\n")
    (broken / "python3.13").chmod(0o755)
    assert interpreter.find_supported(str(broken)) is None
    (good / "python3.12").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (good / "python3.12").chmod(0o755)
    assert interpreter.find_supported(f"{broken}:{good}") == str(good / "python3.12")


def test_an_unfitting_python_hands_over_or_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refusal, match=r"This is Python 3\.9, and the site needs Python 3\.11, 3\.12 or 3\.13: install"):
        interpreter.require()


@pytest.mark.parametrize(("present", "missing"), [([], "venv"), (["venv"], "ensurepip")])
def test_a_missing_venv_module_names_debians_package(
    present: list[str], missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in present:
        (tmp_path / f"{name}.py").touch()
    for name in ("venv", "ensurepip"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(Refusal, match=rf"lacks its {missing} module: .*apt install python3-venv"):
        interpreter.require_venv_module()


def test_an_old_python_can_read_every_file_and_so_say_that_it_is_too_old() -> None:
    files = [*DEPLOY.glob("groundwork/*.py"), *(DEPLOY / f"{name}.py" for name in ("launch", "test", "lint", "lock"))]
    for path in files:
        ast.parse(path.read_text("utf-8"), feature_version=(3, 7))
    assert len(files) > 10


def test_the_set_up_needs_the_standard_library_only() -> None:
    for path in DEPLOY.glob("groundwork/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names | {"groundwork"}, path


def test_addresses_that_are_not_ours_are_refused() -> None:
    for host in ("192.0.2.1", "no such host", "x" * 300):
        with pytest.raises(Refusal, match="is not an address of this machine"):
            address.require_free(host, 8000)


def test_a_port_just_closed_is_free_and_one_in_use_on_all_addresses_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
            pass
    address.require_free("127.0.0.1", port)
    with socket.create_server(("0.0.0.0", 0)) as listener, pytest.raises(Refusal, match="is taken"):
        address.require_free("127.0.0.1", listener.getsockname()[1])


def test_what_the_system_refuses_becomes_a_sentence() -> None:
    program = (
        "from groundwork.sentences import speak_plainly; raise SystemExit(speak_plainly(lambda: open('/nowhere/x')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(DEPLOY)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "This did not work: No such file or directory (/nowhere/x).\n"
