"""Many requests at once: by wrk if it is installed, else by a few much slower threads of Python."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from statistics import median
from urllib.parse import urlsplit

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
PYTHON_CONNECTIONS = 8


class Failed(Exception):
    """The server did not answer as it should: such a run measures nothing."""


@dataclass(frozen=True)
class Load:
    """The result of one run; times in seconds."""

    rate: float  # requests a second
    p50: float
    p99: float


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def run_load(url: str, headers: Mapping[str, str], *, seconds: float, connections: int = 64) -> Load:
    """GETs of `url` for some seconds. Raises Failed where an answer is neither 2xx nor 3xx."""
    if not has_wrk():
        return _by_python(url, headers, seconds=seconds)
    header_options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}", "--latency", *header_options, url]
    return read_wrk(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def read_wrk(output: str) -> Load:
    """What wrk reports. Raises Failed where it reports errors."""
    if "Non-2xx" in output or "Socket errors" in output:
        raise Failed(output)
    times = {percent: _seconds(text) for percent, text in re.findall(r"^ +(50|99)% +(\S+)$", output, re.M)}
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", output)
    return Load(float(rate), times["50"], times["99"])


def _seconds(text: str) -> float:
    (number, unit) = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * SECONDS[unit]


def percentile(times: list[float], percent: int) -> float:
    """The time within which that many percent were answered."""
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def median_load(loads: list[Load]) -> Load:
    """Return each figure's median over several runs."""
    return Load(*(median(getattr(load, name) for load in loads) for name in ("rate", "p50", "p99")))


def _by_python(url: str, headers: Mapping[str, str], *, seconds: float) -> Load:
    times: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds
    parts = urlsplit(url)

    def ask() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        try:
            while time.monotonic() < until and not wrong:
                began = time.perf_counter()
                connection.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
                response = connection.getresponse()
                response.read()
                times.append(time.perf_counter() - began)
                if response.status >= 400:
                    wrong.append(str(response.status))
        except (OSError, HTTPException) as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(PYTHON_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise Failed(wrong[0])
    return Load(len(times) / seconds, percentile(times, 50), percentile(times, 99))
