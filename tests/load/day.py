"""The day: forms and pages at a fixed rate for some minutes, and a removal every now and then."""

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.load import percentile
from tests.benchmarks.taking_in import _LIST
from tests.load.machine import Machine, describe_load
from tests.load.proxy import HOST
from tests.site import ROOT, SLUG

PAGE = f"/appeals/{SLUG}/"
LIST = f"{PAGE}signatories/"
READ = (PAGE, LIST, f"/ru{PAGE}", f"/ky{PAGE}", f"{PAGE}figures/")
CONNECTIONS = 150
REMOVAL_EVERY = 15.0
DRAIN_SECONDS = 600


@dataclass
class Day:
    """What was measured, times in seconds."""

    minutes: float
    forms: list[float] = field(default_factory=list)
    removals: list[float] = field(default_factory=list)
    pages_a_second: float = 0
    page_p50: float = 0
    page_p99: float = 0
    statuses: Counter[str] = field(default_factory=Counter)
    mailed: int = 0
    owed: int = 0
    cores: dict[str, float] = field(default_factory=dict)
    """How many cores each part used."""
    faults: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return (
            f"{len(self.forms):,} forms and {self.pages_a_second:,.0f} pages a second for {self.minutes:g} minutes: "
            f"form p50 {percentile(self.forms, 50) * 1000:.0f} ms, p99 {percentile(self.forms, 99) * 1000:.0f} ms; "
            f"page p50 {self.page_p50 * 1000:.1f} ms, p99 {self.page_p99 * 1000:.0f} ms; "
            f"{len(self.removals)} removals, slowest {max(self.removals, default=0):.2f} s; "
            f"mails sent {self.mailed:,}, owed {self.owed:,}; "
            f"cores: {', '.join(f'{name} {cores:.2f}' for name, cores in self.cores.items())}; {describe_load()}"
        )


def run_day(machine: Machine, folder: Path, *, minutes: float, forms: float, pages: float) -> Day:
    """Run the load, wait until the worker has taken everything in, and count what became of it."""
    day, seconds = Day(minutes), minutes * 60
    links = _list_some(machine, int(seconds // REMOVAL_EVERY))
    etags = _write_etags(machine, folder / "etags")
    result = folder / "senders.json"
    command = [
        sys.executable,
        "-m",
        "tests.load.senders",
        str(machine.proxy.port),
        str(forms),
        str(seconds),
        str(result),
    ]
    before = machine.measure_cpu()
    with subprocess.Popen(command, cwd=ROOT) as senders:
        readers = subprocess.Popen(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{round(seconds)}", "--latency", "--timeout", "10", "-s",
             str(Path(__file__).with_name("readers.lua")), f"https://{HOST}:{machine.proxy.port}", "--",
             str(pages), str(etags)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stop = threading.Event()
        threads = [
            threading.Thread(target=_remove_all, args=(machine, links, day, stop)),
            threading.Thread(target=_report, args=(machine, stop)),
        ]
        for thread in threads:
            thread.start()
        output, _ = readers.communicate()
        senders.wait()
        stop.set()
        for thread in threads:
            thread.join()
    day.cores = {name: (used - before[name]) / seconds for name, used in machine.measure_cpu().items()}
    _read_wrk(output, day)
    sent = json.loads(result.read_text(encoding="utf-8"))
    day.forms = sent["times"]
    day.faults += [f"{number} × {what}" for what, number in Counter(sent["failures"]).items()]
    _count_statuses(machine.proxy.log, day)
    _check_acknowledged(machine, sent["acknowledged"], day)
    return day


def _list_some(machine: Machine, count: int) -> list[tuple[str, str]]:
    """List some endorsements; return private link and name of each."""
    links = re.findall(r"LINK (\S+) (.+)", machine.site.python("-c", _LIST, str(count), "early"))
    assert len(links) == count
    return links


def _write_etags(machine: Machine, file: Path) -> Path:
    lines = []
    for path in READ:
        connection = machine.connect()
        connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "gzip, deflate, br"})
        response = connection.getresponse()
        assert response.status == 200, (path, response.status)
        response.read()
        lines.append(f"{path} {response.headers['ETag']}\n")
        connection.close()
    file.write_text("".join(lines), encoding="ascii")
    return file


def _remove_all(machine: Machine, links: list[tuple[str, str]], day: Day, stop: threading.Event) -> None:
    for token, name in links:
        if stop.wait(REMOVAL_EVERY):
            return
        try:
            day.removals.append(_remove(machine, token, name))
        except Exception as error:  # noqa: BLE001  (the day goes on, and fails at its end)
            day.faults.append(f"removal: {error!r}")


def _remove(machine: Machine, token: str, name: str) -> float:
    """Withdraw, and return how many seconds after the answer the name was gone from the list that nginx serves."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, page = machine.ask("POST", f"/endorsements/{token}/withdraw/", form, "a=b")
    began = time.perf_counter()
    assert status == 200 and "withdrawn" in page, status
    while name in machine.ask("GET", LIST)[1]:
        assert time.perf_counter() - began < 20, "it stays"
        time.sleep(0.05)
    return time.perf_counter() - began


def _report(machine: Machine, stop: threading.Event) -> None:
    """Say every ten seconds what waits."""
    while not stop.wait(10):
        ((intake,),) = machine.query("SELECT count(*) FROM petition_intakerow WHERE done_at IS NULL")
        ((owed,),) = machine.query("SELECT count(*) FROM petition_outgoingmail WHERE sent_at IS NULL")
        print(f"        intake {intake}, mails owed {owed}, {describe_load()}", flush=True)  # noqa: T201


def _read_wrk(output: str, day: Day) -> None:
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", output)
    times = dict(re.findall(r"(50|99)%\s+(\S+)", output))
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
    number = {percent: re.fullmatch(r"([\d.]+)(us|ms|s)", text) for percent, text in times.items()}
    day.pages_a_second = float(rate)
    day.page_p50, day.page_p99 = (float(match[1]) * units[match[2]] for match in (number["50"], number["99"]) if match)
    for line in output.splitlines():
        if "Non-2xx" in line or "Socket errors" in line:
            day.faults.append(line.strip())


def _count_statuses(log: Path, day: Day) -> None:
    with log.open(encoding="ascii", errors="replace") as lines:
        day.statuses = Counter(line.split(" ", 3)[2] for line in lines)
    bad = {status: count for status, count in day.statuses.items() if status.startswith("5")}
    if bad:
        day.faults.append(f"answers of nginx: {bad}")


def _check_acknowledged(machine: Machine, acknowledged: list[str], day: Day) -> None:
    """Wait until everything was taken in; then each acknowledged form must be one endorsement with one mail."""
    until = time.monotonic() + DRAIN_SECONDS
    while machine.query("SELECT 1 FROM petition_intakerow WHERE done_at IS NULL LIMIT 1"):
        if time.monotonic() > until:
            day.faults.append("the intake was not taken in")
            return
        time.sleep(1)
    rows = machine.query("SELECT organisation_name FROM petition_endorsement WHERE state = 'submitted'")
    stored = Counter(str(name) for (name,) in rows)
    lost = [name for name in acknowledged if not stored[name]]
    doubled = [name for name, count in stored.items() if count > 1]
    if lost or doubled:
        day.faults.append(f"{len(lost)} acknowledged forms lost, {len(doubled)} doubled")
    _check_mails(machine, set(acknowledged), day)


def _check_mails(machine: Machine, acknowledged: set[str], day: Day) -> None:
    """Every acknowledged form has a mail that is owed, was sent, or will be written when its turn comes."""
    mailed = machine.mailed.read_text(encoding="utf-8").split()
    confirmations = [address for address in mailed if address.startswith("person")]
    ((owed,),) = machine.query(
        "SELECT count(*) FROM petition_outgoingmail WHERE sent_at IS NULL AND failed_at IS NULL AND dropped_at IS NULL"
    )
    ((unasked,),) = machine.query(
        "SELECT count(*) FROM petition_endorsement WHERE state = 'submitted' AND asked_at IS NULL"
    )
    day.mailed, day.owed = len(set(confirmations)), int(str(owed)) + int(str(unasked))
    if day.mailed + day.owed < len(acknowledged):
        day.faults.append(f"{len(acknowledged) - day.mailed - day.owed} acknowledged forms without a mail")
    if len(confirmations) > len(set(confirmations)):
        day.faults.append("somebody got two mails")
