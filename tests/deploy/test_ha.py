"""The files for several database machines: each program accepts its own, and they say what promises rest on."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests import programs
from tests.ha.cluster import DEPLOY, Cluster, adapt, ask, find_postgresql_programs

ANNOUNCED = "bootstrap.dcs.synchronous_mode quorum is not a boolean"
"""Patroni 4.0 takes this word, and its own check does not know it yet."""


def _need(program: str, package: str) -> None:
    if not shutil.which(program):
        programs.need(f"A file of deploy/ha is not checked: {program} is not installed (apt install {package}).")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """A cluster whose files are written, and which does not run."""
    programs.need(programs.lacking_postgresql())
    return Cluster(tmp_path_factory.mktemp("cluster"))


def check_patroni_file(folder: Path, text: str) -> list[str]:
    """Return the complaints of Patroni's own check."""
    file = folder / "patroni.yml"
    file.write_text(text, encoding="utf-8")
    command = ["/usr/bin/patroni", "--validate-config", "--ignore-listen-port", str(file)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = [*result.stdout.splitlines(), *result.stderr.splitlines()]
    return [line for line in lines if line and line != ANNOUNCED]


def test_patroni_accepts_its_file_and_no_wrong_one(tmp_path: Path) -> None:
    """It takes a second: Patroni is started twice."""
    programs.need(programs.lacking_postgresql())
    _need("/usr/bin/patroni", "patroni python3-etcd")
    text = adapt("patroni.yml", {"/usr/lib/postgresql/17/bin": str(find_postgresql_programs())})
    assert check_patroni_file(tmp_path, text) == []
    assert check_patroni_file(tmp_path, text.replace("ttl: 20", "ttl: soon"))


def test_haproxy_accepts_its_file_and_no_wrong_one(tmp_path: Path) -> None:
    _need("haproxy", "haproxy")
    shipped = DEPLOY / "haproxy.cfg"
    result = subprocess.run(["haproxy", "-c", "-f", str(shipped)], check=False, capture_output=True, text=True)
    assert (result.returncode, "WARNING" in result.stderr) == (0, False), result.stderr
    wrong = tmp_path / "haproxy.cfg"
    wrong.write_text(shipped.read_text(encoding="utf-8").replace("fall 2", "falls 2"), encoding="utf-8")
    assert subprocess.run(["haproxy", "-c", "-f", str(wrong)], check=False, capture_output=True).returncode == 1


def test_etcd_starts_with_its_file_and_with_no_wrong_one(cluster: Cluster, tmp_path: Path) -> None:
    """It takes a second: etcd has no check of its own, so it is started."""
    _need("etcd", "etcd-server")
    file, wrong = cluster.folder / "etcd.yml", tmp_path / "etcd.yml"
    with subprocess.Popen(["etcd", "--config-file", str(file)], stderr=subprocess.DEVNULL) as etcd:
        try:
            until = time.monotonic() + 60
            while not ask(cluster._etcd_ports[0], "/health"):
                assert etcd.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        finally:
            etcd.kill()
    wrong.write_text(file.read_text(encoding="utf-8").replace("heartbeat-interval: 100", "heartbeat-interval: slow"))
    result = subprocess.run(["etcd", "--config-file", str(wrong)], check=False, capture_output=True, timeout=60)
    assert result.returncode != 0


def test_no_commit_counts_before_two_machines_have_it() -> None:
    """What docs/operating.md asks of PostgreSQL, and what the promise rests on."""
    text = (DEPLOY / "patroni.yml").read_text(encoding="utf-8")
    wanted = {
        "synchronous_mode": "quorum",
        "synchronous_mode_strict": "true",
        "fsync": '"on"',
        "synchronous_commit": '"on"',
        "wal_recycle": '"off"',
        "log_min_error_statement": "panic",
        "use_slots": "false",
    }
    assert {name: re.findall(rf"^ *{name}: (\S+)", text, re.M) for name in wanted} == {
        name: [value] for name, value in wanted.items()
    }
    numbers = {
        name: int(re.findall(rf"^ *{name}: (\d+)", text, re.M)[0]) for name in ("ttl", "loop_wait", "retry_timeout")
    }
    assert numbers["ttl"] >= numbers["loop_wait"] + 2 * numbers["retry_timeout"]
