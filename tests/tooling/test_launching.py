"""`make run`, as an operator meets it."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What the operator reads; make adds a line of its own."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
    assert done.returncode != 0
    assert len(lines) == 1, lines
    return lines[0]


def test_from_nothing_to_serving_and_back_to_whole(checkout: Path, make: Make, package: Path, free_port: int) -> None:
    """The whole way, with real pip: first run, interrupted installation, changed requirements."""
    shop = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(package), "PIP_CONFIG_FILE": "/dev/null"}
    first = make("run", f"PORT={free_port}", **shop)
    assert f"SERVING serve --host 127.0.0.1 --port {free_port} 0o77 on {checkout}/.venv" in first.stdout, first
    assert "Creating the environment .venv." in first.stdout
    assert len(list(checkout.glob(".venv/lib/*/site-packages/pebble.py"))) == 1
    assert (checkout / "var").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (checkout / "var").iterdir()} == {0o600}

    (checkout / ".venv" / "installed.json").unlink()
    again = make("run", f"PORT={free_port}", **shop)
    assert ".venv is half-created (its installation never finished): removing it and creating it again." in again.stdout
    assert "SERVING" in again.stdout

    (checkout / "requirements.txt").write_text("pebble==1.1 --hash=sha256:" + "0" * 64 + "\n")
    missing = make("run", f"PORT={free_port}", **shop)
    assert "The packages were not installed" in missing.stderr
    assert "var/install.log" in missing.stderr
    assert "Traceback" not in missing.stderr + missing.stdout
    assert "ERROR" in (checkout / "var" / "install.log").read_text()


def test_when_all_is_in_place_it_only_starts(make: Make, whole_venv: Path, free_port: int) -> None:
    before = sorted((path, path.lstat().st_mtime_ns) for path in whole_venv.rglob("*"))
    done = make("run", f"PORT={free_port}")
    assert done.stdout.startswith("SERVING serve --host 127.0.0.1")
    assert done.stdout.count("\n") == 1
    assert sorted((path, path.lstat().st_mtime_ns) for path in whole_venv.rglob("*")) == before


@pytest.mark.usefixtures("whole_venv")
def test_the_site_takes_the_launchers_place(checkout: Path, free_port: int) -> None:
    """SIGTERM and Ctrl-C need nobody to pass them on."""
    (checkout / "manage.py").write_text("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    command = [sys.executable, "deploy/launch.py"]
    with subprocess.Popen(
        command, cwd=checkout, env={"PORT": str(free_port)}, stdout=subprocess.PIPE, text=True
    ) as site:
        assert site.stdout is not None
        assert int(site.stdout.readline()) == site.pid
        site.send_signal(signal.SIGTERM)
        assert site.wait(timeout=5) == -signal.SIGTERM


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "\uff18\uff10", "123456"])
def test_a_bad_port_is_one_sentence(make: Make, port: str) -> None:
    sentence = one_sentence(make("run", f"PORT={port}"))
    assert sentence == f"PORT is '{port}': give a number from 1 to 65535, for example `make run PORT=8000`."


def test_a_taken_port_is_said_before_the_long_installation(checkout: Path, make: Make, taken_port: int) -> None:
    sentence = one_sentence(make("run", f"PORT={taken_port}"))
    assert sentence.startswith(f"Port {taken_port} on 127.0.0.1 is taken: stop the program that uses it")
    assert re.search(r"`make run PORT=\d+`\.$", sentence)
    assert not (checkout / ".venv").exists()


def test_a_folder_of_somebody_else_named_venv_is_left_alone(checkout: Path, make: Make, free_port: int) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "thesis.txt").write_text("years of work")
    sentence = one_sentence(make("run", f"PORT={free_port}"))
    assert "is not a virtual environment and holds files: move it away or delete it" in sentence
    assert (checkout / ".venv" / "thesis.txt").read_text() == "years of work"


@pytest.mark.usefixtures("whole_venv")
def test_only_an_argument_of_make_sets_the_host(make: Make, free_port: int) -> None:
    """Some systems export HOST in every shell; that must not open the site to the network."""
    assert "--host 127.0.0.1" in make("run", f"PORT={free_port}", HOST="0.0.0.0").stdout
    assert "--host 127.0.0.2" in make("run", f"PORT={free_port}", "HOST=127.0.0.2").stdout


@pytest.mark.usefixtures("whole_venv")
def test_a_host_may_be_a_name_or_an_ipv6_address(make: Make, free_port: int) -> None:
    for host, handed_over in (("localhost", "localhost"), ("0.0.0.0", "0.0.0.0"), ("[::1]", "::1"), ("::1", "::1")):
        done = make("run", f"PORT={free_port}", f"HOST={host}")
        no_ipv6 = f"HOST is '{handed_over}', which is not an address of this machine" in done.stderr
        assert f"--host {handed_over} " in done.stdout or (":" in host and no_ipv6), done


def test_without_any_python_make_says_what_to_install(make: Make) -> None:
    sentence = one_sentence(make("run", "PYTHON=python3.99"))
    assert sentence.startswith("There is no python3.99 here: install Python 3.11, 3.12 or 3.13")


def test_make_alone_lists_the_targets(make: Make) -> None:
    listed = make().stdout
    assert [line.split()[1] for line in listed.splitlines()] == [
        "help",
        "run",
        "test",
        "screens",
        "bench",
        "lint",
        "lock",
    ]
