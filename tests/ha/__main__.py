"""`make failover`: run the site on several machines of loopback, kill and freeze them, and count what was lost."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.evidence.figures import record_figure
from tests.ha.cluster import Cluster, get_server_version
from tests.ha.site import Site
from tests.ha.trial import Result, Trial

PROGRAMS = ("/usr/bin/patroni", "etcd", "haproxy", "valkey-server", "nginx", "setpriv")
PACKAGES = "postgresql patroni python3-etcd etcd-server haproxy valkey-server nginx-light util-linux"
_MOST_SECONDS = 20 * 60
_began = time.monotonic()


def say(words: str) -> None:
    sys.stdout.write(f"{time.monotonic() - _began:6.0f} s  {words}\n")
    sys.stdout.flush()


def main() -> int:
    """Return 0 if all promises were kept, or if the broken variant has lost something and that was seen."""
    options = _read_options()
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        sys.stderr.write(f"Not installed: {', '.join(missing)}. apt install {PACKAGES}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, _interrupt)
    signal.alarm(_MOST_SECONDS)
    with ExitStack() as stack:
        folder = _create_folder(stack, keeps=options.keep)
        cluster = Cluster(folder, is_asynchronous=options.broken)
        stack.callback(cluster.remove)
        say(f"starting etcd, three PostgreSQL {get_server_version()} under Patroni, and HAProxy in {folder}")
        cluster.start()
        say("starting nginx, two public webs, one for staff, two workers, Valkey and a mail server")
        site = Site(folder, cluster)
        stack.callback(site.stop)
        site.start()
        trial = Trial(cluster, site, say)
        stack.callback(_write_pages, trial, folder)
        if options.broken:
            return _report_broken(trial.run_broken())
        result = trial.run(
            kills=options.kills, freezes=options.freezes, least=options.endorsements, pause=options.pause
        )
        return _report(trial, result)


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make failover", description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="how often the primary is killed (5)")
    parser.add_argument("--freezes", type=int, default=5, help="how often it is frozen (5)")
    parser.add_argument("--endorsements", type=int, default=2000, help="how many are acknowledged at least (2000)")
    parser.add_argument("--pause", type=float, default=0.4, help="seconds between two forms of each of six senders")
    parser.add_argument("--broken", action="store_true", help="asynchronous, receivers stopped: must lose something")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs")
    return parser.parse_args()


def _create_folder(stack: ExitStack, *, keeps: bool) -> Path:
    # In memory where that has room: killed processes lose nothing there, and the disk of a test machine is slow.
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 3_000_000_000
    folder = Path(tempfile.mkdtemp(prefix="petition-failover-", dir=memory if has_room else None))
    folder.chmod(0o755)  # PostgreSQL runs as another user
    os.environ["TEST_DATA_DIR"] = str(folder / "prepared")
    (folder / "prepared").mkdir()
    if not keeps:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _write_pages(trial: Trial, folder: Path) -> None:
    with suppress(OSError):
        (folder / "pages.txt").write_text("\n".join(trial.record.slow_or_wrong) + "\n", encoding="utf-8")


def _report(trial: Trial, result: Result) -> int:
    record = trial.record
    for line in record.slow_or_wrong[:20]:
        say(line)
    for problem in result.problems:
        say(f"BROKEN PROMISE: {problem}")
    measured = (
        f"{len(record.acknowledged)} endorsements acknowledged, {result.lost} lost; {record.approvals} listed; "
        f"{record.reads} pages read, slowest {record.slowest:.1f} s; writing back after {_range(result.kills)} "
        f"({len(result.kills)} kills) and {_range(result.freezes)} ({len(result.freezes)} freezes)"
    )
    say(measured)
    say(f"posts refused, by status: {dict(record.refused_posts)}")
    if not result.problems:
        record_figure("failover", measured)
    return 1 if result.problems else 0


def _range(seconds: list[float]) -> str:
    return f"{min(seconds):.0f} to {max(seconds):.0f} s" if seconds else "no s"


def _report_broken(result: Result) -> int:
    for problem in result.problems:
        say(problem)
    say("the loss was noticed, as it must be" if result.lost else "WRONG: nothing was lost, so this proves nothing")
    return 0 if result.lost else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
