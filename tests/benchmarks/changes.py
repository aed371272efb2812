"""What a change costs: the first request after it, search, a document, the mirror."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote

from tests.benchmarks.load import percentile
from tests.benchmarks.serving import BR, PAGE, fetch, filled
from tests.benchmarks.table import Figure, at_most
from tests.processes import Installation, Server
from tests.site import ROOT, SLUG

WATCHED = 1.2  # seconds after which every process has seen a change
QUERIES = ("fund", "Үлгү 4", "primer 77", "zzqq", "association of journalists", "sdruzeni", "а")


def first_after_a_change(site: Installation, server: Server, length: int, most: float, *, rounds: int) -> Figure:
    """`length` further signatories, one more with each change; milliseconds until the new page is there."""
    times = []
    for number in range(1, rounds + 1):
        before = fetch(server.url + PAGE, BR)[1]
        filled(site, length + number)
        time.sleep(WATCHED)
        began = time.perf_counter()
        _, page = fetch(server.url + PAGE, BR)
        times.append((time.perf_counter() - began) * 1000)
        assert page != before
    return at_most(f"first request after a change, with {35 + length:,} signatories", median(times), most, "ms")


def search(server: Server, database: str) -> Figure:
    """Return the p95 of folded searches."""
    address = f"{server.url}{PAGE}signatories/"
    times = []
    for number in range(60):
        began = time.perf_counter()
        answer, _ = fetch(f"{address}?q={quote(QUERIES[number % len(QUERIES)])}", BR)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200
    return at_most(f"search over 100,000 signatories, {database}, p95", percentile(times, 95), 100, "ms")


def document(server: Server) -> list[Figure]:
    """The PDF of a list of 1,000, made once and then from memory."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        answer, body = fetch(f"{server.url}/appeals/{SLUG}.pdf")
        times.append(time.perf_counter() - began)
        assert (answer.status, body[:5]) == (200, b"%PDF-")
    return [
        at_most("PDF with 1,000 signatories", times[0], 1, "s"),
        at_most("the same for everybody after the first", times[1] * 1000, 50, "ms"),
    ]


def mirror(site: Installation) -> list[Figure]:
    """All public pages of 10,000 signatories in three languages; seconds and the memory of the process."""
    filled(site, 10_000)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [sys.executable, "manage.py", "mirror", str(Path(folder) / "mirror")]
        process = subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return [
            at_most("mirror of 10,000 signatories, three languages", time.perf_counter() - began, 60, "s"),
            at_most("memory of that", used.ru_maxrss * 1024 / 1e6, 300, "MB"),
        ]
