"""A hidden name, also of an original, is removed everywhere immediately and does not come back."""

import pytest

from petition.actions.appeals.publication import Outcome, publish_statement
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR
from petition.actions.moderation import decisions
from petition.models import Appeal, AuditEvent, Display, Endorsement, Kind, Signatory, State, Status, TextStatus
from petition.models.signatories import PRINTED_FIELDS
from petition.security.encryption import compute_index, decrypt_column
from petition.text.names import fold
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, mails


def hide(kind: Kind, number: int) -> tuple[Signatory, Endorsement]:
    decisions.hide(SLUG, kind, number, by=MODERATOR, at=NOON)
    signatory = Signatory.objects.get(appeal__slug=SLUG, kind=kind, number=number)
    return signatory, Endorsement.objects.get(signatory=signatory)


@pytest.fixture(params=[Kind.ORIGINAL, Kind.FURTHER])
def kind(request: pytest.FixtureRequest, appeal: Appeal) -> Kind:
    """Each kind, with a listed number 1."""
    factories.approved(appeal)
    return Kind(request.param)


def test_the_public_row_keeps_its_number_and_nothing_else(kind: Kind) -> None:
    signatory, _ = hide(kind, 1)
    assert (signatory.number, signatory.status, signatory.listed_on) == (1, Status.NO_LONGER_LISTED, None)
    assert {getattr(signatory, field) for field in PRINTED_FIELDS} == {""}


def test_the_name_is_encrypted_and_its_hash_stays(kind: Kind) -> None:
    name = Signatory.objects.get(kind=kind, number=1).name
    _, endorsement = hide(kind, 1)
    assert (endorsement.organisation_name, endorsement.acronym, endorsement.countries) == ("", "", "")
    assert decrypt_column(endorsement, "sealed_name")["organisation_name"] == name
    assert endorsement.name_index == compute_index("name", fold(name))
    assert (endorsement.state, endorsement.display) == (State.APPROVED, Display.WITHHELD)


def test_hiding_twice_changes_nothing(kind: Kind, appeal: Appeal) -> None:
    hide(kind, 1)
    before = AuditEvent.objects.count(), Appeal.objects.get(pk=appeal.pk).revision, len(mails())
    hide(kind, 1)
    assert (AuditEvent.objects.count(), Appeal.objects.get(pk=appeal.pk).revision, len(mails())) == before


def test_hiding_is_recorded_and_makes_a_new_revision(kind: Kind, appeal: Appeal) -> None:
    revision = Appeal.objects.get(pk=appeal.pk).revision
    signatory, endorsement = hide(kind, 1)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_id, event.subject_id) == ("hide", 1, endorsement.pk)
    assert signatory.explained_by == endorsement.explained_by == event.pk
    assert Appeal.objects.get(pk=appeal.pk).revision == revision + 1


@pytest.mark.parametrize("number", [0, 36, 10**6])
def test_an_unknown_number_raises(appeal: Appeal, number: int) -> None:
    with pytest.raises(Signatory.DoesNotExist):
        decisions.hide(SLUG, Kind.ORIGINAL, number, by=MODERATOR, at=NOON)


def test_importing_the_statement_again_does_not_bring_a_hidden_name_back(appeal: Appeal) -> None:
    name = Signatory.objects.get(number=1).name
    hide(Kind.ORIGINAL, 1)
    decisions.revoke(Endorsement.objects.get(signatory__number=2).pk, by=MODERATOR, at=NOON)
    revision = Appeal.objects.get(pk=appeal.pk).revision
    edition = StatementDetails(SLUG, "Another issuer", "en", TextStatus.OFFICIAL, appeal.issued_on)
    assert publish_statement(factories.statement(), edition, by=OPERATOR, at=NOON) is Outcome.UNCHANGED
    appeal.refresh_from_db()
    assert (appeal.revision, appeal.issuer) == (revision, "Civic Solidarity Platform")
    assert Signatory.objects.listed().count() == 33
    assert not Signatory.objects.filter(name=name).exists()
    assert not Endorsement.objects.filter(organisation_name=name).exists()


def test_a_name_hidden_while_unlisted_stays_hidden_when_it_is_approved_again(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    decisions.revoke(endorsement.pk, by=MODERATOR, at=NOON)
    hide(Kind.FURTHER, 1)
    decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
    signatory = Signatory.objects.get(kind=Kind.FURTHER, number=1)
    assert signatory.status == Status.NO_LONGER_LISTED
    message, _, content = mails()[-1]
    assert (message, content) == ("counted", {}), "no mail speaks of an entry that is not listed"


def test_a_hidden_one_may_be_withdrawn_and_its_encrypted_name_stays_the_same(appeal: Appeal) -> None:
    factories.approved(appeal)
    _, endorsement = hide(Kind.FURTHER, 1)
    factories.withdraw_for_good(endorsement.pk, by=MODERATOR, at=NOON)
    withdrawn = Endorsement.objects.get(pk=endorsement.pk)
    assert (withdrawn.state, withdrawn.sealed_name) == (State.WITHDRAWN, endorsement.sealed_name)
