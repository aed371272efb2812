"""What a change costs: the first request after it, search, a document, the mirror."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote

from tests.benchmarks.load import percentile
from tests.benchmarks.serving import BR, PAGE, fetch, filled
from tests.benchmarks.table import Figure, at_most
from tests.load.machine import measure_peak
from tests.processes import Installation, Server
from tests.site import ROOT, SLUG

SEARCHES = 60
WATCHED = 1.2  # seconds after which every process has seen a change
QUERIES = (
    *("fund", "Үлгү 4", "primer 77", "77777", "zzqq", "association of journalists", "fund zzqq", "sdruzeni", "а", "ъ"),
    *("пример", "Germany"),
)
"""Common words, rare ones, none that is there, two of them, one letter, Cyrillic and Latin, a country."""
EXPORTS = ("signatories.json", "signatories.csv", "signatories/numbered.txt", "signatories/countries.txt")


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


def search(server: Server, database: str) -> list[Figure]:
    """Return the p95 of folded searches by one person, and for comparison by four at once."""
    figures = []
    for people, words in ((1, ""), (4, ", four people at once")):
        times: list[float] = []
        threads = [threading.Thread(target=_search, args=(server, times)) for _ in range(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(times) == people * SEARCHES
        what = f"search over 100,000 signatories, {database}{words}, p95"
        # Four at once, with the database and themselves on two cores, measure the machine more than the search.
        p95 = percentile(times, 95)
        figures.append(at_most(what, p95, 100, "ms") if people == 1 else Figure(what, f"{p95:.0f} ms"))
    return figures


def _search(server: Server, times: list[float]) -> None:
    address = f"{server.url}{PAGE}signatories/"
    for number in range(SEARCHES):
        began = time.perf_counter()
        answer, _ = fetch(f"{address}?q={quote(QUERIES[number % len(QUERIES)])}", BR)
        assert answer.status == 200
        times.append((time.perf_counter() - began) * 1000)


def downloads(server: Server) -> list[Figure]:
    """Four people download the list in four formats: the first of each makes the file."""
    before = [_reset_peak(pid) for pid in server.pids()]
    began = time.perf_counter()
    threads = [threading.Thread(target=fetch, args=(f"{server.url}/appeals/{SLUG}/{name}",)) for name in EXPORTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    added = max(measure_peak(pid) - size for pid, size in zip(server.pids(), before, strict=True))
    return [
        at_most("memory that four downloads of 100,000 entries add to a process", added / 1e6, 50, "MB"),
        Figure("the same, until all four have their file", f"{took:.1f} s"),
    ]


def _reset_peak(pid: int) -> int:
    """Let the peak of the process begin anew (proc_pid_clear_refs(5)), and return its resident bytes."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return measure_peak(pid)


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
