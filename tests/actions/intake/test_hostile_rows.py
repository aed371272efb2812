"""What a stolen public process could put into the intake: nothing is made of it, and staff are told."""

import logging
from typing import Any

import pytest

from petition.actions.intake.request_kinds import RequestKind
from petition.actions.self_service import private_links
from petition.actions.staff import attention
from petition.models import Appeal, Contact, IntakeRow, PrivateLink, State
from petition.reference import clock
from petition.security import encryption
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.intake.sending import form_fields, forms, insert, is_set_apart, send
from tests.web.visitor import work

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def expect_refusal(row: IntakeRow, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing was made of the row; it is set apart, logged, and staff are told."""
    with caplog.at_level(logging.ERROR):
        work()
    assert is_set_apart(row)
    assert any("set apart" in record.getMessage() for record in caplog.records)
    assert not forms()
    assert attention.SET_APART in attention.find_problems(at=clock.now())


def test_a_box_that_was_copied_to_another_row_is_refused(appeal: Appeal, caplog: pytest.LogCaptureFixture) -> None:
    send(appeal)
    genuine = IntakeRow.objects.get()
    box, key_id = bytes(genuine.box), genuine.key_id
    genuine.delete()
    copied = IntakeRow.objects.create(appeal=appeal.pk, key_id=key_id, box=box)
    expect_refusal(copied, caplog)


def test_a_box_for_another_appeal_is_refused(appeal: Appeal, caplog: pytest.LogCaptureFixture) -> None:
    row = insert(appeal.pk, RequestKind.FORM, form_fields())
    IntakeRow.objects.update(appeal=appeal.pk + 1)
    expect_refusal(row, caplog)


def test_a_value_stored_at_rest_is_no_box(appeal: Appeal, caplog: pytest.LogCaptureFixture) -> None:
    endorsement = factories.confirmed(appeal)
    stolen = Contact.objects.get(endorsement=endorsement).sealed_mailbox.encode().ljust(304, b"=")[:304]
    row = IntakeRow.objects.create(appeal=appeal.pk, key_id=encryption.get_public_key_id(), box=stolen)
    with caplog.at_level(logging.ERROR):
        work()
    assert is_set_apart(row)


WRONG: list[dict[str, Any]] = [
    {"organisation_name": ""},
    {"organisation_name": "x" * 301},
    {"organisation_name": "Fund\u202egnud"},
    {"organisation_name": ["a"]},
    {"organisation_name": None},
    {"countries": "KG"},
    {"countries": ["XX"]},
    {"countries": [["KG"]]},
    {"countries": ["KG", "DE", "FR", "US"]},
    {"display": "published"},
    {"language": "xx"},
    {"contact_email": "nobody"},
    {"contact_email": "a@b.example\nBcc: all@b.example"},
    {"website": "javascript:alert(1)"},
    {"word": "sent by you"},
    {"seconds": "60"},
    {"seconds": 10**12},
    {"level": "open"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_form_that_no_page_sends_is_refused(
    appeal: Appeal, caplog: pytest.LogCaptureFixture, wrong: dict[str, Any]
) -> None:
    expect_refusal(insert(appeal.pk, RequestKind.FORM, form_fields(**wrong)), caplog)


@pytest.mark.parametrize("kind", ["", "approve", "publish", "sql", *sorted(set(RequestKind) - {"form"})])
def test_a_request_of_another_kind_does_nothing_without_a_link(
    appeal: Appeal, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    row = insert(appeal.pk, kind, {"row": "nonsense", "mailbox": "nobody", "words": 5, "form": "x"})
    expect_refusal(row, caplog)


@pytest.mark.parametrize("kind", sorted(RequestKind))
def test_a_link_can_ask_only_for_what_it_is_for(
    appeal: Appeal, caplog: pytest.LogCaptureFixture, kind: RequestKind
) -> None:
    """The link of the own page asks for everything; what is not done through it is refused, and nothing is decided."""
    endorsement = factories.confirmed(appeal)
    token = private_links.create_own_page_link(endorsement)
    insert(0, kind, {"form": endorsement.fingerprint}, link_digest=hash_token(token, "own_page"))
    work()
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED
    assert endorsement.signatory is None


def test_a_code_of_somebody_else_is_not_taken_over(appeal: Appeal) -> None:
    theirs, mine = factories.confirmed(appeal), factories.confirmed(appeal)
    factories.give_removal_code(theirs)
    digest = PrivateLink.objects.get(endorsement=theirs, purpose="removal_code").digest
    token = private_links.create_own_page_link(mine)
    insert(0, RequestKind.NEW_CODE, {"code": digest}, link_digest=hash_token(token, "own_page"))
    work()
    assert PrivateLink.objects.get(digest=digest).endorsement == theirs


def test_a_row_with_a_link_that_does_not_exist_is_refused_quietly(appeal: Appeal) -> None:
    row = insert(0, RequestKind.CONFIRM, {"form": ""}, link_digest="0" * 64)
    work()
    assert IntakeRow.objects.get(pk=row.pk).outcome == "refused"
