"""What the benchmark reads and writes; `make bench` shows what it measures."""

from datetime import UTC, datetime

import pytest

from tests.benchmarks.load import Failed, Load, median_load, percentile, read_wrk
from tests.benchmarks.table import Figure, at_least, at_most, machine, written

WRK_OUTPUT = """
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.35ms    1.90ms  25.10ms   88.48%
  Latency Distribution
     50%  850.00us
     75%    1.60ms
     90%    3.55ms
     99%    1.02s
Requests/sec:  34451.27
Transfer/sec:    196.40MB
"""


def test_wrk_is_read() -> None:
    assert read_wrk(WRK_OUTPUT) == Load(34451.27, 0.00085, 1.02)


@pytest.mark.parametrize("wrong", ["  Non-2xx or 3xx responses: 5\n", "  Socket errors: connect 1, read 0\n"])
def test_a_run_with_errors_measures_nothing(wrong: str) -> None:
    with pytest.raises(Failed):
        read_wrk(WRK_OUTPUT + wrong)


def test_each_figure_is_the_median_of_its_runs() -> None:
    assert median_load([Load(1, 9, 5), Load(2, 8, 100), Load(30, 7, 6)]) == Load(2, 8, 6)
    assert percentile(list(map(float, range(100, 0, -1))), 99) == 100
    assert percentile([5.0], 99) == 5


def test_the_page_says_what_was_missed_and_what_was_skipped() -> None:
    figures = [at_least("ratio", 0.5, 0.5), at_most("time", 1500.4, 100, "ms"), Figure("rate", "7 a second")]
    page = written(figures, ["the mirror."], at=datetime(2026, 11, 24, tzinfo=UTC), on=machine("SQLite"))
    assert "24 November 2026" in page
    assert "| ratio | 0.50 | ≥ 0.5 | reached |" in page
    assert "| time | 1,500 ms | ≤ 100 ms | **missed** |" in page
    assert "| rate | 7 a second |  |  |" in page
    assert "Skipped: the mirror." in page
