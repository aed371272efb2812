"""The systemd units in deploy/systemd are valid, and each gives its process as little as it needs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import need
from tests.site import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
MOST_EXPOSED = 2.5  # of 10, as `systemd-analyze security` counts


def analyze(*arguments: object) -> str:
    """Return what `systemd-analyze` prints, errors too."""
    need("" if shutil.which("systemd-analyze") else "Units are not checked: apt install systemd")
    command = ["systemd-analyze", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}).stdout


def test_all_units_are_here() -> None:
    names = ("backup", "metrics@", "public", "rewrite", "staff", "worker")
    assert [f"petition-{name}.service" for name in names] == SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened(name: str) -> None:
    (exposure,) = re.findall(
        r"Overall exposure level for \S+: ([\d.]+)", analyze("security", "--offline=true", UNITS / name)
    )
    assert float(exposure) <= MOST_EXPOSED


def test_an_unhardened_service_is_found(tmp_path: Path) -> None:
    unit = tmp_path / "petition-public.service"
    lines = (UNITS / unit.name).read_text(encoding="utf-8").splitlines()
    unit.write_text("\n".join(line for line in lines if not re.match("Protect|Private|System|Restrict|Cap", line)))
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", analyze("security", "--offline=true", unit))
    assert float(exposure) > MOST_EXPOSED


def verify(folder: Path) -> str:
    """Return what systemd finds wrong with the units in `folder`."""
    need("" if shutil.which("systemd-analyze") else "Units are not checked: apt install systemd")
    command = ["systemd-analyze", "verify", "--recursive-errors=no", *map(str, sorted(folder.iterdir()))]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_the_units_are_valid(tmp_path: Path) -> None:
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8")
        # The programs are not below /opt here; whether the lines can be read is what counts.
        (tmp_path / path.name).write_text(re.sub(r"/opt/petition/\.venv/bin/\w+", sys.executable, text))
    assert verify(tmp_path) == ""
    broken = tmp_path / "petition-worker.service"
    broken.write_text(broken.read_text(encoding="utf-8").replace("ProtectSystem=strict", "ProtectSytem=strict"))
    assert "ProtectSytem" in verify(tmp_path)


def test_each_process_has_a_user_and_an_environment_of_its_own() -> None:
    """The public process must not be able to read the environment of the others: it holds the private keys."""
    texts = {name: (UNITS / name).read_text(encoding="utf-8") for name in SERVICES}
    users = {name: re.findall(r"^User=(\S+)$", text, re.M) for name, text in texts.items()}
    files = {name: re.findall(r"^EnvironmentFile=(\S+)$", text, re.M) for name, text in texts.items()}
    # The exporter runs once beside each process, as its user: a template, named by what stands behind the @.
    assert users.pop("petition-metrics@.service") == ["petition-%i"]
    assert files.pop("petition-metrics@.service") == ["/etc/petition/site.env", "/etc/petition/%i.env"]
    assert users["petition-backup.service"] == users["petition-worker.service"]
    assert {shared for shared, _ in files.values()} == {"/etc/petition/site.env"}  # which holds no secret
    assert len({user for (user,) in users.values()}) == len({file for _, file in files.values()}) == 4
    for text in texts.values():
        assert "Restart=always\n" in text or "Type=oneshot\n" in text
    assert all("KillMode=control-group\n" in text for text in texts.values() if "Type=oneshot\n" not in text)
