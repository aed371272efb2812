"""A backup is written while the site runs, is encrypted, is deleted when it is old, and explains failures."""

import io
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from pytest_django.fixtures import Settings

from petition.actions.moderation import decisions
from petition.actions.operations import backup, removal_journal, retention
from petition.management.progress import MEGABYTE, MegabyteProgress
from petition.models import Appeal, Kind, Signatory
from petition.reference import clock
from tests import factories, programs
from tests.factories import MODERATOR, NOON, SLUG
from tests.site import ROOT

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.usefixtures("client_programs", "committed"),
]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def client_programs(transactional_db: None) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor():
            server = connection.pg_version // 10_000  # type: ignore[attr-defined]
        programs.need(programs.lacking_postgresql_client(server))


@pytest.fixture(autouse=True)
def state(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Keep the state in a folder of this test, except the database."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    yield settings.DATA_DIR


def two_names() -> Appeal:
    appeal = factories.an_appeal()
    factories.approved(appeal, organisation_name="Made-up Staying")
    factories.approved(appeal, organisation_name="Made-up Leaving")
    return appeal


def names() -> set[str]:
    return set(Signatory.objects.filter(kind="further").values_list("name", flat=True))


def test_a_backup_is_encrypted_and_has_the_removal_journal_beside_it(settings: Settings, capsys: Capture) -> None:
    two_names()
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON + timedelta(hours=1))
    call_command("backup")
    file, journal = sorted((settings.DATA_DIR / "backups").iterdir())
    output = capsys.readouterr().out
    assert str(file) in output
    assert str(journal) in output
    for path in (file, journal):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"Made-up" not in path.read_bytes()
        assert b"further-2" not in path.read_bytes(), "the time of a removal is not shown"
    read = removal_journal.read_journal(journal, settings.CONTACT_PRIVATE_KEYS)
    assert [(removal.kind, removal.reference) for removal in read.removals] == [("hide", "further-2")]
    assert read.site == removal_journal.get_site_id()


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(CommandError, match="name a new file"):
        call_command("backup", str(tmp_path / "taken"))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("full", ["the disk of the copy", "the disk of the backup"])
def test_a_full_disk_is_reported_in_one_sentence(settings: Settings, tmp_path: Path, full: str) -> None:
    """A limit on the size of files replaces a full disk."""
    two_names()
    target = tmp_path / "backups" / "one.backup"
    target.parent.mkdir()
    environment = os.environ | {"DATA_DIR": str(settings.DATA_DIR), "FULL": full, "TARGET": str(target)}
    environment |= {name: getattr(settings, name) for name in ("CODE_KEY", "CONTACT_PUBLIC_KEY", "SECRET_KEY")}
    removal_journal.get_site_id()
    environment |= {"CONTACT_INDEX_KEY": settings.CONTACT_INDEX_KEY, "DATABASE_URL": _address(tmp_path)}
    environment["CONTACT_PRIVATE_KEY"] = settings.CONTACT_PRIVATE_KEYS[0]
    room = 50_000
    if full == "the disk of the backup" and connection.vendor == "sqlite":
        room = (tmp_path / "copy.sqlite3").stat().st_size  # enough for the copy; the encrypted file is a little longer

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "manage.py", "backup", str(target)]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, preexec_fn=limit, check=False
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert "free as much space" in result.stderr or "cannot be written" in result.stderr
    assert list(target.parent.iterdir()) == list(settings.DATA_DIR.glob("backup-*")) == []


def _address(folder: Path) -> str:
    """Return the address of the test's database; of a copy on SQLite, whose files a limited process could break."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(folder / "copy.sqlite3")) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{folder / 'copy.sqlite3'}"
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{before.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}"


def test_old_backups_and_their_journals_are_deleted(settings: Settings) -> None:
    two_names()
    settings.BACKUP_DAYS = 35
    folder = settings.DATA_DIR / "backups"
    for name in ("old", "young"):
        call_command("backup", str(folder / f"{name}.backup"))
    for name in ("notes.backup", "letter.txt"):  # not ours, whatever they are called
        (folder / name).write_text("Dear Sir or Madam", encoding="utf-8")
    (folder / "kept.backup").mkdir()
    now = clock.now()
    for path in folder.iterdir():
        days = 34 if path.name.startswith("young") else 36
        os.utime(path, ((now - timedelta(days=days)).timestamp(),) * 2)
    retention.purge(at=now)
    left = {path.name for path in folder.iterdir()}
    assert left == {"young.backup", "young.backup.removals", "notes.backup", "letter.txt", "kept.backup"}


def test_unencrypted_files_of_a_killed_backup_or_restore_are_deleted(settings: Settings) -> None:
    copies = [settings.DATA_DIR / name / "database" for name in ("backup-x1", "restore-x2")]
    copies.append(backup.get_restore_folder() / "restore-x3" / "database")
    parts = [settings.DATA_DIR / "backups" / "one.backup.part", settings.DATA_DIR / "mail" / "one.part"]
    settings.MAIL_DIR = settings.DATA_DIR / "mail"
    for path in (*copies, *parts):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"in clear")
    retention.purge(at=clock.now() + timedelta(hours=2))
    assert [path for path in (*copies, *parts) if path.exists() or (path in copies and path.parent.exists())] == []


def test_files_of_a_running_backup_are_left_alone(settings: Settings) -> None:
    copy = settings.DATA_DIR / "backup-x1" / "database"
    copy.parent.mkdir()
    copy.write_bytes(b"in clear")
    hold = "import fcntl, sys; f = open(sys.argv[1], 'wb'); fcntl.flock(f, fcntl.LOCK_SH); print(flush=True); input()"
    command = [sys.executable, "-c", hold, str(settings.DATA_DIR / "backups.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        backup.remove_leftovers()
        assert copy.exists()
        other.kill()
    call_command("backup")
    assert not copy.exists(), "a killed process holds no lock"


def test_an_upgrade_backs_up_first_and_loses_nothing(settings: Settings, capsys: Capture) -> None:
    two_names()
    call_command("upgrade")
    assert len(list((settings.DATA_DIR / "backups").glob("*.backup"))) == 1
    call_command("upgrade", "--without-backup")
    assert len(list((settings.DATA_DIR / "backups").glob("*.backup"))) == 1
    assert names() == {"Made-up Staying", "Made-up Leaving"}
    assert capsys.readouterr().out.count("restart web and worker") == 2
    assert removal_journal.read_journal(removal_journal.get_journal_path()).site == removal_journal.get_site_id()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it needs no other program")
def test_without_its_programs_backup_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(CommandError, match="install PostgreSQL's client programs"):
        call_command("backup", str(tmp_path / "one.backup"))


def test_long_work_shows_its_progress() -> None:
    out = io.StringIO()
    progress = MegabyteProgress(OutputWrapper(out), "written")
    for done in range(0, 35 * MEGABYTE, MEGABYTE):
        progress.report(done)
    assert out.getvalue().splitlines() == ["10 MB written", "20 MB written", "30 MB written"]
