"""Withheld endorsements are counted after checks by two moderators, and the number is published once a day."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.endorsing import withheld_count
from petition.actions.moderation import decisions, undo
from petition.actions.refusals import NotChecked, NotPossible, SecondPersonNeeded
from petition.models import Appeal, AuditEvent, Endorsement, Kind
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, SLUG

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
FIRST: dict[str, Any] = {"by": MODERATOR, "at": NOON}
OTHER: dict[str, Any] = {"by": SECOND, "at": NOON}


def check(endorsement: Endorsement, how: str = "own_channel") -> Endorsement:
    Endorsement.objects.filter(pk=endorsement.pk).update(checked_how=how)
    return Endorsement.objects.get(pk=endorsement.pk)


def approve(appeal: Appeal, how: str = "own_channel") -> Endorsement:
    return check(factories.approved(appeal, display="withheld"), how)


def get_published() -> tuple[int, dict[str, int], int]:
    appeal = Appeal.objects.get(slug=SLUG)
    return appeal.withheld_total, appeal.withheld_checks, appeal.revision


def test_one_moderator_is_not_enough(appeal: Appeal) -> None:
    endorsement = approve(appeal)
    withheld_count.refresh_published_counts(at=NOON)
    assert get_published()[0] == 0
    with pytest.raises(SecondPersonNeeded):
        withheld_count.count_withheld(endorsement.pk, **FIRST)
    withheld_count.count_withheld(endorsement.pk, **OTHER)
    withheld_count.refresh_published_counts(at=NOON + DAY)
    assert get_published()[:2] == (1, {"own_channel": 1})
    event = AuditEvent.objects.get(verb="count")
    assert (event.subject_id, event.actor_id, event.reason) == (endorsement.pk, 2, "own_channel")


def test_the_mailbox_alone_is_not_enough(appeal: Appeal) -> None:
    endorsement = approve(appeal, "")
    with pytest.raises(NotChecked):
        withheld_count.count_withheld(endorsement.pk, **OTHER)


def test_only_approved_withheld_ones_are_counted_and_only_once(appeal: Appeal) -> None:
    endorsement = approve(appeal)
    withheld_count.count_withheld(endorsement.pk, **OTHER)
    original = Endorsement.objects.get(signatory__kind="original", signatory__number=1)
    decisions.hide(SLUG, Kind.ORIGINAL, 1, **FIRST)
    for row in (endorsement, check(factories.approved(appeal)), check(factories.confirmed(appeal)), check(original)):
        with pytest.raises(NotPossible):
            withheld_count.count_withheld(row.pk, **OTHER)


def test_changes_are_published_together_the_next_day(appeal: Appeal) -> None:
    withheld_count.refresh_published_counts(at=NOON)
    before = get_published()
    for how in ("own_channel", "vouched", "vouched"):
        withheld_count.count_withheld(approve(appeal, how).pk, **OTHER)
    withheld_count.refresh_published_counts(at=NOON + timedelta(hours=11, minutes=59))
    assert get_published() == before
    withheld_count.refresh_published_counts(at=NOON + DAY)
    total, checks, revision = get_published()
    assert (total, checks, revision) == (3, {"own_channel": 1, "vouched": 2}, before[2] + 1)
    assert AuditEvent.objects.get(verb="refresh_withheld").actor_kind == "worker"
    withheld_count.refresh_published_counts(at=NOON + 2 * DAY)
    assert get_published() == (total, checks, revision)


def test_named_ones_are_never_counted(appeal: Appeal) -> None:
    endorsement = approve(appeal)
    withheld_count.count_withheld(endorsement.pk, **OTHER)
    check(factories.approved(appeal))
    withheld_count.refresh_published_counts(at=NOON)
    assert get_published()[0] == 1


@pytest.mark.parametrize("leave", ["withdraw", "revoke"])
def test_an_ended_one_is_no_longer_counted_and_again_only_after_two_checks(appeal: Appeal, leave: str) -> None:
    endorsement = approve(appeal)
    withheld_count.count_withheld(endorsement.pk, **OTHER)
    withheld_count.refresh_published_counts(at=NOON)
    getattr(decisions, leave)(endorsement.pk, **FIRST)
    withheld_count.refresh_published_counts(at=NOON + DAY)
    assert get_published()[:2] == (0, {})
    if leave == "revoke":
        decisions.approve(endorsement.pk, **OTHER)
        withheld_count.refresh_published_counts(at=NOON + 2 * DAY)
        assert get_published()[0] == 0
        with pytest.raises(SecondPersonNeeded):
            withheld_count.count_withheld(endorsement.pk, **OTHER)
        withheld_count.count_withheld(endorsement.pk, **FIRST)


def test_an_undone_approval_is_not_counted_and_the_next_one_needs_two_checks(appeal: Appeal) -> None:
    endorsement = approve(appeal)
    withheld_count.count_withheld(endorsement.pk, **OTHER)
    undo.undo_decision(endorsement.pk, **FIRST)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.counted_at) == ("confirmed", None)
    decisions.approve(endorsement.pk, **OTHER)
    withheld_count.refresh_published_counts(at=NOON + DAY)
    assert get_published()[0] == 0
    with pytest.raises(SecondPersonNeeded):
        withheld_count.count_withheld(endorsement.pk, **OTHER)
    withheld_count.count_withheld(endorsement.pk, **FIRST)


def test_no_number_distinguishes_a_withheld_name_from_a_withdrawn_one(appeal: Appeal) -> None:
    hidden, withdrawn = check(factories.approved(appeal)), check(factories.approved(appeal))
    withheld_count.count_withheld(approve(appeal).pk, **OTHER)
    withheld_count.refresh_published_counts(at=NOON)
    before = get_published()
    decisions.hide(SLUG, Kind.FURTHER, 1, **FIRST)
    factories.withdraw_for_good(withdrawn.pk, **FIRST)
    with pytest.raises(NotPossible):
        withheld_count.count_withheld(hidden.pk, **OTHER)
    Endorsement.objects.filter(pk=hidden.pk).update(counted_at=NOON)  # by the rules of an earlier version
    withheld_count.refresh_published_counts(at=NOON + DAY)
    assert get_published()[:2] == before[:2]
