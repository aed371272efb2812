"""A mirror that cannot be written fails closed."""

import logging
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petition.actions.moderation import decisions
from petition.management.mirror_refresh import MAX_DURATION, RETRY_AFTER, MirrorRefresher
from petition.models import Appeal, Kind, OutgoingMail, Role
from petition.publishing.cache.rendering import Environ
from petition.publishing.mirror import writer
from tests.admin.staff_accounts import create_account
from tests.factories import MODERATOR, NOON, SLUG, approved

NAME = "Come and gone"


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take the database from the processes that write mirrors; this one keeps its own."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def folder(appeal: Appeal, tmp_path: Path) -> Path:
    """A mirror that shows NAME."""
    approved(appeal, organisation_name=NAME)
    writer.write_mirror(tmp_path / "mirror", telling, lambda _done, _total: None)
    assert NAME in everything_in(tmp_path / "mirror")
    return tmp_path / "mirror"


def telling(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
    """A site that shows the name on each page."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [NAME.encode()]


class OnlyTexts(MirrorRefresher):
    """A process that fails unless it writes no list."""

    command = (
        *(sys.executable, "-c"),
        "import pathlib, shutil, sys\n"
        "if '--without-list' not in sys.argv: sys.exit(1)\n"
        "shutil.rmtree(sys.argv[1]), pathlib.Path(sys.argv[1]).mkdir()\n"
        "pathlib.Path(sys.argv[1], 'SHA256SUMS').write_text('')",
    )


class Nothing(MirrorRefresher):
    command = (sys.executable, "-c", "import sys; sys.exit(1)")


class Endless(MirrorRefresher):
    command = (sys.executable, "-c", "import time; time.sleep(600)")


def everything_in(folder: Path) -> str:
    return "".join(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())


def a_round(mirror: MirrorRefresher, at: datetime) -> None:
    mirror.update(at=at)
    mirror.finish(at=at)


def hide() -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)


def test_a_failed_mirror_is_tried_again_after_a_while(
    folder: Path, no_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    mirror = MirrorRefresher(folder)
    mirror._removed = writer.get_last_removal()
    with caplog.at_level(logging.ERROR):
        a_round(mirror, NOON)
    assert "could not be written (exit code 1)" in caplog.text
    mirror.update(at=NOON + RETRY_AFTER - timedelta(seconds=1))
    assert mirror._child is None
    mirror.update(at=NOON + RETRY_AFTER)
    assert mirror._child is not None
    mirror.stop()
    assert mirror._child.returncode is not None
    assert NAME in everything_in(folder), "no name was removed"


def test_after_a_removal_a_mirror_that_fails_loses_its_lists_and_the_staff_are_alerted(folder: Path) -> None:
    create_account("administrator", Role.ADMINISTRATOR)
    mirror = OnlyTexts(folder)
    mirror._removed = writer.get_last_removal()
    a_round(mirror, NOON)
    assert NAME in everything_in(folder)
    hide()
    a_round(mirror, NOON + RETRY_AFTER)
    assert (folder.is_dir(), NAME in everything_in(folder)) == (True, False)
    assert OutgoingMail.objects.filter(message="mirror").count() == 1
    before = folder.stat().st_ino
    a_round(mirror, NOON + 2 * RETRY_AFTER)
    assert folder.stat().st_ino == before, "the mirror has the removal already"


def test_a_mirror_that_fails_even_without_lists_is_removed(folder: Path) -> None:
    mirror = Nothing(folder)
    mirror._removed = writer.get_last_removal()
    hide()
    a_round(mirror, NOON)
    assert not folder.exists()


def test_a_mirror_of_an_earlier_worker_is_not_trusted(folder: Path) -> None:
    a_round(Nothing(folder), NOON)
    assert not folder.exists()


def test_a_run_that_takes_too_long_is_killed(folder: Path) -> None:
    mirror = Endless(folder)
    mirror._removed = writer.get_last_removal()
    mirror.update(at=NOON)
    child = mirror._child
    mirror.update(at=NOON + MAX_DURATION - timedelta(seconds=1))
    assert mirror._child is child
    mirror.update(at=NOON + MAX_DURATION)
    assert child is not None
    assert (child.returncode, mirror._child) == (-9, None)
