"""Processes with one DATA_DIR add up what they count, and no restart or damaged file stops them."""

import json
import threading
from pathlib import Path

from petition.management.metrics import shared_counts
from petition.management.metrics.shared_counts import SharedCounts, read_figures
from tests.faults.variants import variant

KEY = ("requests", "appeal", "2xx", "memory")
DUTY = ("duty_success", "bulk actions")


def test_two_processes_and_a_restarted_one_add_up(tmp_path: Path) -> None:
    first, second = SharedCounts(tmp_path), SharedCounts(tmp_path)
    first.add(KEY, 3)
    second.add(KEY, 4)
    second.note_time(DUTY, 200.0)
    second.store()
    first.note_time(DUTY, 100.0)  # an earlier time that is stored later
    first.store()
    first.store()  # nothing new
    again = SharedCounts(tmp_path)
    again.add(KEY)
    again.store()
    figures = read_figures(tmp_path)
    assert figures.counts == {KEY: 8}
    assert figures.times == {DUTY: 200.0}


def store_together(module: object, folder: Path) -> int:
    """Let ten threads, each with counts of its own as a process has, store at once; return the sum in the file."""
    folder.mkdir()
    begin = threading.Barrier(10)

    def run() -> None:
        counts = module.SharedCounts(folder)  # type: ignore[attr-defined]
        begin.wait()
        for _ in range(20):
            counts.add(KEY)
            counts.store()

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return read_figures(folder).counts[KEY]


def test_nothing_is_lost_when_many_store_at_once(tmp_path: Path) -> None:
    assert store_together(shared_counts, tmp_path / "locked") == 200
    without_lock = variant(
        shared_counts,
        {
            "fcntl.flock(descriptor, fcntl.LOCK_EX)": "pass",
            # Without the lock they would also take each other's half-written file.
            'f"{_FILE}.part"': 'f"{_FILE}.{threading.get_ident()}"',
            "figures.merge(new)\n": "figures.merge(new); pause()\n",
        },
    )
    assert store_together(without_lock, tmp_path / "unlocked") < 200


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path / "later")
    counts.add(KEY, 2)
    counts.store()
    (tmp_path / "later").mkdir()
    counts.add(KEY)
    counts.store()
    assert read_figures(tmp_path / "later").counts == {KEY: 3}


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    for content in ("", "{", "[]", '{"counts": 1}', json.dumps({"counts": {"a": "x"}, "times": {}})):
        file.write_text(content, encoding="utf-8")
        assert read_figures(tmp_path).counts == {}
    counts = SharedCounts(tmp_path)
    counts.add(KEY)
    counts.store()
    assert read_figures(tmp_path).counts == {KEY: 1}


def test_a_worker_that_starts_forgets_duties_that_are_no_more(tmp_path: Path) -> None:
    old = SharedCounts(tmp_path)
    old.note_time(("duty_success", "renamed since"), 1.0)
    old.add(KEY)
    old.store()
    new = SharedCounts(tmp_path)
    new.forget_times()
    new.note_time(DUTY, 2.0)
    new.store()
    assert read_figures(tmp_path).times == {DUTY: 2.0}
    assert read_figures(tmp_path).counts == {KEY: 1}
