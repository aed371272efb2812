"""Many listed names revoked or hidden at once: previewed, by two people, only as they were shown."""

import re

import pytest
from django.test import Client

from petition.actions.moderation import batches, decisions
from petition.actions.refusals import NothingToDo, SecondPersonNeeded
from petition.models import (
    Appeal,
    AuditEvent,
    BatchAction,
    BatchState,
    Display,
    Endorsement,
    Kind,
    Signatory,
    State,
    Status,
)
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG

FIRST, SECOND = 1, 2
BOTH = pytest.mark.parametrize("action", [BatchAction.REVOKE, BatchAction.HIDE])


def run() -> None:
    while batches.continue_batches():
        pass


def listed_names() -> set[str]:
    return set(Signatory.objects.filter(status=Status.LISTED, kind="further").values_list("name", flat=True))


@BOTH
def test_one_person_proposes_and_another_runs_it(appeal: Appeal, action: BatchAction) -> None:
    rows = [factories.approved(appeal) for _ in range(3)]
    batch = batches.start(action, [row.pk for row in rows], by=FIRST, at=NOON)
    run()
    assert (batch.state, len(listed_names())) == (BatchState.PROPOSED, 3)
    with pytest.raises(SecondPersonNeeded):
        batches.carry_out(batch.pk, by=FIRST, at=NOON)
    batches.carry_out(batch.pk, by=SECOND, at=NOON)
    run()
    assert listed_names() == set()
    for row in rows:
        row.refresh_from_db()
    if action == BatchAction.REVOKE:
        assert {row.state for row in rows} == {State.CONFIRMED}
    else:
        assert {(row.state, row.display) for row in rows} == {(State.APPROVED, Display.WITHHELD)}
    verb = {"revoke": "revoke", "hide": "hide"}[action]
    assert AuditEvent.objects.filter(verb=verb, actor_id=SECOND).count() == 3


@BOTH
def test_what_changed_since_it_was_shown_is_left_alone(appeal: Appeal, action: BatchAction) -> None:
    kept, gone = factories.approved(appeal, organisation_name="Kept Fund"), factories.approved(appeal)
    batch = batches.start(action, [kept.pk, gone.pk], by=FIRST, at=NOON)
    decisions.set_public_note(SLUG, Kind.FURTHER, 1, "A note.", by=MODERATOR, at=NOON)
    batches.carry_out(batch.pk, by=SECOND, at=NOON)
    run()
    assert listed_names() == {"Kept Fund"}


@BOTH
def test_what_is_not_listed_is_not_in_it(appeal: Appeal, action: BatchAction) -> None:
    waiting, unnamed = factories.confirmed(appeal), factories.approved(appeal, display="withheld")
    with pytest.raises(NothingToDo):
        batches.start(action, [waiting.pk, unnamed.pk], by=FIRST, at=NOON)


def test_an_original_signatory_can_be_hidden_and_not_revoked(appeal: Appeal) -> None:
    original = Endorsement.objects.get(signatory__kind="original", signatory__number=1)
    assert batches.list_eligible(BatchAction.HIDE).filter(pk=original.pk).exists()
    assert not batches.list_eligible(BatchAction.REVOKE).filter(pk=original.pk).exists()


def test_every_name_is_shown_first_and_no_undo_is_offered(staff: Client, appeal: Appeal) -> None:
    names = [f"Made-up Fund {letter}" for letter in "ABC"]
    rows = [factories.approved(appeal, organisation_name=name) for name in names]
    page = staff.post("/admin/bulk/", {"deed": "hide", "pk": [row.pk for row in rows]}).content.decode()
    assert all(name in page for name in names)
    assert "You can only propose it. Another moderator must run it." in page
    (shown,) = re.findall(r'name="shown" value="([^"]+)"', page)
    batch_page = staff.post("/admin/bulk/", {"shown": shown}, follow=True).content.decode()
    assert listed_names() == set(names)
    assert 'value="undo"' not in batch_page
