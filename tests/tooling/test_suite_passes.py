"""What `make test` does with the machine that it finds."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from groundwork import equipment, passes, postgres
from groundwork.sentences import Refusal
from groundwork.surroundings import kept

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = equipment.find_postgresql()
CLUSTER = """
import sys, time
from pathlib import Path
from groundwork import postgres
from groundwork.sentences import speak_plainly

def main():
    with postgres.throw_away_cluster(Path(sys.argv[1])) as url:
        print(url, flush=True)
        time.sleep(60)

sys.exit(speak_plainly(main))
"""


def folder_of(url: str) -> Path:
    return Path(url.partition("?host=")[2].replace("%2F", "/"))


def show(url: str, setting: str) -> str:
    assert PROGRAMS
    command = [str(PROGRAMS / "psql"), "--no-psqlrc", "-At", "-c", f"SHOW {setting}", url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed (make test says so loudly)")
def test_a_cluster_is_durable_and_private_and_leaves_nothing_after_sigterm() -> None:
    deploy = str(Path(postgres.__file__).parent.parent)
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": deploy}
    command = [sys.executable, "-c", CLUSTER, str(PROGRAMS)]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        url = holder.stdout.readline().strip()
        folder = folder_of(url)
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        wanted = {"fsync": "on", "synchronous_commit": "on", "listen_addresses": "", "server_encoding": "UTF8"}
        assert {setting: show(url, setting) for setting in wanted} == wanted
        assert folder.stat().st_mode & 0o777 == 0o700
        holder.send_signal(signal.SIGTERM)
        assert holder.wait(timeout=20) == 128 + signal.SIGTERM
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_a_server_that_cannot_start_is_one_sentence_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        programs = Path(name)
        programs.chmod(0o755)  # the cluster's owner must reach it
        (programs / "initdb").write_text("#!/bin/sh\necho 'the moon is full' >&2\nexit 1\n")
        (programs / "initdb").chmod(0o755)
        folder = postgres.private_folder(postgres.other_account() if os.geteuid() == 0 else None)
        monkeypatch.setattr(postgres, "private_folder", lambda _owner: folder)
        cluster = postgres.throw_away_cluster(programs)
        with pytest.raises(Refusal, match=r"initdb failed, so .*: the moon is full"), cluster:
            pytest.fail("it never started")
    assert not folder.exists()


def test_newer_servers_go_first() -> None:
    folders = [Path(f"/usr/lib/postgresql/{version}/bin") for version in ("9.6", "17", "15")]
    assert [folder.parent.name for folder in equipment.newest_first(iter(folders))] == ["17", "15", "9.6"]


def test_what_is_missing_is_said_loudly_with_the_remedy() -> None:
    assert equipment.notice([]) == []
    lines = equipment.notice(["PostgreSQL", "Chromium"])
    assert lines[0] == lines[-1] == "!" * 88
    said = "\n".join(lines)
    for words in ("SKIPPED: everything on PostgreSQL", "apt install postgresql", "SKIPPED: everything in a browser"):
        assert words in said
    assert "apt install chromium" in said


def test_a_database_or_browser_that_is_named_wrongly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert equipment.test_database({"TEST_DATABASE_URL": " "}) is None
    assert equipment.test_database({"TEST_DATABASE_URL": "postgres://me@db/test"}) == "postgres://me@db/test"
    with pytest.raises(Refusal, match="TEST_DATABASE_URL must begin with postgres://"):
        equipment.test_database({"TEST_DATABASE_URL": "mysql://me@db/test"})
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(Refusal, match="CHROMIUM is '/nowhere/chromium', where no program is"):
        equipment.find_chromium()


def test_a_browser_that_does_not_start_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ubuntu's `chromium-browser` is there and only says that a snap is needed."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, script in (("chromium-headless-shell", "exit 127"), ("chromium", "echo needs a snap >&2; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    assert equipment.find_chromium() is None
    (tmp_path / "google-chrome").write_text("#!/bin/sh\necho Google Chrome 156\n")
    (tmp_path / "google-chrome").chmod(0o755)
    assert equipment.find_chromium() == str(tmp_path / "google-chrome")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(Refusal, match="which does not start: correct it"):
        equipment.find_chromium()


def test_pictures_need_a_browser_and_say_so() -> None:
    command = [sys.executable, str(Path(equipment.__file__).parent.parent / "screens.py")]
    for surroundings, words in (({"PATH": "/nowhere"}, "There is no Chromium here"), ({"ARGS": "'"}, "ARGS cannot be")):
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(words)


SETTINGS = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "petition" / "settings.py").read_text(encoding="utf-8")))
SETTINGS |= set(re.findall(r"^\| `([A-Z_]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_tests_see_nothing_of_the_operators_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*SETTINGS, "PYTEST_ADDOPTS", "PGPASSWORD"):
        monkeypatch.setenv(name, "the real one")
    monkeypatch.setenv("LANG", "C.UTF-8")
    surroundings = passes.site_environment(tmp_path)
    assert "the real one" not in surroundings.values()
    assert surroundings["LANG"] == "C.UTF-8"
    assert surroundings["DATA_DIR"] == str(tmp_path)


def test_no_setting_is_on_the_list() -> None:
    """Whatever becomes a setting: README and settings.py name it, and here it is none of what tests may see."""
    assert {"MIRROR_DIR", "DATABASE_URL", "DATA_DIR", "DEBUG", "DIGEST_HOUR"} <= SETTINGS
    assert kept(dict.fromkeys(SETTINGS, "the real one")) == {}
    assert kept({"LC_ALL": "C", "PYTEST_XDIST_WORKER": "gw0", "KILLS": "100", "ANYTHING": "x"}) == {
        "LC_ALL": "C",
        "PYTEST_XDIST_WORKER": "gw0",
        "KILLS": "100",
    }


ALL_SETTINGS_ARE_DROPPED = """
import os
from django.conf import settings
def test_it(db):
    from django.db import connection
    assert not [name for name, value in os.environ.items() if "real" in value]
    assert settings.MIRROR_DIR is None and settings.SITE_URL == "http://127.0.0.1:8000" and settings.ROLE == "all"
    assert connection.vendor == "sqlite" and "/petition-test-" in str(connection.settings_dict["NAME"])
"""


def test_one_test_run_by_hand_sees_nothing_of_the_operators_settings(tmp_path: Path) -> None:
    """It deleted the folder that MIRROR_DIR named. Starts a pytest of its own, which takes some seconds."""
    environment = dict.fromkeys(SETTINGS, "the real one") | {"DJANGO_SETTINGS_MODULE": "real.settings"}
    environment |= {
        "PATH": os.environ["PATH"],
        "MIRROR_DIR": str(tmp_path / "real"),
        "DATA_DIR": str(tmp_path / "real"),
    }
    place = tmp_path / "test_by_hand.py"
    place.write_text(ALL_SETTINGS_ARE_DROPPED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml", str(place)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "real").exists()


def test_outcomes_in_words() -> None:
    words = [str(passes.Outcome("SQLite", code)) for code in (0, 1, passes.NOTHING_SELECTED)]
    assert words == ["SQLite passed", "SQLite FAILED", "SQLite had no test to run"]
