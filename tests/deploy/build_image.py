"""Build the image of deploy/containers and run the site in it: `python -m tests.deploy.build_image`, as root.

It needs `apt install buildah netavark mmdebstrap` and the network, but no daemon and no registry of images: the base
is made of Debian's packages, and the image runs in a namespace with a read-only root.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.deploy.machine import Machine, start_machine
from tests.site import ROOT

_UID = 10001
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_LIMITS = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]  # without them chroot isolation fails
_ENVIRONMENT = {
    "PATH": "/opt/petition/.venv/bin:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "DATA_DIR": "/var/lib/petition",
    "STATIC_ROOT": "/opt/petition/collected",
    "SITE_URL": "https://appeal.example",
    "HOME": "/var/lib/petition",
}
_SERVE = "granian --interface wsgi --host 0.0.0.0 --port 8000 --workers 1 --blocking-threads 20 --no-ws"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, help="a tar of Debian's root that an earlier run kept there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = options.base or folder / "base.tar"
        if not base.exists():
            _report("base", lambda: _make_base(base))
        store = ["--root", str(folder / "store"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]
        _import_base(store, base)
        _report("build", lambda: _build(store))
        container = _buildah(store, "from", "--pull-never", "petition").strip()
        root = _buildah(store, "mount", container).strip()
        size = int(subprocess.run(["du", "-sb", root], check=True, capture_output=True, text=True).stdout.split()[0])
        _say(f"size: {size / 1e6:.0f} MB")
        _look_for_secrets(Path(root))
        with start_machine(root, writable="tmp var/lib/petition", uid=_UID) as machine:
            _use(machine)
        _buildah(store, "rm", container)


def _use(machine: Machine) -> None:
    """Migrate, publish the appeal, and ask the site, all as the user of the image."""
    _report("upgrade", lambda: _run(machine, "python manage.py upgrade --without-backup"))
    _report("import", lambda: _run(machine, "python manage.py import_statement fixtures/statement.txt"))
    machine.start(
        ["sh", "-c", f"cd /opt/petition && exec {_SERVE} petition.wsgi:application"], _ENVIRONMENT, user=str(_UID)
    )
    wait = "for _ in $(seq 100); do python deploy/healthcheck.py 2>/dev/null && exit; sleep 0.1; done; exit 1"
    _report("first answer", lambda: _run(machine, wait))
    refused = machine.run("touch /opt/petition/x", _ENVIRONMENT, user=str(_UID))
    assert "Read-only file system" in refused.output, refused.output
    assert "uid=10001" in _run(machine, "id")
    _say("The root is read-only, the user is not root, /healthz answers.")


def _run(machine: Machine, command: str) -> str:
    result = machine.run(f"cd /opt/petition && {command}", _ENVIRONMENT, user=str(_UID))
    assert result.code == 0, result.output
    return result.output


def _make_base(target: Path) -> None:
    mirror = "deb http://deb.debian.org"
    places = [f"{mirror}/debian trixie main", f"{mirror}/debian-security trixie-security main"]
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        "--include=ca-certificates",
        "trixie",
        str(target),
        *places,
    ]
    subprocess.run(command, check=True)


def _import_base(store: list[str], base: Path) -> None:
    container = _buildah(store, "from", "scratch").strip()
    _buildah(store, "add", "--quiet", container, str(base), "/")
    _buildah(store, "commit", "--quiet", container, "localhost/debian:13")
    _buildah(store, "rm", container)


def _build(store: list[str]) -> None:
    file = ROOT / "deploy" / "containers" / "Containerfile"
    # This machine's own certificates: a proxy may sign what packages come from.
    certificates = ["--volume", f"{_CERTIFICATES}:{_CERTIFICATES}:ro"]
    base = ["--build-arg", "BASE=localhost/debian:13"]
    how = ["--isolation", "chroot", "--network", "host", *_LIMITS, *certificates, *base, "--tag", "petition"]
    ignored = ROOT / "deploy" / "containers" / "Containerfile.dockerignore"
    _buildah(store, "build", *how, "--file", str(file), "--ignorefile", str(ignored), str(ROOT))


def _look_for_secrets(root: Path) -> None:
    found = [*root.glob("opt/petition/**/*.env"), *root.glob("opt/petition/**/*.sqlite3"), *root.glob("tmp/build/*")]
    assert not [path for path in found if ".venv" not in path.parts], found


def _buildah(store: list[str], command: str, *arguments: str) -> str:
    result = subprocess.run(
        ["buildah", *store, command, *arguments], env=os.environ, capture_output=True, text=True, check=False
    )
    if result.returncode:
        sys.exit(f"buildah {command}: {(result.stdout + result.stderr)[-3000:]}")
    return result.stdout


def _report(step: str, run: Callable[[], object]) -> None:
    began = time.monotonic()
    run()
    _say(f"{step}: {time.monotonic() - began:.1f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
