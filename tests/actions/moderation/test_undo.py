"""A decision can be undone for a minute; its mail is not sent until then."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing.delivery import deliver_due
from petition.actions.moderation import decisions
from petition.actions.moderation.undo import undo_decision
from petition.actions.operations import retention
from petition.actions.refusals import AlreadyDecided, EndorsedAgain, NothingToUndo, TooLateToUndo
from petition.actions.self_service import corrections, own_page, private_links
from petition.models import (
    Appeal,
    AuditEvent,
    Correction,
    Decision,
    Display,
    Endorsement,
    Kind,
    OutgoingMail,
    Purpose,
    Removal,
    Signatory,
    State,
    Status,
)
from petition.reference import clock
from petition.security.encryption import decrypt_column
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SECOND, SLUG, a_code_digest, mails

pytestmark = pytest.mark.both_databases

SOON, LATE = NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)
COLUMNS = [
    field.attname
    for field in Endorsement._meta.concrete_fields
    if field.attname not in ("explained_by", "signatory_id")
]


def row_of(endorsement: Endorsement) -> dict[str, Any]:
    """Return its columns, decrypted: the same name is never encrypted the same twice."""
    row = Endorsement.objects.get(pk=endorsement.pk)
    return {name: decrypt_column(row, name) if name.startswith("sealed_") else getattr(row, name) for name in COLUMNS}


def line_of(endorsement: Endorsement) -> Signatory:
    line = Endorsement.objects.select_related("signatory").get(pk=endorsement.pk).signatory
    assert line
    return line


def own_digest(endorsement: Endorsement) -> str:
    return hash_token(private_links.create_own_page_link(endorsement), Purpose.OWN_PAGE)


def ask(pk: int, *, by: Any, at: datetime) -> Endorsement:
    return decisions.ask_question(pk, "Who are you?", by=by, at=at)


def waiting(appeal: Appeal) -> Endorsement:
    return factories.confirmed(appeal)


def unconfirmed(appeal: Appeal) -> Endorsement:
    return factories.submitted(appeal)[0]


def returned(appeal: Appeal) -> Endorsement:
    return ask(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON - timedelta(days=2))


@pytest.mark.parametrize(
    ("begin", "decide", "verb"),
    [
        (waiting, decisions.approve, "approve"),
        (waiting, decisions.reject, "reject"),
        (waiting, ask, "return"),
        (returned, decisions.reject, "reject"),
        (unconfirmed, decisions.reject, "reject"),
    ],
)
def test_undo_restores_everything_and_both_are_recorded(
    appeal: Appeal, begin: Callable[[Appeal], Endorsement], decide: Callable[..., Endorsement], verb: str
) -> None:
    endorsement = begin(appeal)
    before, owed, asked = row_of(endorsement), mails(), endorsement.questions.count()
    decide(endorsement.pk, by=MODERATOR, at=NOON)
    undo_decision(endorsement.pk, by=SECOND, at=SOON)
    assert row_of(endorsement) == before
    assert (mails(), endorsement.questions.count()) == (owed, asked)
    events = AuditEvent.objects.filter(subject_id=endorsement.pk, subject_kind="endorsement").order_by("-pk")[:2]
    assert (events[0].verb, events[0].reason, events[0].actor_id) == ("undo", verb, 2)
    assert (events[1].verb, events[1].actor_id) == (verb, 1)
    assert not Decision.objects.exists()


def test_a_decision_mail_is_due_after_the_minute_and_not_before(appeal: Appeal) -> None:
    factories.approved(appeal)
    due = OutgoingMail.objects.get(message="listed").due_at
    assert due == LATE
    assert not OutgoingMail.objects.due(SOON).filter(message="listed").exists()


def test_an_undone_approval_keeps_its_number(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    hidden = line_of(endorsement)
    assert (hidden.number, hidden.status, hidden.label) == (1, Status.NO_LONGER_LISTED, "")
    factories.approved(appeal)
    decisions.approve(endorsement.pk, by=MODERATOR, at=LATE)
    assert (line_of(endorsement).number, line_of(endorsement).status) == (1, Status.LISTED)
    listed_mails = [content for message, _, content in mails() if message == "listed"]
    assert len(listed_mails) == 2, "one for each that is listed: the first mail about this one is no longer true"


def test_a_withheld_name_stays_encrypted_and_can_be_decided_again(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, display="withheld", organisation_name="Old Fund")
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.organisation_name) == (State.CONFIRMED, "")
    assert decrypt_column(endorsement, "sealed_name")["organisation_name"] == "Old Fund"
    assert decisions.approve(endorsement.pk, by=MODERATOR, at=LATE).state == State.APPROVED


@pytest.mark.parametrize("kind", [Kind.ORIGINAL, Kind.FURTHER])
def test_undoing_a_hide_restores_name_note_and_date(appeal: Appeal, kind: Kind) -> None:
    factories.approved(appeal, at=NOON - timedelta(days=9))
    decisions.set_public_note(SLUG, kind, 1, "Outlawed in 2023.", by=MODERATOR, at=NOON - timedelta(days=5))
    columns = [field.attname for field in Signatory._meta.concrete_fields if field.attname != "explained_by"]
    line = Signatory.objects.values(*columns).get(kind=kind, number=1)
    endorsement = Endorsement.objects.get(signatory=line["id"])
    before = row_of(endorsement)
    decisions.hide(SLUG, kind, 1, by=MODERATOR, at=NOON)
    assert line_of(endorsement).label == ""
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    assert Signatory.objects.values(*columns).get(kind=kind, number=1) == line
    assert row_of(endorsement) == before
    assert list(Removal.objects.values_list("kind", flat=True)) == ["hide", "list"]
    assert line_of(endorsement).status == Status.LISTED


def test_a_name_hidden_at_its_own_request_stays_hidden(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, at=NOON - timedelta(days=1))
    digest = own_digest(endorsement)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    leaving.stop_being_named(digest, at=SOON)
    with pytest.raises(NothingToUndo):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    assert line_of(endorsement).label == ""


@pytest.mark.parametrize("leave", [leaving.stop_being_named, leaving.withdraw])
def test_an_approval_is_not_undone_after_a_withdrawal(appeal: Appeal, leave: Callable[..., Endorsement]) -> None:
    endorsement = factories.approved(appeal)
    leave(own_digest(endorsement), at=SOON)
    with pytest.raises((NothingToUndo, AlreadyDecided)):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    endorsement.refresh_from_db()
    assert endorsement.state in (State.APPROVED, State.WITHDRAWN)
    assert not endorsement.has_clear_name


def test_after_the_minute_nothing_is_undone(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    with pytest.raises(TooLateToUndo):
        undo_decision(endorsement.pk, by=MODERATOR, at=LATE)
    assert line_of(endorsement).status == Status.LISTED
    assert mails()[-1][0] == "listed"


def test_nothing_is_undone_after_its_mail_was_sent(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    with clock.freeze(LATE):
        deliver_due()
    with pytest.raises(TooLateToUndo):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)


def test_a_later_change_is_reported_and_not_undone(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    decisions.reopen(endorsement.pk, by=SECOND, at=SOON)
    with pytest.raises(AlreadyDecided) as refusal:
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    assert (refusal.value.event.verb, refusal.value.event.actor_id) == ("reopen", 2)


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_rejection_is_not_undone_after_a_new_form(appeal: Appeal, is_proven: bool) -> None:
    form = factories.a_submission()
    begin = factories.confirmed if is_proven else factories.submitted
    begin(appeal, **asdict(form))
    endorsement = Endorsement.objects.latest("pk")
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    begin(appeal, **asdict(form))
    owed = mails()
    with pytest.raises(EndorsedAgain):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, mails()) == (State.REJECTED, owed)


def test_undoing_twice_changes_nothing(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    with pytest.raises(NothingToUndo):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    with pytest.raises(AlreadyDecided) as refusal:
        decisions.revoke(endorsement.pk, by=SECOND, at=LATE)
    assert refusal.value.event.verb == "undo"


def test_undo_works_after_the_mailbox_was_forgotten(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    own_page.forget_mailbox(own_digest(endorsement), a_code_digest(), at=SOON)
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.mailbox_index, mails()) == (State.CONFIRMED, "", [])


# --- corrections ---


def proposed(appeal: Appeal, **changes: str) -> tuple[Endorsement, Correction]:
    endorsement = factories.approved(appeal, organisation_name="Old Fund", at=NOON - timedelta(days=1), **changes)
    corrections.propose_correction(own_digest(endorsement), EntryProposal("New Fund", "NF", "KG"), at=NOON)
    return endorsement, endorsement.corrections.get()


def test_undoing_an_accepted_correction_restores_the_old_entry(appeal: Appeal) -> None:
    endorsement, correction = proposed(appeal)
    before, line, owed = row_of(endorsement), line_of(endorsement).label, mails()
    corrections.accept_correction(correction.pk, by=MODERATOR, at=NOON)
    assert line_of(endorsement).name == "New Fund"
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    assert (row_of(endorsement), line_of(endorsement).label, mails()) == (before, line, owed)
    assert not endorsement.spellings.exists()
    corrections.accept_correction(correction.pk, by=MODERATOR, at=LATE)
    assert line_of(endorsement).name == "New Fund"


def test_undoing_an_accepted_correction_of_an_encrypted_name(appeal: Appeal) -> None:
    endorsement, correction = proposed(appeal, display="withheld")
    corrections.accept_correction(correction.pk, by=MODERATOR, at=NOON)
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    endorsement.refresh_from_db()
    assert (decrypt_column(endorsement, "sealed_name")["organisation_name"], endorsement.organisation_name) == (
        "Old Fund",
        "",
    )


def test_undoing_a_refused_correction_proposes_it_again(appeal: Appeal) -> None:
    endorsement, correction = proposed(appeal)
    corrections.refuse_correction(correction.pk, by=MODERATOR, at=NOON)
    undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    corrections.accept_correction(correction.pk, by=MODERATOR, at=SOON)
    assert line_of(endorsement).name == "New Fund"


def test_undo_does_not_replace_a_newer_proposal(appeal: Appeal) -> None:
    endorsement, correction = proposed(appeal)
    corrections.refuse_correction(correction.pk, by=MODERATOR, at=NOON)
    corrections.propose_correction(own_digest(endorsement), EntryProposal("Newest Fund", "", ""), at=SOON)
    with pytest.raises(Correction.DoesNotExist):
        undo_decision(endorsement.pk, by=MODERATOR, at=SOON)
    assert endorsement.corrections.waiting().count() == 1
    assert mails()[-1][0] == "correction_refused"


def test_data_for_undo_is_deleted_after_the_minute(appeal: Appeal) -> None:
    endorsement, _ = proposed(appeal)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    retention.purge(at=SOON)
    assert Decision.objects.get().endorsement_id == endorsement.pk
    retention.purge(at=LATE)
    assert not Decision.objects.exists()
    endorsement.refresh_from_db()
    assert endorsement.display == Display.WITHHELD
