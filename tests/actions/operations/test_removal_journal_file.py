"""Every removal is in the worker's file within one round, whichever worker writes; problems are reported."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.moderation import decisions
from petition.actions.operations import removal_journal, removal_journal_file
from petition.actions.operations.removal_journal_file import RemovalJournalFile
from petition.actions.refusals import UnusableJournal
from petition.models import Appeal, Kind, Removal, SiteState
from petition.models.database import triggers
from petition.reference import clock
from tests.clocks import mark_worker_alive
from tests.factories import MODERATOR, NOON, SLUG
from tests.models.rows import a_removal

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def journal_path(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    yield removal_journal.get_journal_path()


def in_file(path: Path) -> list[UUID]:
    return sorted(removal.uid for removal in removal_journal.read_journal(path).removals)


def in_table() -> list[UUID]:
    return sorted(Removal.objects.values_list("uid", flat=True))


def test_removals_are_in_the_file_after_the_next_round(appeal: Appeal, journal_path: Path) -> None:
    worker = RemovalJournalFile()
    worker.write()
    assert removal_journal.read_journal(journal_path).site == removal_journal.get_site_id()
    assert journal_path.stat().st_mode & 0o777 == 0o600
    for _ in range(3):
        a_removal(appeal)
        worker.write()
        assert in_file(journal_path) == in_table()
    before = journal_path.stat().st_mtime_ns
    worker.write()
    assert journal_path.stat().st_mtime_ns == before, "nothing new, nothing written"
    assert SiteState.objects.get().journal_written == 3


def test_any_worker_completes_the_file_of_its_folder(
    appeal: Appeal, journal_path: Path, settings: Settings, tmp_path: Path
) -> None:
    here, beside = RemovalJournalFile(), RemovalJournalFile()
    a_removal(appeal)
    here.write()
    a_removal(appeal)
    beside.write()
    a_removal(appeal)
    here.write()
    assert in_file(journal_path) == in_table(), "two in one folder write each line once"
    settings.DATA_DIR = tmp_path / "elsewhere"
    settings.DATA_DIR.mkdir()
    RemovalJournalFile().write()
    assert in_file(removal_journal.get_journal_path()) == in_table(), "one that begins late has all of them"


def test_a_lost_truncated_or_damaged_file_is_completed(appeal: Appeal, journal_path: Path) -> None:
    worker = RemovalJournalFile()
    for _ in range(3):
        a_removal(appeal)
    worker.write()
    journal_path.unlink()
    worker.write()
    assert in_file(journal_path) == in_table()
    content = journal_path.read_bytes()
    for broken in (content[:-20], content + b'{"id": "', content.replace(b'"hide"', b"hide", 1), b"", b"\n\n"):
        journal_path.write_bytes(broken)
        RemovalJournalFile().write()
        assert in_file(journal_path) == in_table()
    journal_path.write_bytes(removal_journal.encode_header("another site"))
    RemovalJournalFile().write()
    assert in_file(journal_path) == in_table()
    assert len(list(journal_path.parent.glob("removals.jsonl.aside-*"))) >= 2, "nothing is deleted"


def test_two_sites_in_one_folder_do_not_overwrite_each_other(appeal: Appeal, journal_path: Path) -> None:
    worker = RemovalJournalFile()
    worker.write()
    journal_path.write_bytes(removal_journal.encode_header("another site"))
    with pytest.raises(UnusableJournal, match="another site"):
        worker.write()


def test_a_row_that_becomes_visible_late_is_not_missed(appeal: Appeal, journal_path: Path) -> None:
    """On PostgreSQL a transaction that began first may end last: its number is lower than what was written already."""
    a_removal(appeal)
    late = a_removal(appeal)
    rows = Removal.objects.filter(pk=late.pk)
    worker = RemovalJournalFile()
    hidden = list(rows)
    _removed_past_the_triggers(late)
    a_removal(appeal)
    worker.write()
    Removal.objects.bulk_create(hidden)
    worker.write()
    assert in_file(journal_path) == in_table()


def test_a_position_in_the_table_alone_would_miss_it(
    appeal: Appeal, journal_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal_journal_file, "LONGEST_TRANSACTION", -1)
    a_removal(appeal)
    late = a_removal(appeal)
    worker = RemovalJournalFile()
    hidden = [late]
    _removed_past_the_triggers(late)
    a_removal(appeal)
    worker.write()
    Removal.objects.bulk_create(hidden)
    worker.write()
    assert in_file(journal_path) != in_table()


def _removed_past_the_triggers(removal: Removal) -> None:
    with connection.cursor() as cursor:
        table = " ON petition_removal" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER removal_no_delete{table}")
    Removal.objects.filter(pk=removal.pk).delete()


def test_readyz_and_deploy_check_fail_while_the_file_lags_or_cannot_be_written(
    appeal: Appeal, journal_path: Path, client: Client
) -> None:
    now = clock.now()
    mark_worker_alive(at=now)
    assert client.get("/readyz").json()["removals_noted"] is True
    removal = a_removal(appeal)
    with connection.cursor() as cursor:  # as if it had been stored a while ago
        table = " ON petition_removal" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER removal_no_update{table}")
    Removal.objects.filter(pk=removal.pk).update(stored_at=now - timedelta(minutes=1))
    triggers.install_triggers(connection)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["removals_noted"]) == (503, False)
    assert [error.id for error in _errors()] == ["petition.E005"]
    worker = RemovalJournalFile()
    worker.update(at=now)
    assert client.get("/readyz").status_code == 200
    assert _errors() == []

    journal_path.unlink()
    journal_path.mkdir()
    worker.update(at=now)
    assert client.get("/readyz").status_code == 503
    assert "cannot be written" in str(_errors()[0].msg)
    with pytest.raises(CommandError, match=r"The removal journal .* cannot be written"):
        call_command("worker", "--once")
    decisions.hide(SLUG, Kind.ORIGINAL, 7, by=MODERATOR, at=NOON)
    assert Removal.objects.filter(reference="original-7").exists(), "no broken file keeps a name on the list"
    journal_path.rmdir()
    worker.update(at=now)
    assert client.get("/readyz").status_code == 200
    assert in_file(journal_path) == in_table()


def _errors() -> list[CheckMessage]:
    return [error for error in run_checks(include_deployment_checks=True) if error.id == "petition.E005"]
