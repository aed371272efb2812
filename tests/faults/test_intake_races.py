"""Several workers on one intake do each row once, and a row that kills them is set apart, without those beside it.

Each race is also run against a copy of the worker without what prevents it, which must be noticed.
"""

import uuid
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from petition.actions.endorsing import confirmation
from petition.actions.intake import post, take
from petition.actions.intake.request_kinds import RequestKind
from petition.actions.mailing import mailbox_mails
from petition.actions.self_service import links
from petition.models import Contact, Dispute, Endorsement, IntakeRow, OutgoingMail, PrivateLink, Purpose
from petition.models.intake import MOST_TRIES
from petition.publishing.cache.site_status import load_status
from petition.reference import clock
from petition.security.encryption import decrypt_column
from tests import factories
from tests.evidence.figures import record_figure, sized
from tests.faults.killed_processes import Processes
from tests.faults.parallel import run_parallel
from tests.faults.variants import variant
from tests.web.endorse.test_endorse import FORM, RIGHT
from tests.web.visitor import publish_intake_keys

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]

FORMS, MESSAGES, WORKERS = sized(60, 400), sized(20, 100), sized(3, 8)
LATER = timedelta(minutes=3)
"""When the lease of a worker that stands still is over."""
WITHOUT_LEASE = {'attempts=F("attempts") + 1, leased_until=at + _LEASE': 'attempts=F("attempts")'}
WITHOUT_LOOKING = {"if same.update(**changes) != len(rows):\n        raise _DoneElsewhere": "same.update(**changes)"}


def send_form(**changes: Any) -> str:
    """Send the form as a visitor does; return the number of the row."""
    publish_intake_keys()
    response = Client(headers={"host": "127.0.0.1:8000"}).post(FORM, RIGHT | changes)
    assert response.status_code == 302
    return str(response["Location"].split("post=")[1][:32])


def send_message(number: int) -> None:
    client = Client(REMOTE_ADDR=f"10.0.{number}.1", headers={"host": "127.0.0.1:8000"})
    path = f"/appeals/{factories.SLUG}/change/message/"
    assert client.post(path, {"about": "other", "words": f"message {number}"}).status_code == 302


def work(worker: Any, *, later: timedelta = timedelta(0)) -> None:
    """Let this worker do everything that it can."""
    worker.forget_plan()
    while worker.process_intake(at=clock.now() + later):
        pass


def read_messages() -> Counter[str]:
    return Counter(decrypt_column(dispute, "sealed_message") for dispute in Dispute.objects.all())


def race(changes: dict[str, str]) -> Counter[str]:
    """Let several workers, each a copy with these changes, do many forms and messages; return how often each was done.

    Each form comes twice, since somebody pressed the button again on a page that was loaded anew.
    """
    factories.an_appeal()
    for number in range(FORMS):
        send_form(organisation_name=f"Made-up Fund {number // 2}", contact_email=f"fund{number // 2}@fund.example")
    for number in range(MESSAGES):
        send_message(number)
    copies = [variant(take, {"    _store_forms(": "    pause()\n    _store_forms("} | changes) for _ in range(WORKERS)]
    assert run_parallel([partial(work, copy) for copy in copies]) == [None] * WORKERS
    work(take, later=LATER)  # a form that met its twin at the same moment is tried once more
    while mailbox_mails.queue_due_mails(at=clock.now()):  # so are their mails, by the duty that delivers them
        pass
    names = Endorsement.objects.filter(origin="form").values_list("organisation_name", flat=True)
    return Counter(names) + read_messages()


def test_several_workers_at_once_do_each_row_once() -> None:
    done = race({})
    assert len(done) == FORMS // 2 + MESSAGES
    assert set(done.values()) == {1}
    assert Contact.objects.count() == OutgoingMail.objects.filter(message="confirm_mailbox").count() == FORMS // 2
    assert PrivateLink.objects.filter(purpose=Purpose.CONFIRM).count() == FORMS // 2
    assert set(IntakeRow.objects.values_list("outcome", flat=True)) == {"done"}
    record_figure(
        "intake races", f"{WORKERS} workers, {FORMS} forms sent in pairs, {MESSAGES} messages: each done once"
    )


def test_without_leases_and_without_looking_messages_are_there_twice() -> None:
    assert max(race(WITHOUT_LEASE | WITHOUT_LOOKING).values()) > 1


def be_overtaken(changes: dict[str, str]) -> None:
    """Let a worker stand still with a form and a message, while another does both and the contact confirms."""
    factories.an_appeal()
    send_form()
    send_message(1)

    def overtake() -> None:
        work(take, later=LATER)
        (row,) = Endorsement.objects.filter(origin="form")
        link = PrivateLink.objects.get(mailbox_index=row.mailbox_index, purpose=Purpose.CONFIRM)
        confirmation.confirm(link.digest, at=clock.now())

    slow = variant(
        take, {"    _store_forms(forms": "    overtake()\n    _store_forms(forms"} | changes, overtake=overtake
    )
    slow.process_intake(at=clock.now())


def test_a_worker_that_took_too_long_does_nothing_a_second_time(caplog: pytest.LogCaptureFixture) -> None:
    be_overtaken({})
    assert Endorsement.objects.filter(origin="form").count() == 1
    assert list(read_messages().values()) == [1]
    assert caplog.messages == []


def test_without_looking_it_does_both_twice() -> None:
    be_overtaken(WITHOUT_LOOKING)
    assert Endorsement.objects.filter(origin="form").count() == 2
    assert list(read_messages().values()) == [2]


def test_a_row_that_kills_the_worker_is_set_apart_alone(tmp_path: Path) -> None:
    """The worker is killed as soon as it has the row; how often it was tried was committed before."""
    factories.an_appeal()
    rows = [send_form(contact_email=f"fund{number}@fund.example") for number in range(4)]
    processes = Processes(tmp_path)
    for _ in range(MOST_TRIES):
        assert processes.run_worker("dies_at", rows[1], "--once") == -9
        IntakeRow.objects.exclude(leased_until=None).update(leased_until=clock.now())  # two minutes later
    assert processes.run_worker("dies_at", rows[1], "--once") == 0, "it is left alone from now on"
    apart = IntakeRow.objects.get(done_at=None)
    assert (apart.pk.hex, apart.attempts) == (rows[1], MOST_TRIES)
    assert Endorsement.objects.filter(origin="form").count() == 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_a_request_whose_endorsement_stays_locked_holds_up_no_other() -> None:
    """As with a link of one's own in a transaction that never ends; the worker's connections have a lock_timeout."""
    row = factories.approved(factories.an_appeal())
    digest = row.links.filter(purpose=Purpose.OWN_PAGE).values_list("digest", flat=True)[0]
    publish_intake_keys()
    number = uuid.uuid4()
    links.send(digest, number, *post.seal_request(load_status(), RequestKind.END_LINKS, number))
    form = send_form()

    def work_with_limit() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        work(take)

    with transaction.atomic():
        assert links.call("petition_leave", digest, "hide") == "done"
        assert run_parallel([work_with_limit], timeout=20) == [None]
    assert IntakeRow.objects.get(pk=form).outcome == "done"
    waiting = IntakeRow.objects.get(pk=number)
    assert (waiting.attempts, waiting.outcome) == (0, ""), "it waits, and that is no failure"
    work(take, later=LATER)
    assert IntakeRow.objects.get(pk=number).outcome == "done"
