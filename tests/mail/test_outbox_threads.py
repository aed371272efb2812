"""Several workers at once: each mail is leased exactly once, on both databases."""

from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from petition.mail import outbox
from petition.models import OutgoingMail
from tests.factories import NOON
from tests.faults.parallel import run_parallel
from tests.faults.variants import variant
from tests.mail.test_outbox import queue_test_mail

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]

WORKERS, MAILS = 4, 24
LAST_LINE = "    return next(iter(leased), None)\n"
# The lease is stored, and not committed before others have looked for a mail.
WIDENED = {
    "from django.db import connection\n": "from django.db import connection, transaction\n",
    "def lease_next": "@transaction.atomic\ndef lease_next",
    LAST_LINE: f"    pause()\n{LAST_LINE}",
}
WITHOUT_LOCK = {"FOR UPDATE SKIP LOCKED": ""}


def _leased(module: ModuleType | Any) -> list[int]:
    """Return what all workers together lease until nothing is left."""
    for _ in range(MAILS):
        queue_test_mail()

    def work() -> list[int]:
        mine = []
        while mail := module.lease_next(at=NOON):
            mine.append(mail.pk)
        return mine

    leased = run_parallel([work] * WORKERS)
    assert not [error for error in leased if isinstance(error, Exception)], leased
    return [pk for mine in leased if isinstance(mine, list) for pk in mine]


def _each_once(leased: list[int]) -> bool:
    return sorted(leased) == sorted(OutgoingMail.objects.values_list("pk", flat=True))


def test_each_mail_is_leased_once_though_others_look_before_it_commits() -> None:
    assert _each_once(_leased(variant(outbox, WIDENED)))
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def test_the_outbox_leases_each_mail_once() -> None:
    assert _each_once(_leased(outbox))


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there is no lock to leave out: each statement has it")
def test_without_the_lock_workers_send_twice() -> None:
    assert not _each_once(_leased(variant(outbox, WIDENED | WITHOUT_LOCK)))
