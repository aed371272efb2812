"""The exporter shows what the tables hold, has no names, and says when the database is gone."""

import math
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from petition.actions.operations import site_state
from petition.environment import Environment
from petition.management.metrics import site_figures
from petition.management.metrics.exporter import SiteCollector
from petition.management.metrics.shared_counts import SharedCounts
from petition.models import Appeal, IntakeRow, OutgoingMail
from petition.models.database.triggers import TRIGGERS
from petition.reference import clock
from tests import factories
from tests.clocks import mark_worker_alive
from tests.factories import NOON

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

NAME, PERSON = "Zamandash Canary Fund", "Aigul Canary"


@pytest.fixture(autouse=True)
def stopped_clock() -> Iterator[None]:
    with clock.freeze(NOON):
        yield


def scrape() -> tuple[dict[str, float], str]:
    """Return each sample by its name and labels, and the whole text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(SiteCollector())
    text = generate_latest(registry).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}, text


def test_an_empty_site_has_figures() -> None:
    figures, _ = scrape()
    assert figures["petition_database_up"] == 1
    assert figures["petition_intake_oldest_seconds"] == figures["petition_mail_oldest_seconds"] == 0
    assert figures["petition_worker_heartbeat_age_seconds"] == math.inf
    assert figures["petition_backup_age_seconds"] == math.inf


def test_figures_are_those_of_the_tables_and_have_no_names(appeal: Appeal, settings: Settings) -> None:
    hour = timedelta(hours=1)
    confirmed = factories.confirmed(appeal, at=NOON - 3 * hour, organisation_name=NAME, contact_name=PERSON)
    mark_worker_alive(at=NOON - timedelta(seconds=90))
    site_state.record_duty_failure("mail", error="OSError", at=NOON)
    site_state.record_duty_failure("mail", error="OSError", at=NOON)
    IntakeRow.objects.create(
        appeal=appeal.pk, key_id="00000000", box=b"x" * 1072, arrived_at=NOON - timedelta(seconds=240)
    )
    IntakeRow.objects.create(appeal=appeal.pk, key_id="00000000", box=b"x" * 1072, arrived_at=NOON, attempts=3)
    OutgoingMail.objects.all().update(created_at=NOON - 2 * hour, due_at=NOON - 2 * hour)
    owed = OutgoingMail.objects.owed().count()
    backup = settings.DATA_DIR / "backups" / "site.backup"
    backup.parent.mkdir(exist_ok=True)
    backup.touch()
    then = (NOON - 30 * hour).timestamp()
    os.utime(backup, (then, then))
    counts = SharedCounts(settings.DATA_DIR)
    counts.forget_times()
    counts.note_time(("duty_success", "mail"), (NOON - 2 * hour).timestamp())
    counts.add(("duty_failure", "mail"), 2)
    counts.store()
    try:
        figures, text = scrape()
    finally:
        backup.unlink()
        (settings.DATA_DIR / "metrics.json").unlink()
    assert figures["petition_intake_waiting"] == 1
    assert figures["petition_intake_oldest_seconds"] == 240
    assert figures["petition_intake_set_apart"] == 1
    assert figures["petition_queue_waiting"] == 1
    assert confirmed.confirmed_at
    assert figures["petition_queue_oldest_seconds"] == (NOON - confirmed.confirmed_at).total_seconds() > 0
    assert figures["petition_mails_pending"] == owed
    assert figures["petition_worker_heartbeat_age_seconds"] == 90
    assert figures["petition_worker_duty_failing mail"] == 2
    assert figures["petition_worker_duty_failures_total mail"] == 2
    assert figures["petition_worker_duty_success_age_seconds mail"] == 7200
    assert figures["petition_backup_age_seconds"] == 30 * 3600
    assert "Canary" not in text
    assert "@" not in text


@pytest.mark.parametrize(("attempts", "due", "late"), [(0, -600, 600), (0, 600, 0), (2, 600, 7200)])
def test_a_mail_is_late_from_when_it_was_due_unless_it_was_tried(
    appeal: Appeal, attempts: int, due: int, late: int
) -> None:
    factories.submitted(appeal, at=NOON - timedelta(hours=2))
    factories.ask_mailboxes()
    mail = OutgoingMail.objects.owed().get()
    OutgoingMail.objects.filter(pk=mail.pk).update(
        created_at=NOON - timedelta(hours=2), due_at=NOON + timedelta(seconds=due), attempts=attempts
    )
    assert scrape()[0]["petition_mail_oldest_seconds"] == late
    OutgoingMail.objects.filter(pk=mail.pk).update(failed_at=NOON, sealed_address="", sealed_content="")
    figures, _ = scrape()
    assert (figures["petition_mails_failed"], figures["petition_mail_oldest_seconds"]) == (1, 0)


def test_a_missing_trigger_is_an_error_of_its_check() -> None:
    figures, _ = scrape()
    assert figures["petition_check_errors triggers"] == 0
    table = f" ON {TRIGGERS[0].table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {TRIGGERS[0].name}{table}")
    assert scrape()[0]["petition_check_errors triggers"] == 1


def test_every_check_of_ours_is_shown() -> None:
    assert {"database_login", "link_functions", "removal_journal", "public_environment"} <= set(
        site_figures.read_checks(NOON)
    )


def test_a_public_process_shows_no_figure_of_private_tables(settings: Settings) -> None:
    settings.ROLE = "public"
    figures, _ = scrape()
    assert figures["petition_database_up"] == 1
    assert not [name for name in figures if name.startswith(("petition_mail", "petition_queue", "petition_intake"))]


def test_without_metrics_address_nothing_is_served() -> None:
    assert Environment({}).private_address("METRICS_ADDRESS") is None
    with pytest.raises(CommandError, match="METRICS_ADDRESS is not set"):
        call_command("metrics")


@pytest.mark.parametrize("value", ["0.0.0.0:9101", "[::]:9101", "8.8.8.8:9101", "[2606:4700::1]:9101"])
def test_an_address_that_the_internet_could_reach_is_refused(value: str) -> None:
    with pytest.raises(Exception, match="which others could reach"):
        Environment({"METRICS_ADDRESS": value}).private_address("METRICS_ADDRESS")


@pytest.mark.parametrize("value", ["127.0.0.1", ":9101", "host:9101", "127.0.0.1:0", "127.0.0.1:99999", "10.0.0.1:²"])
def test_an_address_that_is_none_gives_one_sentence(value: str) -> None:
    with pytest.raises(Exception, match=r"METRICS_ADDRESS is not understood: give it as 127\.0\.0\.1:9101\."):
        Environment({"METRICS_ADDRESS": value}).private_address("METRICS_ADDRESS")


@pytest.mark.parametrize(
    ("value", "read"),
    [("127.0.0.1:9101", ("127.0.0.1", 9101)), ("10.1.2.3:80", ("10.1.2.3", 80)), ("[fd00::1]:9101", ("fd00::1", 9101))],
)
def test_a_private_address_is_taken(value: str, read: tuple[str, int]) -> None:
    assert Environment({"METRICS_ADDRESS": value}).private_address("METRICS_ADDRESS") == read
