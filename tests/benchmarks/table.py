"""What was measured, as the table that docs/benchmark.md carries."""

import os
import platform
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.benchmarks.load import Load


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, in words, what it must reach, and whether it does; None where nothing is asked."""

    what: str
    measured: str
    must: str = ""
    reached: bool | None = None


def at_least(what: str, value: float, least: float) -> Figure:
    return Figure(what, f"{value:.2f}" if value < 10 else f"{value:,.0f}", f"≥ {least:g}", value >= least)


def at_most(what: str, value: float, most: float, unit: str = "") -> Figure:
    return Figure(
        what, f"{value:,.2f} {unit}" if value < 10 else f"{value:,.0f} {unit}", f"≤ {most:g} {unit}", value <= most
    )


def of_load(what: str, load: Load) -> Figure:
    return Figure(what, f"{load.rate:,.0f} a second, p50 {load.p50 * 1000:.1f} ms, p99 {load.p99 * 1000:.1f} ms")


def machine(database: str) -> str:
    """The machine in one line, with how busy it was before the start: figures of a busy machine are no figures."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = ": it was busy with other work, so times say nothing and ratios little" if load > cores / 2 else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{names[0] if names else platform.machine()}, {cores} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}, {database}, load {load:.1f} before the start{busy}"
    )


def written(figures: list[Figure], skipped: list[str], *, at: datetime, on: str) -> str:
    """The page, in Markdown."""
    lines = [
        "# Benchmark",
        "",
        f"Made by `make bench` on {at:%-d %B %Y}. {on}.",
        "Runs are interleaved and each figure is the median of its runs; load, servers and database share the machine,",
        "so ratios say more than rates. “Ours” is granian with two workers as README starts it, nginx is one worker",
        "with the same bytes.",
        "",
        "| what | measured | must reach | |",
        "|---|--:|--:|---|",
    ]
    marks = {True: "reached", False: "**missed**", None: ""}
    lines += [f"| {row.what} | {row.measured.strip()} | {row.must.strip()} | {marks[row.reached]} |" for row in figures]
    lines += ["", *(f"Skipped: {words}" for words in skipped)]
    return "\n".join(lines).rstrip() + "\n"
