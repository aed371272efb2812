"""What is no longer needed is erased on the promised day, not earlier."""

from datetime import timedelta

import pytest

from petition.actions.moderation import decisions
from petition.actions.operations import clock_checks, row_processing
from petition.actions.operations.retention import erase_unconfirmed, purge
from petition.actions.staff.accounts import create_first_administrator
from petition.models import Appeal, AuditEvent, Contact, Endorsement, OutgoingMail, PrivateLink, RateCount, SiteState
from petition.security import rate_limits
from tests import factories
from tests.clocks import site_process
from tests.factories import MODERATOR, NOON

pytestmark = pytest.mark.both_databases

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)


def test_an_unconfirmed_endorsement_is_erased_after_seven_days(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    factories.mails_left(endorsement)
    assert erase_unconfirmed(at=NOON + WEEK - INSTANT) == 0
    assert erase_unconfirmed(at=NOON + WEEK) == 1
    assert not Endorsement.objects.filter(origin="form").exists()
    for table in (Contact, PrivateLink):
        assert not table._default_manager.exists()
    assert not OutgoingMail.objects.owed().exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_kind, event.at) == ("erase", "unconfirmed", "worker", NOON + WEEK)
    assert event.subject_id == endorsement.pk


def test_a_confirmed_endorsement_is_kept_whatever_was_decided(appeal: Appeal) -> None:
    factories.approved(appeal)
    decisions.reject(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON)
    factories.withdraw_for_good(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON)
    assert erase_unconfirmed(at=NOON + 100 * WEEK) == 0
    assert Endorsement.objects.filter(origin="form").count() == 3


def test_an_unconfirmed_one_is_erased_even_after_a_decision(appeal: Appeal) -> None:
    for decide in (decisions.reject, factories.withdraw_for_good):
        unproven, _ = factories.submitted(appeal)
        factories.mails_left(unproven)
        decide(unproven.pk, by=MODERATOR, at=NOON)
    assert erase_unconfirmed(at=NOON + WEEK) == 2


def test_a_purge_erases_everything_expired(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_processing, "AT_ONCE", 2)
    for _ in range(5):
        factories.mails_left(factories.submitted(appeal)[0])
    rate_limits.consume(rate_limits.MAILS_FROM_OWN_PAGE, "somebody", at=NOON)
    assert RateCount.objects.count() == 1
    purge(at=NOON + WEEK)
    assert not Endorsement.objects.filter(origin="form").exists()
    assert not RateCount.objects.exists()


def test_a_purge_keeps_current_counts(appeal: Appeal) -> None:
    factories.submitted(appeal)
    rate_limits.consume(rate_limits.MAILS_FROM_OWN_PAGE, "somebody", at=NOON)
    purge(at=NOON)
    assert (Endorsement.objects.filter(origin="form").count(), RateCount.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_worker_is_seen_at_its_last_heartbeat() -> None:
    with site_process():
        clock_checks.record_heartbeat()
        first = SiteState.objects.get().worker_seen_at
        clock_checks.record_heartbeat()
    second = SiteState.objects.get().worker_seen_at
    assert first and second
    assert second > first
    assert str(SiteState.objects.get()) == "the site"


@pytest.mark.django_db
def test_the_first_administrator_is_made_once() -> None:
    made = create_first_administrator()
    assert made
    assert len(made[1]) == 20
    assert create_first_administrator() is None
