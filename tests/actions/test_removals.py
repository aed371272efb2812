"""What was removed stays removed, also when an old backup comes back; and no broken journal keeps a name listed."""

import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from petition.actions import moderation, removal_journal, removals
from petition.actions.audit import OPERATOR
from petition.models import Appeal, AuditEvent, Endorsement, Kind, Signatory
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG

DAY = timedelta(days=1)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def journal() -> Iterator[Path]:
    """An empty journal."""
    path = removals.journal()
    path.unlink(missing_ok=True)
    yield path
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)


def hide(kind: Kind, number: int, *, day: int) -> None:
    moderation.hide(SLUG, kind, number, by=MODERATOR, at=NOON + day * DAY)


def listed() -> set[str]:
    return {signatory.reference for signatory in Signatory.objects.listed()}


def replay(*, day: int) -> int:
    return removals.replay(by=OPERATOR, at=NOON + day * DAY)


class TheBackupIsRestored(Exception):
    """Takes back everything since the savepoint."""


def removed_and_restored(*, day: int) -> None:
    """One original, a hidden, a withdrawn and a revoked one are removed; then the database is as it was before."""
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        hide(Kind.ORIGINAL, 12, day=day)
        hide(Kind.FURTHER, 1, day=day)
        for number, way in ((2, factories.withdraw_for_good), (3, moderation.revoke)):
            way(Endorsement.objects.get(signatory__kind="further", signatory__number=number).pk, by=MODERATOR, at=NOON)
        raise TheBackupIsRestored


def test_what_was_removed_after_the_backup_is_hidden_again(appeal: Appeal) -> None:
    for _ in range(4):
        factories.approved(appeal)
    removed_and_restored(day=1)
    assert {"original-12", "further-1", "further-2", "further-3"} < listed()
    assert replay(day=2) == 4
    assert listed() & {"original-12", "further-1", "further-2", "further-3", "further-4"} == {"further-4"}
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_kind) == ("hide", "replayed", "operator")
    assert replay(day=3) == 0, "again changes nothing"


def test_what_was_listed_anew_after_its_removal_stays(appeal: Appeal) -> None:
    factories.approved(appeal)
    hide(Kind.ORIGINAL, 12, day=1)
    moderation.show(SLUG, Kind.ORIGINAL, 12, by=MODERATOR, at=NOON + 2 * DAY)
    moderation.revoke(Endorsement.objects.get(signatory__kind="further").pk, by=MODERATOR, at=NOON + DAY)
    moderation.approve(Endorsement.objects.get(signatory__kind="further").pk, by=MODERATOR, at=NOON + 2 * DAY)
    assert replay(day=3) == 0
    assert {"original-12", "further-1"} < listed()


def test_a_note_set_after_the_restore_brings_no_name_back(appeal: Appeal) -> None:
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        hide(Kind.ORIGINAL, 12, day=1)
        raise TheBackupIsRestored
    moderation.note(SLUG, Kind.ORIGINAL, 12, "A note", by=MODERATOR, at=NOON + 2 * DAY)
    assert replay(day=3) == 1


def test_a_number_that_another_organisation_got_after_the_restore_is_left_alone(appeal: Appeal) -> None:
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        factories.approved(appeal)
        hide(Kind.FURTHER, 1, day=1)
        raise TheBackupIsRestored
    factories.approved(appeal, at=NOON + 2 * DAY)
    assert replay(day=3) == 0


def test_the_journal_holds_no_name_and_is_its_owners_alone(appeal: Appeal, journal: Path) -> None:
    hide(Kind.ORIGINAL, 12, day=1)
    (line,) = journal.read_text().splitlines()
    assert json.loads(line) == {"appeal": SLUG, "kind": "original", "number": 12, "at": "2026-11-24T12:00:00+00:00"}
    assert journal.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("rest", [b'{"appeal": "kyrg', b"12\n", b'{"kind": "original"}\n', b"\xff\xfe\n"])
def test_a_line_that_was_cut_off_is_passed_over_and_takes_no_other_along(
    appeal: Appeal, journal: Path, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    hide(Kind.ORIGINAL, 1, day=1)
    with journal.open("ab") as file:
        file.write(rest)
    hide(Kind.ORIGINAL, 2, day=1)
    assert [removal.number for removal in removals.noted()] == [1, 2]
    assert "Line 2 of the journal" in caplog.text


@pytest.mark.parametrize("broken", ["folder", "full"])
def test_a_journal_that_cannot_be_written_stops_no_removal(
    appeal: Appeal, journal: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    if broken == "folder":
        journal.mkdir()
    elif not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    else:
        journal.symlink_to("/dev/full")
    with caplog.at_level(logging.ERROR):
        hide(Kind.ORIGINAL, 12, day=1)
    assert "original-12" not in listed()
    assert "cannot be written" in caplog.text
    (message,) = [found for found in run_checks() if found.id == "petition.W001"]
    assert "DATA_DIR" in str(message.hint)


def test_a_journal_that_can_be_written_is_no_matter(journal: Path) -> None:
    assert removal_journal.can_be_written()
    journal.write_text("")
    assert removal_journal.can_be_written()
    assert [found for found in run_checks() if found.id == "petition.W001"] == []


APPENDER = """
import sys
from pathlib import Path
from petition.actions.removal_journal import _append
for number in range(int(sys.argv[2])):
    _append(Path(sys.argv[1]), (sys.argv[3] * 200 + "\\n").encode())
"""


def test_two_processes_that_append_at_once_keep_whole_lines(tmp_path: Path) -> None:
    place, count = tmp_path / "journal", 200
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "petition.settings"}
    script = "import django; django.setup()\n" + APPENDER
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(place), str(count), letter], cwd=ROOT, env=environment)
        for letter in "ab"
    ]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert sorted(place.read_text().splitlines()) == ["a" * 200] * count + ["b" * 200] * count


def test_the_command_says_what_it_did(appeal: Appeal, journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("replay_removals")
    assert "There is no journal" in capsys.readouterr().out
    factories.approved(appeal)
    removed_and_restored_one(appeal)
    call_command("replay_removals")
    assert capsys.readouterr().out.splitlines() == [
        "1 of 1 removals looked at",
        "1 name was hidden again; every other removal in the journal stands.",
    ]
    journal.unlink()
    journal.mkdir()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("replay_removals")


def removed_and_restored_one(appeal: Appeal) -> None:
    with pytest.raises(TheBackupIsRestored), transaction.atomic():
        hide(Kind.FURTHER, 1, day=1)
        raise TheBackupIsRestored


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it copies SQLite's own file")
def test_a_copy_of_the_database_that_is_put_back_shows_no_removed_name(tmp_path: Path) -> None:
    """The same with a real backup in place of a transaction taken back."""
    factories.approved(factories.an_appeal(), organisation_name="Canary Fund")
    backup = tmp_path / "backup.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(backup)])
    hide(Kind.FURTHER, 1, day=1)
    assert "further-1" not in listed()
    with closing(sqlite3.connect(backup)) as copy:  # page by page, as whoever else has the file open can bear
        copy.backup(connection.connection)
    assert "further-1" in listed()
    assert replay(day=2) == 1
    assert "further-1" not in listed()
    assert not Signatory.objects.filter(label__contains="Canary").exists()
    assert not Endorsement.objects.filter(organisation_name="Canary Fund").exists()
