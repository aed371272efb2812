"""A problem of a machine is one plain sentence, and an incomplete `.venv` is made again."""

import base64
import hashlib
import os
import re
import shutil
import socket
import sys
import zipfile
from pathlib import Path

import pip
import pytest
from django.core.management import CommandError

from petition.management.listen_address import check_port_is_free, read_port, resolve_listen_address
from tests.tooling.conftest import Make, write_program

pytestmark = pytest.mark.long

AGAIN = "The environment .venv is half-made, or was made elsewhere: making it again.\n"


def serving(make: Make, *arguments: str, **environment: str) -> str:
    result = make("run", *arguments, **environment)
    assert result.returncode == 0, result
    assert "SERVING serve" in result.stdout, result
    return result.stdout


def one_sentence(make: Make, *arguments: str, **environment: str) -> str:
    """Return what the operator reads; make adds a line of its own."""
    result = make("run", *arguments, **environment)
    lines = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("make: ***")]
    assert result.returncode != 0
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.skipif(not os.environ.get("EVIDENCE_FULL"), reason="pip runs twice: EVIDENCE_FULL=1 before a release")
def test_a_new_checkout_is_installed_with_pip_and_served(checkout: Path, make: Make, tmp_path: Path) -> None:
    """A file that is not the one that was pinned is refused. Takes 3 seconds, so only with EVIDENCE_FULL=1."""
    files = {
        "pebble.py": "",
        "pebble-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pebble\nVersion: 1.0\n",
        "pebble-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    wheel = tmp_path / "pebble-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        digests = {
            name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for name, text in files.items()
        }
        record = "".join(f"{name},sha256={digest.rstrip(b'=').decode()},\n" for name, digest in digests.items())
        archive.writestr("pebble-1.0.dist-info/RECORD", record + "pebble-1.0.dist-info/RECORD,,\n")
    shop = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}
    linking = (tmp_path / "python").read_text(encoding="utf-8").replace("mkdir", f"ln -s {Path(pip.__file__).parent}")
    write_program(tmp_path / "python", linking[: linking.index("echo 'import")])
    shop |= {"PIP_TARGET": str(tmp_path / "elsewhere"), "PYTHONPATH": str(tmp_path)}  # which would mislead pip
    (checkout / "requirements.txt").write_text("pebble==1.0 --hash=sha256:" + "0" * 64)
    refused = make("run", **shop)
    assert refused.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    assert (
        "The packages of requirements.txt were not installed: see above, and run the command again." in refused.stderr
    )

    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements.txt").write_text(f"pebble==1.0 --hash=sha256:{digest}\n")
    output = serving(make, "PORT=8123", **shop)
    assert f"SERVING serve --host 127.0.0.1 --port 8123 in {checkout}/.venv" in output
    assert len(list(checkout.glob(".venv/lib/*/site-packages/pebble.py"))) == 1


def test_a_complete_installation_is_only_started(checkout: Path, make: Make) -> None:
    first = serving(make)
    assert first.startswith("Making the environment .venv.\n")
    assert "PIP requirements.txt" in first
    before = {path: path.lstat().st_mtime_ns for path in checkout.rglob("*")}
    assert serving(make).count("\n") == 1
    assert {path: path.lstat().st_mtime_ns for path in checkout.rglob("*")} == before


def test_changed_requirements_are_installed_in_the_same_environment(checkout: Path, make: Make) -> None:
    serving(make)
    made = (checkout / ".venv" / "pyvenv.cfg").stat()
    os.utime(checkout / "requirements.txt")
    assert "PIP requirements.txt" in serving(make)
    assert (checkout / ".venv" / "pyvenv.cfg").stat() == made


def test_an_installation_that_was_interrupted_is_made_again(checkout: Path, make: Make) -> None:
    """At each step: only a folder, no pip yet, pip at work."""
    (checkout / ".venv" / "lib").mkdir(parents=True)
    assert serving(make).startswith(AGAIN)
    (checkout / ".venv" / "made").unlink()
    (checkout / ".venv" / "run").unlink()
    assert serving(make).startswith(AGAIN)
    os.utime(checkout / "requirements.txt")
    killing = make("run", PIP_RESULT="", PATH=f"{killing_mv(checkout)}:/usr/bin:/bin")
    assert killing.returncode != 0
    output = serving(make)
    assert output.startswith(AGAIN)
    assert "PIP requirements.txt" in output


def killing_mv(checkout: Path) -> Path:
    """A folder with an `mv` that kills the recipe's shell once the first stamp is out of the way."""
    folder = checkout / "bin"
    folder.mkdir()
    write_program(folder / "mv", '#!/bin/sh\n/bin/mv "$@"\nkill -KILL $PPID\n')
    return folder


def test_a_moved_or_broken_venv_is_made_again(checkout: Path, make: Make) -> None:
    serving(make)
    made = checkout / ".venv" / "made"
    made.write_text(f"{checkout.parent}/elsewhere/.venv 3 11\n")
    assert serving(make).startswith(AGAIN)
    made.write_text(made.read_text().replace(f" {sys.version_info[1]}\n", " 10\n"))
    assert serving(make).startswith(AGAIN)
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert serving(make).startswith(AGAIN)


def test_a_failed_installation_leaves_a_working_venv_alone(checkout: Path, make: Make) -> None:
    """Somebody without a network tries `make test`: `make run` must go on working."""
    serving(make)
    failed = make("test", PIP_RESULT="no network")
    assert failed.returncode != 0
    assert "The packages of requirements-dev.txt were not installed: see above" in failed.stderr
    assert serving(make).count("\n") == 1


def test_a_foreign_folder_is_left_alone(checkout: Path, make: Make, tmp_path: Path) -> None:
    sentence = (
        f"{checkout}/.venv is not a virtual environment of this folder: move it away, then run the command again."
    )
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "thesis.txt").write_text("years of work")
    assert one_sentence(make) == sentence
    assert (checkout / ".venv" / "thesis.txt").read_text() == "years of work"
    shutil.move(checkout / ".venv", tmp_path / "theirs")
    (checkout / ".venv").symlink_to(tmp_path / "theirs")
    assert one_sentence(make) == sentence
    assert (tmp_path / "theirs" / "thesis.txt").exists()


def test_unsuitable_pythons_are_skipped_or_reported(checkout: Path, make: Make, tmp_path: Path) -> None:
    """Of the wrong version, without its venv module (as on a bare Debian), or the stand-in of a version manager."""
    flaws = "sys.version_info = (3, 10, 1)", "sys.version_info = (3, 14)", "sys.modules['ensurepip'] = None"
    unfit = [
        write_program(
            tmp_path / f"unfit{number}",
            f'#!/bin/sh\nexec {sys.executable} -c "import sys; {flaw}; exec(sys.argv[2])" "$@"\n',
        )
        for number, flaw in enumerate((*flaws, "sys.exit(127)"))
    ]
    for python in unfit:
        output = one_sentence(make, PYTHON=str(python))
        assert output.startswith(
            "The site needs Python 3.11, 3.12 or 3.13 with its venv module: install it (on Debian: "
        )
        assert not (checkout / ".venv").exists()
    serving(make, PYTHON=" ".join(map(str, [*unfit, tmp_path / "python"])))


def test_a_folder_that_cannot_be_written_is_one_sentence(checkout: Path, make: Make, tmp_path: Path) -> None:
    """With the message of `python3 -m venv`."""
    dropped = "-dac_override,-dac_read_search"
    if os.geteuid() == 0:  # root may otherwise write anywhere
        prefix = f"setpriv --bounding-set={dropped} --inh-caps={dropped} "
        write_program(
            tmp_path / "python",
            (tmp_path / "python").read_text().replace(f"\n{sys.executable} -m", f"\n{prefix}{sys.executable} -m"),
        )
    checkout.chmod(0o555)
    try:
        output = make("run")
    finally:
        checkout.chmod(0o755)
    assert output.returncode != 0
    assert re.search(r"^Error: \[Errno 13\] Permission denied: '.*/\.venv'$", output.stderr, re.MULTILINE), (
        output.stderr
    )
    assert "Traceback" not in output.stderr


def test_only_an_argument_of_make_sets_the_host(make: Make) -> None:
    """Some systems export HOST in every shell; that must not open the site to the network."""
    assert "--host 127.0.0.1 " in serving(make, HOST="0.0.0.0")
    assert "--host ::1 --port 8001" in serving(make, "HOST=::1", PORT="8001")


def test_make_alone_lists_the_targets(make: Make) -> None:
    targets = [line.split()[1] for line in make().stdout.splitlines()]
    assert targets == [
        "help",
        "run",
        "test",
        "test-long",
        "evidence",
        "screens",
        "check-pages",
        "lighthouse",
        "scan",
        "sbom",
        "bench",
        "failover",
        "load-day",
        "lint",
        "lock",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "\uff18\uff10", "123456", ""])
def test_a_bad_port_is_one_sentence(port: str) -> None:
    with pytest.raises(CommandError, match=f"^The port is {port}: give --port a number from 1 to 65535.$"):
        read_port(port)
    assert (read_port("1"), read_port(" 65535 ")) == (1, 65535)


def test_a_closed_port_is_free_and_a_used_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
            pass
    check_port_is_free(resolve_listen_address("127.0.0.1", port))
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(
            CommandError, match=rf"^Port {port} on 127\.0\.0\.1 cannot be used .*`make run PORT={port + 1}`\.$"
        ):
            check_port_is_free(resolve_listen_address("127.0.0.1", port))
