"""Every trigger of models/database/triggers.py refuses what it should, also to plain SQL."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, models, transaction

from petition.actions.moderation import decisions
from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Signatory, State
from petition.models.choices import ACTIVE
from petition.models.database.triggers import TRIGGERS
from tests import factories
from tests.factories import NOON
from tests.models.rows import (
    SHA256,
    a_change,
    a_demand,
    a_draft,
    a_removal,
    a_signatory,
    an_edition,
    an_import,
    create_in_state,
    hide_signatory,
    record_event,
    update_row,
    update_signatory,
    update_with_event,
)

pytestmark = pytest.mark.both_databases

Action = Callable[[Appeal], object]
MESSAGES = {trigger.name: trigger.message for trigger in TRIGGERS}


def _delete_row(row: models.Model) -> object:
    """Delete the row by plain SQL, without Django's protection of rows that refer to it."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    return rows._raw_delete(rows.db)


def _insert_as(state: State, **columns: object) -> Action:
    def write(appeal: Appeal) -> None:
        endorsement = create_in_state(appeal, State.CONFIRMED)
        endorsement.pk, endorsement.state, endorsement.mailbox_index = None, state, "another"
        endorsement.save(force_insert=True)

    return write


def _update_text(**columns: object) -> Action:
    return lambda appeal: update_row(appeal.texts.get(), **columns)


def _update_draft(**columns: object) -> Action:
    return lambda appeal: update_row(a_draft(appeal), **columns)


def _update_entry(**columns: object) -> Action:
    return lambda appeal: update_signatory(_get_entry(appeal), **columns)


def _get_entry(appeal: Appeal) -> Signatory:
    return appeal.signatories.get(number=1)


def _change_hidden(signatory: Signatory) -> object:
    hide_signatory(signatory)
    return a_change(signatory)


def _start_withdrawal(appeal: Appeal) -> Endorsement:
    return decisions.withdraw(factories.confirmed(appeal).pk, by=factories.MODERATOR, at=NOON)


def _other_appeal() -> Appeal:
    return factories.an_appeal("another-appeal")


REFUSED: list[tuple[str, Action]] = [
    ("audit_no_update", lambda appeal: AuditEvent.objects.update(reason="rewritten")),
    ("audit_no_update", lambda appeal: AuditEvent.objects.filter(verb="import").update(actor_id=7)),
    ("audit_no_delete", lambda appeal: _delete_row(AuditEvent.objects.latest("pk"))),
    ("audit_no_delete", lambda appeal: AuditEvent.objects.all().delete()),
    ("removal_no_update", lambda appeal: update_row(a_removal(appeal), kind="list")),
    ("removal_no_delete", lambda appeal: _delete_row(a_removal(appeal))),
    *(("endorsement_begins", _insert_as(state)) for state in State if state != State.SUBMITTED),
    ("endorsement_begins", lambda appeal: an_import(appeal, state=State.CONFIRMED, decided_at=None)),
    (
        "endorsement_legal_moves",
        lambda appeal: update_with_event(create_in_state(appeal, State.SUBMITTED), state=State.APPROVED),
    ),
    ("endorsement_explained", lambda appeal: update_row(factories.confirmed(appeal), display="withheld")),
    ("endorsement_explained", lambda appeal: update_row(_start_withdrawal(appeal), withdrawal_due_at=None)),
    (
        "endorsement_being_withdrawn",
        lambda appeal: update_with_event(_start_withdrawal(appeal), state=State.REJECTED, decided_at=NOON),
    ),
    ("endorsement_binding", lambda appeal: update_row(factories.confirmed(appeal), appeal=_other_appeal())),
    ("endorsement_binding", lambda appeal: update_row(factories.confirmed(appeal), text=a_draft(appeal))),
    ("endorsement_binding", lambda appeal: update_row(factories.confirmed(appeal), origin="imported")),
    *(
        ("endorsement_no_delete", lambda appeal, state=state: _delete_row(create_in_state(appeal, state)))
        for state in ACTIVE
    ),
    ("signatory_insert_explained", lambda appeal: a_signatory(appeal, explained_by=0)),
    (
        "signatory_insert_explained",
        lambda appeal: a_signatory(appeal, explained_by=record_event(_other_appeal()).pk),
    ),
    ("signatory_update_explained", lambda appeal: update_row(_get_entry(appeal), member=True)),
    (
        "signatory_update_explained",
        lambda appeal: update_row(_get_entry(appeal), label="Other", explained_by=10**9),
    ),
    (
        "signatory_update_explained",
        lambda appeal: update_row(_get_entry(appeal), label="Other", explained_by=record_event(_other_appeal()).pk),
    ),
    ("signatory_identity", _update_entry(number=36)),
    ("signatory_identity", _update_entry(kind="further")),
    ("signatory_identity", lambda appeal: update_signatory(_get_entry(appeal), appeal=_other_appeal())),
    ("signatory_removed_without_changes", lambda appeal: hide_signatory(a_change(_get_entry(appeal)).signatory)),
    ("publicchange_of_a_listed_line", lambda appeal: _change_hidden(_get_entry(appeal))),
    ("publicchange_no_update", lambda appeal: update_row(a_change(_get_entry(appeal)), old_label="Other")),
    ("signatory_no_delete", lambda appeal: _delete_row(a_signatory(appeal))),
    ("text_no_update", _update_text(title="Another title")),
    ("text_no_update", _update_text(published_at=None)),
    ("text_no_update", _update_draft(appeal=1000)),
    ("text_no_update", _update_draft(language="ru")),
    ("text_no_update", _update_draft(version=2)),
    ("text_no_update", _update_draft(status="official")),
    ("text_no_update", _update_draft(dated="2020-10-10")),
    ("text_no_update", _update_draft(dated_as_printed="10 October 2020")),
    ("text_no_update", _update_draft(title="Another title")),
    ("text_no_update", _update_draft(preamble=["Other"])),
    ("text_no_update", _update_draft(closing=["Other"])),
    ("text_no_update", _update_draft(background=["Other"])),
    ("text_no_update", _update_draft(sha256=SHA256[::-1])),
    ("text_no_delete", lambda appeal: _delete_row(a_draft(appeal))),
    ("demand_no_update", lambda appeal: update_row(a_demand(a_draft(appeal)), body="Do nothing")),
    ("demand_no_delete", lambda appeal: _delete_row(Demand.objects.get(number=8))),
    ("demand_no_late_insert", lambda appeal: a_demand(appeal.texts.get(), number=9)),
    ("appeal_only_grows", lambda appeal: update_row(appeal, revision=appeal.revision - 1)),
    ("appeal_only_grows", lambda appeal: update_row(factories.approved(appeal).appeal, last_number=0)),
    ("appeal_only_grows", lambda appeal: update_row(appeal, revision=appeal.revision + 1, last_number=2)),
    ("edition_no_update", lambda appeal: update_row(an_edition(appeal), addressee="Somebody else")),
    ("edition_no_delete", lambda appeal: _delete_row(an_edition(appeal))),
]


@pytest.mark.parametrize(("name", "action"), REFUSED, ids=[f"{i}-{name}" for i, (name, _) in enumerate(REFUSED)])
def test_the_database_refuses_with_a_reason(appeal: Appeal, name: str, action: Action) -> None:
    with pytest.raises(IntegrityError, match=MESSAGES[name]), transaction.atomic():
        action(appeal)


def test_each_trigger_is_tested() -> None:
    assert {name for name, _ in REFUSED} == set(MESSAGES)


def test_allowed_changes_still_work(appeal: Appeal) -> None:
    draft = a_draft(appeal)
    a_demand(draft)
    assert update_row(draft, published_at=NOON) == 1
    assert AppealText.objects.filter(published_at=NOON).count() == 2
    assert update_row(appeal, revision=appeal.revision + 7, last_number=7) == 1
    endorsement, _ = factories.submitted(appeal)
    endorsement.delete()
    assert not Endorsement.objects.filter(pk=endorsement.pk).exists()
