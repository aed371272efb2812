"""What a machine is, in one line without its name: figures of another machine would differ."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path


def describe_machine() -> str:
    """Return processor, cores, memory, kernel, and the versions of what the proofs run on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count() or 1
    parts = [f"{_read_processor()}, {cores} cores, {memory:.0f} GB", f"Linux {platform.release()}"]
    parts += [f"Python {platform.python_version()}"]
    parts += [f"PostgreSQL {version}" for version in _read_postgresql_version()]
    parts += [f"nginx {version}" for version in _ask_version("nginx", "-v")]
    return ", ".join(parts)


def _read_processor() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _read_postgresql_version() -> list[str]:
    """Return the version of the newest server that is installed, which `pg_virtualenv` takes."""
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    return _ask_version(str(servers[-1]), "--version") if servers else []


def _ask_version(program: str, option: str) -> list[str]:
    if not shutil.which(program):
        return []
    asked = subprocess.run([program, option], capture_output=True, text=True, check=False)
    return re.findall(r"\d+\.\d[.\d]*", asked.stdout + asked.stderr)[:1]
