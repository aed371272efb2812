"""How soon a site that was served before is served again."""

import statistics
from pathlib import Path

from tests.benchmarks.table import Figure, at_most
from tests.site import Site


def again(folder: Path, *, rounds: int) -> Figure:
    site = Site(folder)
    site.start()
    took = []
    for _ in range(rounds):
        site.stop()
        took.append(site.start())
    site.remove()
    return at_most("a second start, until it is served", statistics.median(took), 5, "s")
