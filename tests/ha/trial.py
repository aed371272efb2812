"""The trial itself: what is killed and frozen when, and what must be true at the end."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from tests.ha.children import send
from tests.ha.cluster import Cluster, Machine, wait_for
from tests.ha.site import Site
from tests.ha.visitors import Record, Visitors

AFTER_KILL_SECONDS = 30
AFTER_FREEZE_SECONDS = 60
_LONGEST_OUTAGE = 120
_HEALTHY_SECONDS = 120
_DRAIN_SECONDS = 240
_LIST_PATHS = """
from petition.publishing import public_paths
for page in public_paths.list_public_pages():
    print(page.path)
"""


@dataclass
class Result:
    """How long writing was away after each fault, and what is wrong; nothing if all promises were kept."""

    kills: list[float] = field(default_factory=list)
    freezes: list[float] = field(default_factory=list)
    lost: int = 0
    problems: list[str] = field(default_factory=list)


class Trial:
    """Runs on a cluster and a site that have started; `say` prints progress."""

    def __init__(self, cluster: Cluster, site: Site, say: Callable[[str], None]) -> None:
        self.cluster, self.site, self.say = cluster, site, say
        self.record, self.result = Record(), Result()
        listed = site.installation.python("manage.py", "shell", "--no-imports", "-v", "0", "-c", _LIST_PATHS)
        # PDF, DOCX and pictures are made by a program of their own, which takes a second or more on a busy machine.
        paths = [path for path in listed.split() if not path.endswith((".pdf", ".docx", ".png"))]
        self.visitors = Visitors(site.port, site.mailbox, self.record, paths, site.password)

    def run(self, *, kills: int, freezes: int, least: int, pause: float) -> Result:
        """Let visitors come, and kill and freeze meanwhile, until `least` endorsements were acknowledged."""
        self.visitors.start(senders=6, readers=2, pause=pause)
        self._wait_for_acknowledged(10)
        self.record.forget_reads()  # a process that has just started is slow once
        others = ["web1", "worker1", "cache"]
        for number in range(max(kills, freezes)):
            if number < kills:
                self._kill_primary(number + 1)
            if others:
                self._kill_process(others.pop(0))
            if number < freezes:
                self._freeze_primary(number + 1)
        while others:
            self._kill_process(others.pop(0))
        while len(self.record.acknowledged) < least:
            self._show("until enough have endorsed")
            self._wait_for_acknowledged(min(least - len(self.record.acknowledged), 100))
        self.visitors.end()
        self._drain()
        self._judge(least)
        return self.result

    def run_broken(self) -> Result:
        """On an asynchronous cluster: let the standby servers receive nothing, acknowledge more, kill the primary."""
        self.visitors.start(senders=6, readers=0, pause=0.2)
        self._wait_for_acknowledged(10)
        primary = self.cluster.find_primary()
        assert primary
        receivers = [pid for machine in self.cluster.machines for pid in machine.list_receivers()]
        assert len(receivers) == len(self.cluster.machines) - 1
        send(receivers, signal.SIGSTOP)
        self._wait_for_acknowledged(20)
        self.say(f"killing {primary.name}, whose standby servers have not received what was acknowledged last")
        self.visitors.is_sending.clear()
        primary.kill()
        send(receivers, signal.SIGKILL)
        wait_for(lambda: self.cluster.find_primary() is not None, "another primary", _LONGEST_OUTAGE)
        self.visitors.end()
        self._drain()
        self._judge(0)
        return self.result

    def _wait_for_acknowledged(self, more: int) -> None:
        wanted = len(self.record.acknowledged) + more
        wait_for(lambda: len(self.record.acknowledged) >= wanted, f"{more} more endorsements", 300)

    def _kill_primary(self, number: int) -> None:
        primary = self._begin_fault(f"kill {number}")
        primary.kill()
        began = time.monotonic()
        self.result.kills.append(self._wait_for_writing(began))
        primary.start()
        self._wait_until_healthy()

    def _freeze_primary(self, number: int) -> None:
        primary = self._begin_fault(f"freeze {number}")
        primary.freeze()
        began = time.monotonic()
        try:
            self.result.freezes.append(self._wait_for_writing(began))
        finally:
            primary.thaw()
        self._wait_until_healthy()

    def _begin_fault(self, what: str) -> Machine:
        primary = self.cluster.find_primary()
        assert primary, "no primary"
        self.record.fault = what
        self._show(f"{what}: {primary.name}")
        return primary

    def _wait_for_writing(self, began: float) -> float:
        """Wait until a form that was sent after `began` is acknowledged; return how many seconds after."""

        def first() -> float | None:
            with self.record.guard:
                return next((end for start, end in self.record.acknowledged_at if start > began), None)

        wait_for(lambda: first() is not None, "an acknowledged form", _LONGEST_OUTAGE)
        seconds = (first() or 0.0) - began
        self._show(f"writing is back after {seconds:.1f} s")
        return seconds

    def _wait_until_healthy(self) -> None:
        seconds = wait_for(self.cluster.is_healthy, "three machines", _HEALTHY_SECONDS)
        self._show(f"three machines again after {seconds:.0f} s more")
        self._wait_for_acknowledged(5)

    def _kill_process(self, name: str) -> None:
        self.record.fault = f"kill of {name}"
        self._show(self.record.fault)
        self.site.children[name].kill()
        time.sleep(5)  # as systemd waits
        self.site.children[name].start()
        self.site.wait_until_served(name)
        self._wait_for_acknowledged(5)

    def _show(self, what: str) -> None:
        record = self.record
        self.say(
            f"{what}   [{len(record.acknowledged)} acknowledged, {len(record.confirmed)} confirmed, {record.approvals} "
            f"approved; {record.reads} pages read, slowest {record.slowest:.2f} s, {len(record.slow_or_wrong)} wrong]"
        )

    def _drain(self) -> None:
        """Wait until the workers have done what was acknowledged."""
        self.say("waiting until the workers are done")

        def is_done() -> bool:
            try:
                ((waiting,),) = self.site.query("SELECT count(*) FROM petition_intakerow WHERE done_at IS NULL")
            except psycopg.OperationalError:
                return False
            return not waiting

        # What a killed worker had taken is free again after two minutes.
        wait_for(is_done, "the intake empty", _DRAIN_SECONDS)

    def _judge(self, least: int) -> None:
        record, problems = self.record, self.result.problems
        if len(record.acknowledged) < least:
            problems.append(f"only {len(record.acknowledged)} of {least} endorsements were acknowledged")
        rows = self.site.query("SELECT intake_id::text FROM petition_endorsement WHERE intake_id IS NOT NULL")
        found = Counter(row.replace("-", "") for (row,) in rows)
        self.result.lost = sum(not found[row] for row in record.acknowledged)
        if self.result.lost:
            problems.append(f"{self.result.lost} acknowledged endorsements are lost")
        if doubled := sum(count > 1 for count in found.values()):
            problems.append(f"{doubled} endorsements are there twice")
        self._judge_confirmations()
        self._judge_numbers()
        if record.slow_or_wrong:
            problems.append(f"{len(record.slow_or_wrong)} of {record.reads} pages were late or wrong")
        problems += [f"writing back {s:.1f} s after a kill" for s in self.result.kills if s > AFTER_KILL_SECONDS]
        problems += [f"writing back {s:.1f} s after a freeze" for s in self.result.freezes if s > AFTER_FREEZE_SECONDS]

    def _judge_confirmations(self) -> None:
        """Compare the confirmations that were acknowledged with the states in the database."""
        rows = self.site.query(
            "SELECT intake_id::text FROM petition_endorsement WHERE intake_id IS NOT NULL AND state <> 'submitted'"
        )
        confirmed = {row.replace("-", "") for (row,) in rows}
        known = {mailbox: row for row, mailbox in self.record.acknowledged.items()}
        missing = [mailbox for mailbox in self.record.confirmed if known.get(mailbox, "") not in confirmed]
        if missing:
            self.result.problems.append(f"{len(missing)} acknowledged confirmations are lost")

    def _judge_numbers(self) -> None:
        rows = self.site.query("SELECT number FROM petition_signatory WHERE kind = 'further' ORDER BY number")
        numbers = [number for (number,) in rows]
        if numbers != list(range(1, len(numbers) + 1)):
            self.result.problems.append("the numbers have a gap")
