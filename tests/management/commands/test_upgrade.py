"""An upgrade says how to go back when a step fails, and one command goes back with every row."""

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from petition.actions.database import releases
from petition.actions.operations import running_processes
from petition.models import Endorsement, Signatory
from petition.models.database import triggers
from tests import factories, programs
from tests.models.next_migrations import NEXT, OURS, AddsColumn, FailsHalfWay, Irreversible, more_migrations

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


@pytest.fixture(autouse=True)
def folder(committed: None, settings: Settings, tmp_path: Path) -> Path:
    """State of this test alone, except the database, which no web process uses: another test may have loaded one."""
    running_processes._until_exit.close()
    if connection.vendor == "postgresql":
        with connection.cursor():
            programs.need(programs.lacking_postgresql_client(connection.pg_version // 10_000))  # type: ignore[attr-defined]
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir(mode=0o700)
    return Path(settings.DATA_DIR)


def rows() -> tuple[list[Any], list[Any]]:
    return list(Endorsement.objects.order_by("pk").values_list()), list(Signatory.objects.order_by("pk").values_list())


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {
            column.name for column in connection.introspection.get_table_description(cursor, "petition_endorsement")
        }


def test_one_command_goes_back_to_the_release_before_with_what_arrived_since(folder: Path) -> None:
    appeal = factories.an_appeal()
    factories.approved(appeal)
    with more_migrations(AddsColumn):
        call_command("upgrade")
        assert "motto" in columns()
        assert releases.list_applied()["petition"] == [*OURS, NEXT]
        factories.approved(appeal)  # after the upgrade
        before = rows()
        call_command("upgrade", "--without-backup")  # a repeat has the same state to go back to
        call_command("upgrade", "--roll-back")
    assert "motto" not in columns()
    assert releases.list_applied()["petition"] == OURS
    assert rows() == before
    assert triggers.find_missing_triggers(connection) == []
    assert len(list((folder / "backups").glob("*.backup"))) in (1, 2)  # two within one second have one name
    call_command("upgrade", "--without-backup")  # as the release before
    with pytest.raises(CommandError, match="There is no upgrade"):
        (folder / "upgrade.json").unlink()
        call_command("upgrade", "--roll-back")


def test_a_failed_step_says_how_to_go_back_and_that_works(folder: Path) -> None:
    factories.approved(factories.an_appeal())
    before = rows()
    with more_migrations(AddsColumn, FailsHalfWay):
        for _again in range(2):  # the second try must not take the half-made state for the one to go back to
            with pytest.raises(CommandError, match=r"“migrate” \(RuntimeError\)\. To go back.*upgrade --roll-back"):
                call_command("upgrade", "--without-backup")
        assert releases.list_applied()["petition"] == [*OURS, NEXT]
        call_command("upgrade", "--roll-back", "--without-backup")
    assert releases.list_applied()["petition"] == OURS
    assert "motto" not in columns()
    assert rows() == before
    assert triggers.find_missing_triggers(connection) == []


def test_what_cannot_be_reversed_is_named_with_the_backup_and_nothing_changes(folder: Path) -> None:
    factories.an_appeal()
    with more_migrations(Irreversible):
        try:
            call_command("upgrade")
            (backup,) = (folder / "backups").glob("*.backup")
            with pytest.raises(CommandError, match=f"{NEXT} cannot be reversed") as refused:
                call_command("upgrade", "--roll-back")
            assert f"restore {backup} --replace" in str(refused.value)
            assert releases.list_applied()["petition"] == [*OURS, NEXT]
        finally:
            call_command("migrate", "petition", OURS[-1], "--fake", verbosity=0)


def test_the_record_is_private_and_only_another_release_replaces_it(folder: Path) -> None:
    factories.an_appeal()
    call_command("upgrade", "--without-backup")
    file = folder / "upgrade.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = releases.read_record()
    assert first
    call_command("upgrade")
    assert releases.read_record() == first
    file.write_text(file.read_text().replace(first.code, "of another release"))
    call_command("upgrade")
    replaced = releases.read_record()
    assert replaced
    assert replaced.backup


def test_without_a_record_it_refuses(folder: Path) -> None:
    with pytest.raises(CommandError, match="no upgrade to go back from"):
        call_command("upgrade", "--roll-back")


def test_it_does_not_go_back_while_the_site_runs(folder: Path) -> None:
    factories.an_appeal()
    call_command("upgrade", "--without-backup")
    with running_processes.database_in_use(), pytest.raises(CommandError, match="stop web and worker first"):
        call_command("upgrade", "--roll-back")
    call_command("upgrade", "--roll-back", "--without-backup")
