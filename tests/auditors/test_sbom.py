"""The list of components has every pinned package with its version and hash."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.site import ROOT


def test_every_pinned_package_is_listed(tmp_path: Path) -> None:
    """As `make sbom` runs it."""
    file = tmp_path / "sbom.json"
    program = str(Path(sys.executable).with_name("cyclonedx-py"))
    command = [program, "requirements", "requirements.txt", "--output-reproducible", "--output-file", str(file)]
    assert " ".join(command[1:-1]) in (ROOT / "Makefile").read_text(encoding="utf-8")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = json.loads(file.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {(part["name"].lower(), part["version"]) for part in bill["components"]}
    pins = re.findall(
        r"^([a-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;\\]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M
    )
    assert len(pins) > 20
    assert set(pins) <= listed
