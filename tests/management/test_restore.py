"""A restored backup shows no name that was removed since, on the same machine, on a new one and after a kill."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.moderation import decisions
from petition.actions.operations import held_list, removal_journal, restore, retention, running_processes
from petition.actions.operations.removal_journal_file import RemovalJournalFile
from petition.management.commands import restore as restore_command
from petition.models import Appeal, AuditEvent, Contact, Endorsement, Kind, Removal, Signatory, State
from petition.models.database import triggers
from petition.models.database.held_list import RESTORE_MARKER, is_list_held_back, is_restore_unfinished
from petition.reference import clock
from petition.security.keys import generate_backup_keys
from tests import factories
from tests.actions.operations.test_removal_replay import link
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SLUG, a_code_digest
from tests.site import ROOT

pytestmark = [
    pytest.mark.long,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(
        connection.vendor == "postgresql" and not shutil.which("pg_dump"), reason="it needs PostgreSQL's pg_dump"
    ),
]
Capture = pytest.CaptureFixture[str]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def state(settings: Settings, tmp_path: Path, committed: None) -> Iterator[Path]:
    """Keep the state in a folder of this test, except the database."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    yield settings.DATA_DIR
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {RESTORE_MARKER}")


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup with three names: one stays, one is hidden and one withdrawn after it was taken."""
    appeal = factories.an_appeal()
    for number, name in enumerate(("Staying", "Hidden", "Gone"), 1):
        factories.approved(appeal, organisation_name=f"Made-up {name}", at=NOON + timedelta(minutes=number))
    call_command("backup", str(tmp_path / "one.backup"))
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON + HOUR)
    leaving.withdraw(link(Endorsement.objects.get(organisation_name="Made-up Gone")), at=NOON + HOUR)
    return tmp_path / "one.backup"


def journal_now() -> Path:
    """Write the journal, as the worker does within a second."""
    RemovalJournalFile().write()
    return removal_journal.get_journal_path()


def restored(file: Path, *words: str) -> None:
    call_command("restore", str(file), *words)


def names() -> set[str]:
    return set(Signatory.objects.filter(kind="further").values_list("name", flat=True))


def empty_database() -> None:
    """Empty the database, as on a new machine."""
    triggers.remove_triggers(connection)
    call_command("flush", verbosity=0, interactive=False)


def test_a_backup_is_restored_and_removals_since_are_repeated(
    settings: Settings, backup: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_now()
    factories.approved(Appeal.objects.get(), organisation_name="Made-up Later", at=NOON + 2 * HOUR)
    restored(backup, "--replace")
    output = capsys.readouterr().out
    assert "1 names hidden, 1 endorsements withdrawn" in output
    assert "start web and worker again" in output
    assert names() == {"Made-up Staying", ""}
    assert set(Endorsement.objects.filter(origin="form").values_list("state", flat=True)) == {
        State.APPROVED,
        State.WITHDRAWN,
    }, "withdrawn stays withdrawn"
    assert triggers.find_missing_triggers(connection) == []
    assert not is_restore_unfinished()
    assert list(settings.DATA_DIR.glob("restore-*")) == list(settings.DATA_DIR.glob("backup-*")) == []


def test_the_backup_key_decrypts_database_and_journal(
    settings: Settings, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = generate_backup_keys()
    settings.BACKUP_PUBLIC_KEY = keys["BACKUP_PUBLIC_KEY"]
    call_command("backup", str(tmp_path / "two.backup"))
    newest = tmp_path / "two.backup.removals"
    with pytest.raises(CommandError, match="BACKUP_PRIVATE_KEY"):
        restored(tmp_path / "two.backup", "--replace", "--journal", str(newest))
    monkeypatch.setenv("BACKUP_PRIVATE_KEY", keys["BACKUP_PRIVATE_KEY"])
    restored(tmp_path / "two.backup", "--replace", "--journal", str(newest))
    assert names() == {"Made-up Staying", ""}


def test_on_a_new_machine_the_newest_journal_is_named(settings: Settings, backup: Path, tmp_path: Path) -> None:
    """The worst case: only a backup is left, and the journal of a later backup."""
    call_command("backup", str(tmp_path / "two.backup"))
    empty_database()
    settings.DATA_DIR = tmp_path / "new machine"
    settings.DATA_DIR.mkdir()
    restored(backup, "--journal", str(tmp_path / "two.backup.removals"))
    assert names() == {"Made-up Staying", ""}
    assert Removal.objects.count() == 2, "the table is complete again"
    own = removal_journal.read_journal(removal_journal.get_journal_path())
    assert len(own.removals) == 2, "and so is the file of this machine"
    empty_database()
    restored(backup)
    assert names() == {"Made-up Staying", ""}, "the next restore needs no other journal"


def test_without_a_journal_nothing_is_restored(settings: Settings, backup: Path) -> None:
    empty_database()
    with pytest.raises(CommandError, match=r"no removal journal at .*--without-journal"):
        restored(backup)
    assert not Appeal.objects.exists()


def test_a_journal_of_another_site_or_older_than_the_backup_is_refused(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    call_command("backup", str(tmp_path / "two.backup"))
    other = tmp_path / "other.jsonl"
    other.write_bytes(removal_journal.encode_header("another"))
    empty_database()
    with pytest.raises(CommandError, match="another site"):
        restored(tmp_path / "two.backup", "--journal", str(other))
    with pytest.raises(CommandError, match="older than the backup"):
        restored(tmp_path / "two.backup", "--journal", str(tmp_path / "one.backup.removals"))
    assert not Appeal.objects.exists()


def test_the_journal_of_another_data_dir_brings_no_name_back(settings: Settings, backup: Path, tmp_path: Path) -> None:
    """The file in this DATA_DIR is older than the removals, since its worker stopped; the database has them."""
    settings.DATA_DIR = tmp_path / "elsewhere"
    settings.DATA_DIR.mkdir()
    shutil.copy(tmp_path / "one.backup.removals", removal_journal.get_journal_path())
    restored(backup, "--replace")
    assert names() == {"Made-up Staying", ""}


def test_a_database_that_is_not_empty_is_only_replaced_with_replace(backup: Path) -> None:
    journal_now()
    events = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="with --replace"):
        restored(backup)
    assert AuditEvent.objects.count() == events
    empty_database()
    restored(backup)
    assert names() == {"Made-up Staying", ""}


def test_an_erased_mailbox_is_erased_again(backup: Path) -> None:
    from petition.actions.self_service import own_page

    own_page.forget_mailbox(
        link(Endorsement.objects.get(organisation_name="Made-up Staying")), a_code_digest(), at=NOON + HOUR
    )
    journal_now()
    assert Contact.objects.count() == 2
    restored(backup, "--replace")
    assert not Contact.objects.filter(endorsement__organisation_name="Made-up Staying").exists()
    assert names() == {"Made-up Staying", ""}


def test_expired_unconfirmed_forms_are_not_restored(tmp_path: Path) -> None:
    appeal = factories.an_appeal()
    long_ago = clock.now() - timedelta(days=30)
    factories.mails_left(factories.submitted(appeal, at=long_ago)[0], at=long_ago)
    call_command("backup", str(tmp_path / "one.backup"))
    retention.purge(at=clock.now())
    journal_now()
    restored(tmp_path / "one.backup", "--replace")
    assert not Endorsement.objects.filter(state=State.SUBMITTED).exists()


def test_without_a_journal_no_list_is_published_until_it_is_checked(
    settings: Settings, backup: Path, client: Client, capsys: Capture
) -> None:
    journal = journal_now()
    restored(backup, "--replace", "--without-journal")
    assert "No list is published" in capsys.readouterr().out
    assert is_list_held_back()
    assert "Made-up" not in client.get(f"/appeals/{SLUG}/").text
    assert client.get(f"/appeals/{SLUG}/signatories.json").status_code == 503
    assert AuditEvent.objects.filter(verb="hold_list", actor_kind="operator").exists()
    assert journal.with_name("removals.jsonl.aside-1").exists(), "an existing journal is not lost"
    call_command("replay_removals", "--journal", str(journal.with_name("removals.jsonl.aside-1")))
    assert names() == {"Made-up Staying", ""}
    assert held_list.publish_list(by=MODERATOR, at=NOON)
    assert "Made-up Staying" in client.get(f"/appeals/{SLUG}/").text
    assert not held_list.publish_list(by=MODERATOR, at=NOON), "once"


def test_no_revision_is_used_twice(backup: Path) -> None:
    journal_now()
    before = Appeal.objects.get().revision
    restored(backup, "--replace")
    assert Appeal.objects.get().revision > before


def test_a_restore_that_is_killed_publishes_no_name(
    backup: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_now()

    class Killed(BaseException):
        """Stop as if the process had been killed here."""

    def kill(self: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(restore_command.Command, "_migrate", kill)
        restored(backup, "--replace")
    assert names() == {"Made-up Staying", "Made-up Hidden", "Made-up Gone"}, "the database is the old one"
    assert is_restore_unfinished()
    assert "Made-up" not in client.get(f"/appeals/{SLUG}/").text
    assert client.get(f"/appeals/{SLUG}/signatories.csv").status_code == 503
    problems = run_checks(tags=[Tags.database], databases=["default"])
    (error,) = [message for message in problems if message.id == "petition.E006"]
    assert "restore FILE --replace" in str(error.hint)
    restored(backup, "--replace")
    assert names() == {"Made-up Staying", ""}
    assert not is_restore_unfinished()


def test_without_the_marker_the_same_kill_would_publish_names(
    backup: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_now()

    def kill(self: object) -> None:
        restore._unmark()
        raise KeyboardInterrupt

    monkeypatch.setattr(restore_command.Command, "_migrate", kill)
    with pytest.raises(KeyboardInterrupt):
        restored(backup, "--replace")
    assert "Made-up Hidden" in client.get(f"/appeals/{SLUG}/").text


def test_an_older_database_put_in_place_by_other_means_is_noticed(backup: Path, settings: Settings) -> None:
    """Somebody copies a file or calls pg_restore: the journal has more than the database, and the worker stops."""
    journal = journal_now()
    text = json.loads(journal.read_text(encoding="utf-8").splitlines()[-1]) | {"id": "0" * 31 + "7"}
    text["id"] = "00000000-0000-0000-0000-000000000007"
    with journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps(text) + "\n")
    with pytest.raises(CommandError, match="an older database was put in place"):
        call_command("worker", "--once")
    call_command("replay_removals")
    call_command("worker", "--once")


HOLD = """
import django; django.setup()
from petition.actions.operations.running_processes import database_in_use
with database_in_use():
    print("held", flush=True)
    input()
"""


def _environment(settings: Settings) -> dict[str, str]:
    environment = os.environ | {"DATA_DIR": str(settings.DATA_DIR), "DJANGO_SETTINGS_MODULE": "petition.settings"}
    if connection.vendor == "sqlite":
        return environment | {"DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}"}
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    return environment | {"DATABASE_URL": f"{before.rsplit('/', 1)[0]}/{name}?{query}"}


def test_a_running_site_is_not_restored_and_a_killed_one_is(settings: Settings, backup: Path) -> None:
    journal_now()
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CommandError, match="stop web and worker first"):
            restored(backup, "--replace")
        other.kill()
    _restored_when_the_server_has_noticed(backup)
    assert names() == {"Made-up Staying", ""}


def _restored_when_the_server_has_noticed(backup: Path) -> None:
    """PostgreSQL notices a killed process when the system closes its connection, a moment later."""
    import time

    until = time.monotonic() + 30
    while True:
        try:
            return restored(backup, "--replace")
        except CommandError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_process_that_starts_meanwhile_waits_for_the_end_of_the_restore(settings: Settings) -> None:
    with running_processes.exclusive_database_use():
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=ROOT,
            env=_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert other.stderr
        assert b"A backup is being restored" in other.stderr.readline()
    with other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        other.kill()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its server keeps its own files")
def test_a_database_on_another_disk_than_data_dir_is_restored(settings: Settings, tmp_path: Path, backup: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    journal_now()
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        environment = _environment(settings) | {"DATABASE_URL": f"sqlite:///{folder}/petition.sqlite3"}
        environment |= {name: str(getattr(settings, name)) for name in ("SECRET_KEY", "CODE_KEY", "CONTACT_PUBLIC_KEY")}
        environment |= {"CONTACT_INDEX_KEY": settings.CONTACT_INDEX_KEY}
        environment["CONTACT_PRIVATE_KEY"] = settings.CONTACT_PRIVATE_KEYS[0]
        command = [sys.executable, "manage.py", "restore", str(backup)]
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        assert {path.name for path in Path(folder).iterdir()} <= {
            "petition.sqlite3",
            "petition.sqlite3-wal",
            "petition.sqlite3-shm",
            "petition.sqlite3.in-use",
        }


def test_a_missing_file_or_one_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam", encoding="utf-8")
    with pytest.raises(CommandError, match="no backup of this site"):
        restored(tmp_path / "letter.txt")
    with pytest.raises(CommandError, match="cannot be read"):
        restored(tmp_path / "nothing")


def test_an_empty_journal_is_reported(tmp_path: Path, capsys: Capture) -> None:
    factories.an_appeal()
    call_command("backup", str(tmp_path / "one.backup"))
    journal_now()
    restored(tmp_path / "one.backup", "--replace")
    assert "The removal journal has no removal" in capsys.readouterr().out


def test_replaying_without_a_file_is_an_error(tmp_path: Path) -> None:
    assert not removal_journal.get_journal_path().exists()
    with pytest.raises(CommandError, match="There is no removal journal"):
        call_command("replay_removals")
