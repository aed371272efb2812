"""What the load day calls missed: a check that cannot fail proves nothing. `make load-day` runs the day itself."""

from argparse import Namespace
from collections import Counter
from pathlib import Path

from tests.load import day as load_day
from tests.load.__main__ import judge
from tests.load.day import Day

WANTED = Namespace(pages=5_000, forms=33)
WRK_OUTPUT = """
  Latency Distribution
     50%    1.20ms
     99%   35.50ms
Requests/sec:   4990.10
"""


def a_day(**changes: object) -> Day:
    held = {"forms": [0.02] * 99 + [0.4], "removals": [0.5, 1.9], "pages_a_second": 4_990.0}
    return Day(1.0, **(held | changes))  # type: ignore[arg-type]


def test_a_day_that_held_misses_nothing() -> None:
    assert judge(a_day(), WANTED) == []


def test_each_promise_can_be_missed() -> None:
    variants: list[dict[str, object]] = [
        {"forms": [0.02] * 90 + [0.6] * 10},
        {"removals": [0.5, 2.1]},
        {"removals": []},
        {"pages_a_second": 4_000.0},
        {"faults": ["1 acknowledged forms lost, 0 doubled"]},
    ]
    for changes in variants:
        assert len(judge(a_day(**changes), WANTED)) == 1


def test_errors_of_the_server_and_of_the_readers_are_faults(tmp_path: Path) -> None:
    log = tmp_path / "petition.log"
    log.write_text("2026-11-27T15:00:00 GET 200 1 0.1 -\n2026-11-27T15:00:00 POST 503 1 0.1 -\n")
    day = a_day()
    load_day._count_statuses(log, day)
    assert day.statuses == Counter({"200": 1, "503": 1})
    load_day._read_wrk(f"{WRK_OUTPUT}  Non-2xx or 3xx responses: 5\n", day)
    assert day.pages_a_second == 4_990.1
    assert len(day.faults) == 2
