"""What the worker does about a mirror that cannot be made: it fails closed."""

import logging
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from petition.actions.moderation import decisions
from petition.management.mirror_refresh import LONGEST, PATIENCE, FreshMirror
from petition.models import Appeal, Kind, OutgoingMail, Role
from petition.publishing.cache.rendering import Environ
from petition.publishing.mirror import writer
from tests.admin.people import an_account
from tests.factories import MODERATOR, NOON, SLUG, approved

NAME = "Come and gone"


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For the processes that make mirrors; this one has its own."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def folder(appeal: Appeal, tmp_path: Path) -> Path:
    """A mirror that shows `NAME`."""
    approved(appeal, organisation_name=NAME)
    writer.write(tmp_path / "mirror", telling, lambda _done, _total: None)
    assert NAME in everything_in(tmp_path / "mirror")
    return tmp_path / "mirror"


def telling(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
    """A site that says the name on each page."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [NAME.encode()]


class OnlyTexts(FreshMirror):
    """A process that fails, but for what names nobody."""

    command = (
        *(sys.executable, "-c"),
        "import pathlib, shutil, sys\n"
        "if '--without-list' not in sys.argv: sys.exit(1)\n"
        "shutil.rmtree(sys.argv[1]), pathlib.Path(sys.argv[1]).mkdir()\n"
        "pathlib.Path(sys.argv[1], 'SHA256SUMS').write_text('')",
    )


class Nothing(FreshMirror):
    command = (sys.executable, "-c", "import sys; sys.exit(1)")


class Endless(FreshMirror):
    command = (sys.executable, "-c", "import time; time.sleep(600)")


def everything_in(folder: Path) -> str:
    return "".join(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())


def a_round(mirror: FreshMirror, at: datetime) -> None:
    mirror.tend(at=at)
    mirror.finish(at=at)


def hide() -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)


def test_it_is_tried_again_after_a_while_and_given_up_at_the_end(
    folder: Path, no_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    mirror = FreshMirror(folder)
    mirror._removed = writer.last_removal()
    with caplog.at_level(logging.ERROR):
        a_round(mirror, NOON)
    assert "could not be made (exit code 1)" in caplog.text
    mirror.tend(at=NOON + PATIENCE - timedelta(seconds=1))
    assert mirror._child is None
    mirror.tend(at=NOON + PATIENCE)
    assert mirror._child is not None
    mirror.stop()
    assert mirror._child.returncode is not None
    assert NAME in everything_in(folder), "nobody has left the list"


def test_after_a_removal_what_cannot_be_made_anew_loses_its_lists_and_the_staff_hear_of_it(folder: Path) -> None:
    an_account("administrator", Role.ADMINISTRATOR)
    mirror = OnlyTexts(folder)
    mirror._removed = writer.last_removal()
    a_round(mirror, NOON)
    assert NAME in everything_in(folder)
    hide()
    a_round(mirror, NOON + PATIENCE)
    assert (folder.is_dir(), NAME in everything_in(folder)) == (True, False)
    assert OutgoingMail.objects.filter(message="mirror").count() == 1
    before = folder.stat().st_ino
    a_round(mirror, NOON + 2 * PATIENCE)
    assert folder.stat().st_ino == before, "it follows the removal already"


def test_where_not_even_texts_can_be_made_it_is_taken_down(folder: Path) -> None:
    mirror = Nothing(folder)
    mirror._removed = writer.last_removal()
    hide()
    a_round(mirror, NOON)
    assert not folder.exists()


def test_what_an_earlier_worker_left_is_not_trusted(folder: Path) -> None:
    a_round(Nothing(folder), NOON)
    assert not folder.exists()


def test_one_that_takes_too_long_is_killed(folder: Path) -> None:
    mirror = Endless(folder)
    mirror._removed = writer.last_removal()
    mirror.tend(at=NOON)
    child = mirror._child
    mirror.tend(at=NOON + LONGEST - timedelta(seconds=1))
    assert mirror._child is child
    mirror.tend(at=NOON + LONGEST)
    assert child is not None
    assert (child.returncode, mirror._child) == (-9, None)
