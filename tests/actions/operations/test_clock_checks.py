"""The site uses its database's clock: a machine a day ahead erases nothing, sends nothing early and nothing twice.

On SQLite the worker's last word is that clock, so a worker with a right clock was there before.
"""

import io
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from petition.actions.mailing import staff_alerts
from petition.actions.moderation import decisions
from petition.actions.operations import clock_checks
from petition.actions.refusals import ClocksDiffer, ErasingPaused
from petition.actions.staff import attention
from petition.mail import outbox
from petition.models import Appeal, AuditEvent, Endorsement, OutgoingMail, Role, SiteState, WorkerFailure
from petition.models.database import database_clock
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.clocks import FakeMachine, machine_ahead, mark_worker_alive, site_process
from tests.evidence.figures import record_figure
from tests.factories import MODERATOR, confirmed, mails, submitted
from tests.web.endorse.test_endorse import post
from tests.web.visitor import Visitor, publish_intake_keys

pytestmark = pytest.mark.both_databases

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="only there the worker writes down the time")


@pytest.fixture
def appeal_with_worker(appeal: Appeal) -> Appeal:
    """The appeal of a site whose worker runs and has a right clock."""
    with site_process():
        clock_checks.record_heartbeat()
    return appeal


def work() -> None:
    call_command("worker", once=True, verbosity=0)


def state() -> SiteState:
    return SiteState.objects.get()


def _six_days_old_and_just_decided(appeal: Appeal) -> tuple[int, int]:
    """Create an endorsement whose link is valid for another day, and one whose decision can be undone."""
    now = datetime.now(UTC)
    young, _ = submitted(appeal, at=now - 6 * DAY - HOUR)
    return young.pk, decisions.approve(confirmed(appeal, at=now).pk, by=MODERATOR, at=now).pk


def _has_left(pk: int) -> bool:
    return OutgoingMail.objects.filter(endorsement=pk, message="listed", sent_at__isnull=False).exists()


def test_a_worker_a_day_ahead_erases_nothing_mails_nothing_early_and_signs_nobody_out(
    appeal_with_worker: Appeal,
) -> None:
    young, decided = _six_days_old_and_just_decided(appeal_with_worker)
    browser = create_client(create_account("moderator", Role.MODERATOR))
    browser.get("/admin/")
    with machine_ahead(DAY), pytest.raises(CommandError, match="retention"):
        work()
    assert Endorsement.objects.filter(pk=young).exists()
    assert not _has_left(decided)
    assert Session.objects.exists()
    assert browser.get("/admin/").status_code == 200
    assert abs(datetime.now(UTC) - state().worker_seen_at) < 5 * MINUTE  # type: ignore[operator]
    assert WorkerFailure.objects.get(duty="retention").error == "ClocksDiffer"
    work()
    assert not WorkerFailure.objects.exists()
    record_figure("clocks", "worker a day ahead: 0 erased, 0 mails early, sessions go on, the staff are told")


def test_a_worker_that_uses_its_machine_clock_does_both(
    appeal_with_worker: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    young, decided = _six_days_old_and_just_decided(appeal_with_worker)
    monkeypatch.setattr(database_clock, "use_database_clock", nullcontext)
    monkeypatch.setattr(clock_checks, "get_trusted_now", lambda *, is_worker: clock.now())  # noqa: PLW0108  (has an argument)
    with machine_ahead(DAY):
        work()
    assert not Endorsement.objects.filter(pk=young).exists()
    assert _has_left(decided)


def test_a_form_received_by_a_web_process_a_day_ahead_is_mailed_at_once(
    appeal_with_worker: Appeal, client: Client
) -> None:
    with site_process(ahead=DAY):
        post(client)
    assert Endorsement.objects.get(origin="form").submitted_at <= datetime.now(UTC) + SECOND
    work()
    assert OutgoingMail.objects.get().sent_at is not None


def test_a_form_stored_by_the_machine_clock_is_mailed_too(appeal_with_worker: Appeal, client: Client) -> None:
    """No form schedules its mail: the worker does."""
    publish_intake_keys()
    with machine_ahead(DAY):
        post(Visitor(is_worker_running=False))
    work()
    assert OutgoingMail.objects.get().sent_at is not None


@pytest.mark.parametrize(("now", "taken_twice"), [(clock.now, False), (clock.machine_now, True)])
def test_two_workers_a_day_apart_do_not_take_the_same_mail(
    appeal_with_worker: Appeal, now: Callable[[], datetime], taken_twice: bool
) -> None:
    """The second row is the broken variant: by its machine's clock the second one takes it as well."""
    with site_process():
        submitted(appeal_with_worker, at=clock.now())
        assert outbox.lease_next(at=now())
    with site_process(ahead=DAY):
        assert (outbox.lease_next(at=now()) is not None) == taken_twice


def test_readyz_fails_for_a_worker_seen_in_the_future(client: Client, appeal: Appeal) -> None:
    mark_worker_alive(at=datetime.now(UTC) + DAY)
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").json()["worker"] is False


def test_clocks_that_differ_alert_the_staff_and_are_named(appeal_with_worker: Appeal, client: Client) -> None:
    create_account("administrator", Role.ADMINISTRATOR)
    create_account("auditor", Role.AUDITOR)
    with site_process(ahead=-11 * MINUTE):
        clock_checks.record_heartbeat()
        with pytest.raises(ClocksDiffer):
            clock_checks.get_trusted_now(is_worker=True)
        staff_alerts.queue_alerts(at=clock.now())
    assert [(message, address) for message, address, _ in mails()] == [("clock", "administrator@desk.example")]
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["clocks_agree"], ready.json()["worker"]) == (503, False, True)
    assert attention.CLOCK in attention.find_problems(at=datetime.now(UTC))
    with site_process(ahead=9 * MINUTE):
        assert abs(datetime.now(UTC) - clock_checks.get_trusted_now(is_worker=True)) < 10 * MINUTE


def test_after_more_than_a_day_off_erasing_waits_for_a_day_or_the_operator(
    appeal_with_worker: Appeal, client: Client
) -> None:
    old, _ = submitted(appeal_with_worker, at=datetime.now(UTC) - 8 * DAY)
    create_account("administrator", Role.ADMINISTRATOR)
    SiteState.objects.update(worker_boot="another run", worker_seen_at=datetime.now(UTC) - 3 * DAY)
    work()
    work()
    assert Endorsement.objects.filter(pk=old.pk).exists()
    assert "clock" in OutgoingMail.objects.values_list("message", flat=True)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["erasing_paused"], ready.json()["failing"]) == (200, True, {})
    with pytest.raises(CommandError, match="clock-is-right"):
        call_command("purge")
    call_command("purge", clock_is_right=True, stdout=io.StringIO())
    assert not Endorsement.objects.filter(pk=old.pk).exists()
    assert AuditEvent.objects.get(verb="confirm_clock").actor_kind == "operator"
    with site_process():
        assert clock_checks.get_trusted_now(is_worker=True)


def test_the_pause_ends_by_itself_after_a_day(appeal_with_worker: Appeal) -> None:
    with site_process():
        SiteState.objects.update(no_erasing_until=clock.now() + MINUTE)
        with pytest.raises(ErasingPaused):
            clock_checks.get_trusted_now(is_worker=True)
        SiteState.objects.update(no_erasing_until=clock.now())
        assert clock_checks.get_trusted_now(is_worker=True)


def test_a_restart_of_the_machine_or_of_the_worker_alone_pauses_nothing(appeal_with_worker: Appeal) -> None:
    SiteState.objects.update(worker_boot="another run", worker_seen_at=datetime.now(UTC) - DAY + MINUTE)
    with site_process():
        assert clock_checks.get_trusted_now(is_worker=True)
        machine = FakeMachine()
    SiteState.objects.update(worker_seen_at=machine.wall - 3 * DAY, worker_uptime=machine.up - 3 * 86400)
    with site_process():  # the machine ran on, so its uptime proves that three days have passed
        assert clock_checks.get_trusted_now(is_worker=True)


def test_a_jump_of_the_databases_clock_stops_erasing(appeal_with_worker: Appeal) -> None:
    """As if by the uptime a minute had passed since the worker was seen, and by the database's clock a day."""
    SiteState.objects.update(worker_seen_at=datetime.now(UTC) - DAY, worker_uptime=clock.uptime() - 60)

    with site_process():
        if connection.vendor == "sqlite":  # there that is a machine whose new clock is believed already
            SiteState.objects.update(clocks_differ_since=clock.now() - HOUR)
        with pytest.raises(ErasingPaused):
            clock_checks.get_trusted_now(is_worker=True)
    assert state().no_erasing_until > datetime.now(UTC) + 23 * HOUR  # type: ignore[operator]


@on_sqlite
def test_a_clock_that_was_set_is_used_after_ten_minutes_and_erases_after_a_day(appeal_with_worker: Appeal) -> None:
    machine = FakeMachine()
    with machine.running():
        clock_checks.record_heartbeat()
        right = machine.wall
        machine.wall += DAY
        for minutes in range(10):
            clock_checks.record_heartbeat()
            assert clock.now() == right + minutes * MINUTE
            with pytest.raises(ClocksDiffer):
                clock_checks.get_trusted_now(is_worker=True)
            machine.advance(MINUTE)
        clock_checks.record_heartbeat()
        assert clock.now() == machine.wall
        for _hour in range(24):
            with pytest.raises(ErasingPaused):
                clock_checks.get_trusted_now(is_worker=True)
            machine.advance(HOUR)
        assert clock_checks.get_trusted_now(is_worker=True) == machine.wall


@on_sqlite
def test_a_clock_that_is_wrong_for_minutes_changes_nothing(appeal_with_worker: Appeal) -> None:
    machine = FakeMachine()
    with machine.running():
        clock_checks.record_heartbeat()
        right = machine.wall
        for wrong in (DAY, -DAY):
            machine.wall += wrong
            clock_checks.record_heartbeat()
            assert clock.now() == right
        assert clock_checks.get_trusted_now(is_worker=True) == right


def test_mails_postponed_by_a_clock_that_was_ahead_are_due_when_it_is_right(appeal_with_worker: Appeal) -> None:
    now = datetime.now(UTC)
    submitted(appeal_with_worker, at=now + DAY)
    tried, leased = (confirmed(appeal_with_worker, at=now - HOUR) for _ in range(2))
    decided = decisions.approve(confirmed(appeal_with_worker, at=now).pk, by=MODERATOR, at=now + DAY)
    of_tried, of_leased = (OutgoingMail.objects.filter(endorsement=row) for row in (tried, leased))
    of_tried.update(attempts=3, due_at=now + DAY)
    of_leased.update(attempts=1, leased_until=now + DAY, lease="made up")
    SiteState.objects.update(worker_boot="another run", worker_seen_at=now + DAY)
    with site_process():
        clock_checks.record_heartbeat()
        at = clock.now()
    waiting = OutgoingMail.objects.owed().due(at).values_list("endorsement", flat=True)
    assert tried.pk in waiting
    assert of_leased.get().leased_until <= at + outbox.LEASE  # type: ignore[operator]
    undo = OutgoingMail.objects.get(endorsement=decided, message="listed").due_at - at
    assert timedelta(0) < undo <= MINUTE
    assert not OutgoingMail.objects.owed().filter(due_at__gt=at + HOUR).exists()
