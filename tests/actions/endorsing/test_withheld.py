"""Not named and counted: after a check beyond its mailbox, by two moderators, and published once a day."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.endorsing import withheld_count
from petition.actions.endorsing.withheld_count import NotChecked, SecondModeratorNeeded
from petition.actions.moderation import decisions, undo
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Appeal, AuditEvent, Endorsement, Kind
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, SLUG

DAY = timedelta(days=1)
FIRST: dict[str, Any] = {"by": MODERATOR, "at": NOON}
OTHER: dict[str, Any] = {"by": SECOND, "at": NOON}


def checked(endorsement: Endorsement, how: str = "own_channel") -> Endorsement:
    Endorsement.objects.filter(pk=endorsement.pk).update(checked_how=how)
    return Endorsement.objects.get(pk=endorsement.pk)


def approved(appeal: Appeal, how: str = "own_channel") -> Endorsement:
    return checked(factories.approved(appeal, display="withheld"), how)


def published() -> tuple[int, dict[str, int], int]:
    appeal = Appeal.objects.get(slug=SLUG)
    return appeal.withheld_total, appeal.withheld_checks, appeal.revision


def test_one_moderator_is_not_enough(appeal: Appeal) -> None:
    found = approved(appeal)
    withheld_count.refresh(at=NOON)
    assert published()[0] == 0
    with pytest.raises(SecondModeratorNeeded):
        withheld_count.count(found.pk, **FIRST)
    withheld_count.count(found.pk, **OTHER)
    withheld_count.refresh(at=NOON + DAY)
    assert published()[:2] == (1, {"own_channel": 1})
    event = AuditEvent.objects.get(verb="count")
    assert (event.subject_id, event.actor_id, event.reason) == (found.pk, 2, "own_channel")


def test_its_mailbox_alone_is_not_enough(appeal: Appeal) -> None:
    found = approved(appeal, "")
    with pytest.raises(NotChecked):
        withheld_count.count(found.pk, **OTHER)


def test_it_is_for_what_is_approved_without_a_name_and_not_counted_yet(appeal: Appeal) -> None:
    found = approved(appeal)
    withheld_count.count(found.pk, **OTHER)
    original = Endorsement.objects.get(signatory__kind="original", signatory__number=1)
    decisions.hide(SLUG, Kind.ORIGINAL, 1, **FIRST)
    for row in (found, checked(factories.approved(appeal)), checked(factories.confirmed(appeal)), checked(original)):
        with pytest.raises(NotPossible):
            withheld_count.count(row.pk, **OTHER)


def test_no_change_is_seen_before_the_next_day_and_several_are_seen_at_once(appeal: Appeal) -> None:
    withheld_count.refresh(at=NOON)
    before = published()
    for how in ("own_channel", "vouched", "vouched"):
        withheld_count.count(approved(appeal, how).pk, **OTHER)
    withheld_count.refresh(at=NOON + timedelta(hours=11, minutes=59))
    assert published() == before
    withheld_count.refresh(at=NOON + DAY)
    total, checks, revision = published()
    assert (total, checks, revision) == (3, {"own_channel": 1, "vouched": 2}, before[2] + 1)
    assert AuditEvent.objects.get(verb="refresh_withheld").actor_kind == "worker"
    withheld_count.refresh(at=NOON + 2 * DAY)
    assert published() == (total, checks, revision)


def test_named_ones_are_never_in_it(appeal: Appeal) -> None:
    found = approved(appeal)
    withheld_count.count(found.pk, **OTHER)
    checked(factories.approved(appeal))
    withheld_count.refresh(at=NOON)
    assert published()[0] == 1


@pytest.mark.parametrize("leave", ["withdraw", "revoke"])
def test_what_ends_is_no_longer_counted_and_counts_again_only_after_two(appeal: Appeal, leave: str) -> None:
    found = approved(appeal)
    withheld_count.count(found.pk, **OTHER)
    withheld_count.refresh(at=NOON)
    getattr(decisions, leave)(found.pk, **FIRST)
    withheld_count.refresh(at=NOON + DAY)
    assert published()[:2] == (0, {})
    if leave == "revoke":
        decisions.approve(found.pk, **OTHER)
        withheld_count.refresh(at=NOON + 2 * DAY)
        assert published()[0] == 0
        with pytest.raises(SecondModeratorNeeded):
            withheld_count.count(found.pk, **OTHER)
        withheld_count.count(found.pk, **FIRST)


def test_an_approval_taken_back_is_counted_no_more_and_the_next_one_takes_two(appeal: Appeal) -> None:
    found = approved(appeal)
    withheld_count.count(found.pk, **OTHER)
    undo.undo(found.pk, **FIRST)
    found.refresh_from_db()
    assert (found.state, found.counted_at) == ("confirmed", None)
    decisions.approve(found.pk, **OTHER)
    withheld_count.refresh(at=NOON + DAY)
    assert published()[0] == 0
    with pytest.raises(SecondModeratorNeeded):
        withheld_count.count(found.pk, **OTHER)
    withheld_count.count(found.pk, **FIRST)


def test_no_number_tells_a_name_that_is_withheld_from_one_that_was_withdrawn(appeal: Appeal) -> None:
    hidden, withdrawn = checked(factories.approved(appeal)), checked(factories.approved(appeal))
    withheld_count.count(approved(appeal).pk, **OTHER)
    withheld_count.refresh(at=NOON)
    before = published()
    decisions.hide(SLUG, Kind.FURTHER, 1, **FIRST)
    factories.withdraw_for_good(withdrawn.pk, **FIRST)
    with pytest.raises(NotPossible):
        withheld_count.count(hidden.pk, **OTHER)
    Endorsement.objects.filter(pk=hidden.pk).update(counted_at=NOON)  # by the rules of an earlier version
    withheld_count.refresh(at=NOON + DAY)
    assert published()[:2] == before[:2]
