"""What the worker does about a mirror that cannot be made: here there is no database for the process that makes it."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from petition.management.fresh_mirror import PATIENCE, FreshMirror
from petition.models import Appeal
from tests.factories import NOON


def test_it_is_tried_again_after_a_while_and_given_up_at_the_end(
    appeal: Appeal, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    mirror = FreshMirror(tmp_path / "mirror")
    mirror.tend(at=NOON)
    with caplog.at_level(logging.ERROR):
        mirror.finish(at=NOON)
    assert "could not be made (exit code 1)" in caplog.text
    mirror.tend(at=NOON + PATIENCE - timedelta(seconds=1))
    assert mirror._child is None
    mirror.tend(at=NOON + PATIENCE)
    assert mirror._child is not None
    mirror.stop()
    assert mirror._child.returncode is not None
    assert not (tmp_path / "mirror").exists()
