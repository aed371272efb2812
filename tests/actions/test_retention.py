"""What is not needed is erased on the promised day and not a moment before."""

from datetime import timedelta

import pytest

from petition.actions import endorsements, moderation, retention, site_state
from petition.actions.retention import erase_unconfirmed, purge
from petition.actions.staff import first_administrator
from petition.models import Appeal, AuditEvent, Contact, Endorsement, OutgoingMail, PrivateLink, RateCount, SiteState
from tests import factories
from tests.factories import MODERATOR, NOON

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)


def test_an_unconfirmed_endorsement_is_erased_after_seven_days_with_all_that_hangs_on_it(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    assert erase_unconfirmed(at=NOON + WEEK - INSTANT) == 0
    assert erase_unconfirmed(at=NOON + WEEK) == 1
    assert not Endorsement.objects.filter(origin="form").exists()
    for table in (Contact, PrivateLink, OutgoingMail):
        assert not table._default_manager.exists()
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.actor_kind, event.at) == ("erase", "unconfirmed", "worker", NOON + WEEK)
    assert event.subject_id == endorsement.pk


def test_what_was_ever_confirmed_stays_whatever_was_decided(appeal: Appeal) -> None:
    factories.approved(appeal)
    moderation.reject(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON)
    factories.withdraw_for_good(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON)
    assert erase_unconfirmed(at=NOON + 100 * WEEK) == 0
    assert Endorsement.objects.filter(origin="form").count() == 3


def test_what_nobody_confirmed_goes_even_where_a_moderator_decided(appeal: Appeal) -> None:
    for decide in (moderation.reject, factories.withdraw_for_good):
        unproven, _ = factories.submitted(appeal)
        decide(unproven.pk, by=MODERATOR, at=NOON)
    assert erase_unconfirmed(at=NOON + WEEK) == 2


def test_a_link_that_came_late_still_has_its_seven_days(appeal: Appeal) -> None:
    for _ in range(4):  # the fourth mail of a day waits for the next one
        endorsements.submit(appeal, factories.a_submission(contact_email="asel@fund.example"), at=NOON)
    assert erase_unconfirmed(at=NOON + WEEK) == 3
    assert erase_unconfirmed(at=NOON + WEEK + timedelta(days=1)) == 1


def test_a_purge_erases_all_that_is_over_however_much(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for _ in range(5):
        factories.submitted(appeal)
    assert RateCount.objects.count() == 5
    purge(at=NOON + WEEK)
    assert not Endorsement.objects.filter(origin="form").exists()
    assert not RateCount.objects.exists()


def test_a_purge_leaves_counts_that_still_count(appeal: Appeal) -> None:
    factories.submitted(appeal)
    purge(at=NOON)
    assert (Endorsement.objects.filter(origin="form").count(), RateCount.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_worker_is_seen_at_its_last_sign_of_life() -> None:
    site_state.worker_lives(at=NOON)
    site_state.worker_lives(at=NOON + INSTANT)
    assert SiteState.objects.get().worker_seen_at == NOON + INSTANT
    assert str(SiteState.objects.get()) == "the site"


@pytest.mark.django_db
def test_the_first_administrator_is_made_once() -> None:
    made = first_administrator()
    assert made
    assert len(made[1]) == 20
    assert first_administrator() is None
