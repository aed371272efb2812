"""Every trigger of models/triggers.py refuses what it is there for, whoever writes."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, models, transaction

from petition.actions.moderation import decisions
from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Signatory, State
from petition.models.endorsements import ACTIVE
from petition.models.triggers import REFUSALS
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
    changed,
    event_about,
    explained,
    hidden,
    in_state,
    relisted,
)

Deed = Callable[[Appeal], object]
MESSAGES = {refusal.name: refusal.message for refusal in REFUSALS}


def _removed(row: models.Model) -> object:
    """One DELETE of the row, past Django's own protection of what refers to it."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    return rows._raw_delete(rows.db)


def _inserted_as(state: State, **columns: object) -> Deed:
    def write(appeal: Appeal) -> None:
        endorsement = in_state(appeal, State.CONFIRMED)
        endorsement.pk, endorsement.state, endorsement.mailbox_index = None, state, "another"
        endorsement.save(force_insert=True)

    return write


def _text_changed(**columns: object) -> Deed:
    return lambda appeal: changed(appeal.texts.get(), **columns)


def _draft_changed(**columns: object) -> Deed:
    return lambda appeal: changed(a_draft(appeal), **columns)


def _line_changed(**columns: object) -> Deed:
    return lambda appeal: relisted(_line(appeal), **columns)


def _line(appeal: Appeal) -> Signatory:
    return appeal.signatories.get(number=1)


def _hidden_and_changed(signatory: Signatory) -> object:
    hidden(signatory)
    return a_change(signatory)


def _being_withdrawn(appeal: Appeal) -> Endorsement:
    return decisions.withdraw(factories.confirmed(appeal).pk, by=factories.MODERATOR, at=NOON)


def _other_appeal() -> Appeal:
    return factories.an_appeal("another-appeal")


REFUSED: list[tuple[str, Deed]] = [
    ("audit_no_update", lambda appeal: AuditEvent.objects.update(reason="rewritten")),
    ("audit_no_update", lambda appeal: AuditEvent.objects.filter(verb="import").update(actor_id=7)),
    ("audit_no_delete", lambda appeal: _removed(AuditEvent.objects.latest("pk"))),
    ("audit_no_delete", lambda appeal: AuditEvent.objects.all().delete()),
    ("removal_no_update", lambda appeal: changed(a_removal(appeal), kind="list")),
    ("removal_no_delete", lambda appeal: _removed(a_removal(appeal))),
    *(("endorsement_begins", _inserted_as(state)) for state in State if state != State.SUBMITTED),
    ("endorsement_begins", lambda appeal: an_import(appeal, state=State.CONFIRMED, decided_at=None)),
    ("endorsement_legal_moves", lambda appeal: explained(in_state(appeal, State.SUBMITTED), state=State.APPROVED)),
    ("endorsement_explained", lambda appeal: changed(factories.confirmed(appeal), display="withheld")),
    ("endorsement_explained", lambda appeal: changed(_being_withdrawn(appeal), withdrawal_due_at=None)),
    (
        "endorsement_being_withdrawn",
        lambda appeal: explained(_being_withdrawn(appeal), state=State.REJECTED, decided_at=NOON),
    ),
    ("endorsement_binding", lambda appeal: changed(factories.confirmed(appeal), appeal=_other_appeal())),
    ("endorsement_binding", lambda appeal: changed(factories.confirmed(appeal), text=a_draft(appeal))),
    ("endorsement_binding", lambda appeal: changed(factories.confirmed(appeal), origin="imported")),
    *(("endorsement_no_delete", lambda appeal, state=state: _removed(in_state(appeal, state))) for state in ACTIVE),
    ("signatory_insert_explained", lambda appeal: a_signatory(appeal, explained_by=0)),
    (
        "signatory_insert_explained",
        lambda appeal: a_signatory(appeal, explained_by=event_about(_other_appeal()).pk),
    ),
    ("signatory_update_explained", lambda appeal: changed(_line(appeal), member=True)),
    (
        "signatory_update_explained",
        lambda appeal: changed(_line(appeal), label="Other", explained_by=10**9),
    ),
    (
        "signatory_update_explained",
        lambda appeal: changed(_line(appeal), label="Other", explained_by=event_about(_other_appeal()).pk),
    ),
    ("signatory_identity", _line_changed(number=36)),
    ("signatory_identity", _line_changed(kind="further")),
    ("signatory_identity", lambda appeal: relisted(_line(appeal), appeal=_other_appeal())),
    ("signatory_removed_without_changes", lambda appeal: hidden(a_change(_line(appeal)).signatory)),
    ("publicchange_of_a_listed_line", lambda appeal: _hidden_and_changed(_line(appeal))),
    ("publicchange_no_update", lambda appeal: changed(a_change(_line(appeal)), old_label="Other")),
    ("signatory_no_delete", lambda appeal: _removed(a_signatory(appeal))),
    ("text_no_update", _text_changed(title="Another title")),
    ("text_no_update", _text_changed(published_at=None)),
    ("text_no_update", _draft_changed(appeal=1000)),
    ("text_no_update", _draft_changed(language="ru")),
    ("text_no_update", _draft_changed(version=2)),
    ("text_no_update", _draft_changed(status="official")),
    ("text_no_update", _draft_changed(dated="2020-10-10")),
    ("text_no_update", _draft_changed(dated_as_printed="10 October 2020")),
    ("text_no_update", _draft_changed(title="Another title")),
    ("text_no_update", _draft_changed(preamble=["Other"])),
    ("text_no_update", _draft_changed(closing=["Other"])),
    ("text_no_update", _draft_changed(background=["Other"])),
    ("text_no_update", _draft_changed(sha256=SHA256[::-1])),
    ("text_no_delete", lambda appeal: _removed(a_draft(appeal))),
    ("demand_no_update", lambda appeal: changed(a_demand(a_draft(appeal)), body="Do nothing")),
    ("demand_no_delete", lambda appeal: _removed(Demand.objects.get(number=8))),
    ("demand_no_late_insert", lambda appeal: a_demand(appeal.texts.get(), number=9)),
    ("appeal_only_grows", lambda appeal: changed(appeal, revision=appeal.revision - 1)),
    ("appeal_only_grows", lambda appeal: changed(factories.approved(appeal).appeal, last_number=0)),
    ("edition_no_update", lambda appeal: changed(an_edition(appeal), addressee="Somebody else")),
    ("edition_no_delete", lambda appeal: _removed(an_edition(appeal))),
]


@pytest.mark.parametrize(("name", "deed"), REFUSED, ids=[f"{i}-{name}" for i, (name, _) in enumerate(REFUSED)])
def test_the_database_refuses_and_says_why(appeal: Appeal, name: str, deed: Deed) -> None:
    with pytest.raises(IntegrityError, match=MESSAGES[name]), transaction.atomic():
        deed(appeal)


def test_each_refusal_is_tried() -> None:
    assert {name for name, _ in REFUSED} == set(MESSAGES)


def test_what_is_not_refused_still_works(appeal: Appeal) -> None:
    draft = a_draft(appeal)
    a_demand(draft)
    assert changed(draft, published_at=NOON) == 1
    assert AppealText.objects.filter(published_at=NOON).count() == 2
    assert changed(appeal, revision=appeal.revision + 5, last_number=7) == 1
    endorsement, _ = factories.submitted(appeal)
    endorsement.delete()
    assert not Endorsement.objects.filter(pk=endorsement.pk).exists()
