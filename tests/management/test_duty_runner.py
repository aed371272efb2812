"""The worker's duties: none stops another, /readyz names failures, and mail does not wait for long work."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from petition.actions.mailing.delivery import Delivery
from petition.actions.operations import site_state
from petition.management import duty_runner as rounds
from petition.management.commands.worker import Command
from petition.management.duty_runner import Duties, Duty, SlicedWork
from petition.models import Appeal, Endorsement, OutgoingMail, PrivateLink, SiteState, WorkerFailure
from petition.models.database.triggers import Trigger
from petition.reference import clock
from tests import factories
from tests.clocks import mark_worker_alive
from tests.faults.killed_processes import find_database_url
from tests.site import ROOT

pytestmark = pytest.mark.both_databases

BROKEN = Trigger("broken_duty", "petition_appeal", "UPDATE", "NEW.withheld_as_of IS NOT NULL", "broken")


def work() -> None:
    call_command("worker", once=True, verbosity=0)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def readiness(client: Client) -> tuple[int, dict[str, dict[str, object]]]:
    response = client.get("/readyz")
    return response.status_code, response.json()["failing"]


def test_a_duty_that_fails_stops_no_other_and_is_named_until_it_succeeds(
    client: Client, appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    """A duty before screening and erasing, whose writes the database refuses."""
    execute(*BROKEN.statements(connection.vendor))
    old, _ = factories.submitted(appeal, at=datetime.now(UTC) - timedelta(days=8))
    waiting = factories.confirmed(appeal, at=clock.now())
    for failures in (1, 2, 3):
        with pytest.raises(CommandError, match="duties of the worker failed: withheld count"):
            work()
        named = {"withheld count": {"failures": failures, "error": "IntegrityError"}}
        assert readiness(client) == (503 if failures == 3 else 200, named)
    assert not Endorsement.objects.filter(pk=old.pk).exists()
    assert not OutgoingMail.objects.owed().exists()
    assert Endorsement.objects.get(pk=waiting.pk).weighed_at is not None
    assert "'withheld count' of the worker failed: IntegrityError" in caplog.text
    execute(f"DROP TRIGGER broken_duty{' ON petition_appeal' if connection.vendor == 'postgresql' else ''}")
    work()
    assert readiness(client) == (200, {})


def test_a_failure_of_an_ended_worker_is_not_named_for_ever(client: Client, appeal: Appeal) -> None:
    now = clock.now()
    mark_worker_alive(at=now)
    for _ in range(3):
        site_state.record_duty_failure("mirror", error="OSError", at=now - timedelta(minutes=59))
    assert readiness(client)[0] == 503
    WorkerFailure.objects.update(failed_at=now - timedelta(minutes=61))
    assert readiness(client) == (200, {})


def test_a_duty_is_tried_again_after_a_while_and_one_with_more_to_do_at_once(db: None) -> None:
    tries = {"bad": 0, "busy": 0, "idle": 0}

    def fails(_at: datetime) -> None:
        tries["bad"] += 1
        raise OSError

    def is_busy(_at: datetime) -> bool:
        tries["busy"] += 1
        return tries["busy"] < 3

    def is_idle(_at: datetime) -> None:
        tries["idle"] += 1

    table = Duties([Duty("bad", 0, fails), Duty("busy", 600, is_busy), Duty("idle", 600, is_idle)])
    assert [table.run() for _ in range(4)] == [True, True, False, False]
    assert tries == {"bad": 1, "busy": 3, "idle": 1}
    assert table.failed == {"bad"}


@pytest.fixture
def a_worker(monkeypatch: pytest.MonkeyPatch) -> Duties:
    """Run the worker's duties, with the least work in each round and all mail."""
    monkeypatch.setattr(rounds, "PIECE_SECONDS", 0)
    monkeypatch.setattr("petition.management.commands.worker.MAIL_SECONDS", 60)
    worker = Command()
    worker._stop, worker._mirror, worker._delivery = threading.Event(), None, Delivery()
    return Duties(worker._duties())


def test_mail_waits_for_neither_screening_nor_erasing(appeal: Appeal, a_worker: Duties) -> None:
    for _ in range(4):
        factories.submitted(appeal, at=datetime.now(UTC) - timedelta(days=8))
        factories.confirmed(appeal, at=clock.now())
    OutgoingMail.objects.all().delete()
    weighed, unproven = Endorsement.objects.exclude(weighed_at=None), Endorsement.objects.unconfirmed()
    for done in (1, 2, 3):
        factories.submitted(appeal, at=clock.now())
        assert a_worker.run() is True
        assert not OutgoingMail.objects.owed().exists()
        assert (weighed.count(), unproven.count()) == (done, 4)  # one came, one was erased
    while a_worker.run():
        pass
    assert (weighed.count(), unproven.count()) == (35 + 4, 3)


def test_work_in_progress_is_continued_and_not_begun_again() -> None:
    begun: list[datetime] = []

    def begin(at: datetime) -> Iterator[None]:
        begun.append(at)
        yield from [None] * 3

    rounds_of = SlicedWork(begin)
    now = clock.now()
    piece, rounds.PIECE_SECONDS = rounds.PIECE_SECONDS, 0  # type: ignore[misc]
    try:
        assert [rounds_of.run(now) for _ in range(4)] == [True, True, True, False]
    finally:
        rounds.PIECE_SECONDS = piece  # type: ignore[misc]
    assert len(begun) == 1


_A_WORKER = """
from datetime import UTC, datetime, timedelta
import django
django.setup()
from django.core.management import call_command
from petition.reference import clock
with clock.use_machine(lambda: datetime.now(UTC) + timedelta(days=1)):
    call_command("worker", "--once")
"""


_A_WEB_PROCESS = """
from datetime import UTC, datetime, timedelta
from wsgiref.util import setup_testing_defaults
from petition.reference import clock
with clock.use_machine(lambda: datetime.now(UTC) + timedelta(days=1)):
    from petition.wsgi import application
    environ = {"PATH_INFO": "/readyz"}
    setup_testing_defaults(environ)
    print(b"".join(application(environ, lambda status, headers: print(status))).decode())
"""


@pytest.mark.usefixtures("committed")
@pytest.mark.long
def test_processes_on_a_machine_a_day_ahead_use_the_clock_of_the_database() -> None:
    """Takes some seconds: a worker with a right clock, one that erases nothing and reports that, and a web process."""
    appeal = factories.an_appeal()
    now = datetime.now(UTC)
    row, _ = factories.submitted(appeal, at=now - timedelta(days=6, hours=1))
    surroundings = os.environ | {
        "DATABASE_URL": find_database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "petition.settings",
    }
    commands = (["manage.py", "worker", "--once"], ["-c", _A_WORKER], ["-c", _A_WEB_PROCESS])
    right, ahead, web = (
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=surroundings, capture_output=True, check=False, text=True
        )
        for command in commands
    )
    assert (right.returncode, ahead.returncode, web.returncode) == (0, 1, 0), right.stderr + web.stderr
    assert "ten minutes" in ahead.stderr
    assert "retention" in ahead.stderr
    assert '"worker": true' in web.stdout
    assert Endorsement.objects.filter(pk=row.pk).exists()
    assert PrivateLink.objects.live(now).filter(mailbox_index=row.mailbox_index).exists()
    assert SiteState.objects.get().worker_seen_at < now + timedelta(hours=1)  # type: ignore[operator]
