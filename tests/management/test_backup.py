"""A backup is taken while the site runs, is sealed, and once restored shows no name that was removed since."""

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from pytest_django.fixtures import Settings

from petition.actions import backups, moderation, removal_journal, retention, site_state
from petition.management.progress import MEGABYTE, Megabytes
from petition.models import Appeal, AuditEvent, Endorsement, Kind, Signatory, triggers
from petition.protection.keys import new_backup_keys
from petition.vocabulary import clock
from tests import factories, programs
from tests.factories import MODERATOR, NOON, SLUG

pytestmark = [
    pytest.mark.usefixtures("client_programs", "committed"),
]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def client_programs(transactional_db: None) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor():
            server = connection.pg_version // 10_000  # type: ignore[attr-defined]
        programs.need(programs.lacking_postgresql_client(server))


@pytest.fixture(autouse=True)
def journal(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """State in a folder of this test; the database stays where it is."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    yield removal_journal.journal()


def two_names() -> Appeal:
    appeal = factories.an_appeal()
    factories.approved(appeal, organisation_name="Made-up Staying")
    factories.approved(appeal, organisation_name="Made-up Leaving")
    return appeal


def names() -> set[str]:
    return set(Signatory.objects.filter(kind="further").values_list("name", flat=True))


def test_what_was_is_again_and_a_removed_name_stays_removed(
    settings: Settings, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = new_backup_keys()
    settings.BACKUP_PUBLIC_KEY = keys["BACKUP_PUBLIC_KEY"]
    two_names()
    call_command("backup")
    (file,) = (settings.DATA_DIR / "backups").iterdir()
    assert str(file) in capsys.readouterr().out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"Made-up" not in file.read_bytes()

    moderation.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON + timedelta(hours=1))
    factories.approved(Appeal.objects.get(), organisation_name="Made-up Later")
    events = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="BACKUP_PRIVATE_KEY"):
        call_command("restore", str(file))
    assert AuditEvent.objects.count() == events

    monkeypatch.setenv("BACKUP_PRIVATE_KEY", keys["BACKUP_PRIVATE_KEY"])
    call_command("restore", str(file))
    said = capsys.readouterr().out
    assert "1 name was hidden again" in said
    assert "start the site again" in said
    assert names() == {"Made-up Staying", ""}
    assert Endorsement.objects.filter(origin="form").count() == 2
    assert triggers.missing(connection) == []
    assert list(settings.DATA_DIR.glob("restore-*")) == list(settings.DATA_DIR.glob("backup-*")) == []


def test_a_site_that_runs_is_not_restored(tmp_path: Path) -> None:
    two_names()
    call_command("backup", str(tmp_path / "one.backup"))
    site_state.worker_lives(at=clock.now())
    with pytest.raises(CommandError, match="stop web and worker first"):
        call_command("restore", str(tmp_path / "one.backup"))


def test_a_file_that_is_no_backup_or_not_there_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam", encoding="utf-8")
    with pytest.raises(CommandError, match="no backup of this site"):
        call_command("restore", str(tmp_path / "letter.txt"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("restore", str(tmp_path / "nothing"))


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(CommandError, match="name a new file"):
        call_command("backup", str(tmp_path / "taken"))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_what_a_killed_backup_or_restore_left_in_clear_is_cleared_away(settings: Settings) -> None:
    copies = [settings.DATA_DIR / name / "database" for name in ("backup-x1", "restore-x2")]
    parts = [settings.DATA_DIR / "backups" / "one.backup.part", settings.DATA_DIR / "mail" / "one.part"]
    settings.MAIL_DIR = settings.DATA_DIR / "mail"
    for path in (*copies, *parts):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"in clear")
    retention.purge(at=clock.now() + timedelta(hours=2))
    assert [path for path in (*copies, *parts) if path.exists() or (path in copies and path.parent.exists())] == []


def test_what_another_process_writes_at_the_moment_is_left_alone(settings: Settings) -> None:
    copy = settings.DATA_DIR / "backup-x1" / "database"
    copy.parent.mkdir()
    copy.write_bytes(b"in clear")
    hold = "import fcntl, sys; f = open(sys.argv[1], 'wb'); fcntl.flock(f, fcntl.LOCK_SH); print(flush=True); input()"
    command = [sys.executable, "-c", hold, str(settings.DATA_DIR / "backups.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        backups.clear_leftovers()
        assert copy.exists()
        other.kill()
    call_command("backup")
    assert not copy.exists(), "a process that was killed holds nothing back"


def test_an_upgrade_backs_up_first_and_loses_nothing(settings: Settings, capsys: Said) -> None:
    two_names()
    call_command("upgrade")
    assert len(list((settings.DATA_DIR / "backups").iterdir())) == 1
    call_command("upgrade", "--without-backup")
    assert len(list((settings.DATA_DIR / "backups").iterdir())) == 1
    assert names() == {"Made-up Staying", "Made-up Leaving"}
    assert capsys.readouterr().out.count("restart web and worker") == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it needs no other program")
def test_without_its_programs_postgresql_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(CommandError, match="install PostgreSQL's client programs"):
        call_command("backup", str(tmp_path / "one.backup"))


def test_long_work_says_how_far_it_is() -> None:
    out = io.StringIO()
    progress = Megabytes(OutputWrapper(out), "written")
    for done in range(0, 35 * MEGABYTE, MEGABYTE):
        progress.tell(done)
    assert out.getvalue().splitlines() == ["10 MB written", "20 MB written", "30 MB written"]
