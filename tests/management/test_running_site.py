"""A command writes links to the site that runs on its state, not to one that has ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from petition.management.running_site import announce_running_site, read_running_site_url
from tests.site import ROOT, Site

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

URL = "http://127.0.0.1:8800"
HOLDER = """
import sys, time
from pathlib import Path
from petition.management.running_site import announce_running_site
with announce_running_site(Path(sys.argv[1]), sys.argv[2]):
    print("announced", flush=True)
    time.sleep(60)
"""


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Start a process that announces URL until it ends."""
    command = [sys.executable, "-c", HOLDER, str(folder), URL]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "announced\n"
    return process


def site_url(folder: Path, **variables: str) -> str:
    """Return SITE_URL as a command with this DATA_DIR has it."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **variables}
    script = "from petition import settings; print(settings.SITE_URL)"
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_commands_use_the_address_of_the_running_site_unless_site_url_is_set(tmp_path: Path) -> None:
    """Starts Python five times."""
    with hold(tmp_path) as process:
        assert site_url(tmp_path) == URL
        assert site_url(tmp_path, SITE_URL="https://appeal.example") == "https://appeal.example"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / "site-url").read_text() == URL, "it had no time to clean up"
    assert read_running_site_url(tmp_path) == ""
    assert site_url(tmp_path) == "http://127.0.0.1:8000"
    with announce_running_site(tmp_path, "http://127.0.0.1:8801"):
        assert site_url(tmp_path) == "http://127.0.0.1:8801"
    assert list(tmp_path.glob("site-url*")) == []


def test_a_running_site_stores_its_address(site: Site) -> None:
    """A command such as `manage.py demo` wrote links to port 8000 beside `make run PORT=8800`."""
    assert site_url(site.folder / "var") == site.url


def test_the_first_of_two_sites_is_announced(tmp_path: Path) -> None:
    with announce_running_site(tmp_path, URL):
        with announce_running_site(tmp_path, "http://127.0.0.1:8801"):
            assert read_running_site_url(tmp_path) == URL
        assert read_running_site_url(tmp_path) == URL
    assert read_running_site_url(tmp_path) == ""


def test_a_site_that_cannot_write_the_file_still_runs(tmp_path: Path) -> None:
    with announce_running_site(tmp_path / "nowhere", URL):
        assert read_running_site_url(tmp_path / "nowhere") == ""
    (tmp_path / "site-url").write_bytes(b"\xff")
    assert read_running_site_url(tmp_path) == ""
