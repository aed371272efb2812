"""Corrections of an entry, and hiding and showing its name."""

import re

from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.self_service import corrections
from petition.models import Appeal, Correction, Endorsement, Kind
from tests.actions.self_service import leaving
from tests.admin.review.test_endorsement_actions import (
    ESCAPED,
    LATER,
    SCRIPT,
    agree_to_be_named,
    corrected,
    digest,
    original,
    page,
    press,
    verbs,
)
from tests.factories import MODERATOR, NOON, SLUG, approved, confirmed, mails


def decide_on(staff: Client, correction: Correction, decision: str) -> str:
    response = staff.post(
        f"/admin/corrections/{correction.pk}/",
        {"decision": decision, "endorsement": correction.endorsement_id},
        follow=True,
    )
    assert response.status_code == 200
    return response.content.decode()


# --- a correction ---


def test_a_correction_is_shown_beside_the_entry_and_accepted(staff: Client, appeal: Appeal) -> None:
    row, correction = corrected(appeal, organisation_name=f"New {SCRIPT}")
    html = page(staff, row)
    assert f"New {ESCAPED} (NF, Kyrgyzstan)" in html
    assert SCRIPT not in html
    assert html.count("<bdi>Old Fund (Kyrgyzstan)</bdi>") == 2
    after = decide_on(staff, correction, "accept")
    assert "The correction is accepted." in after
    row.refresh_from_db()
    assert row.signatory
    assert row.signatory.label == f"New {SCRIPT} (NF, Kyrgyzstan)"
    assert mails()[-1][0] == "correction_accepted"


def test_a_refused_correction_names_who_decided_first(staff: Client, appeal: Appeal) -> None:
    row, correction = corrected(appeal)
    assert "The correction is refused." in decide_on(staff, correction, "refuse")
    decisions.set_public_note(
        SLUG, Kind.FURTHER, 1, "Later", by=MODERATOR, at=LATER
    )  # a later event is not who was first
    again = decide_on(staff, correction, "accept")
    assert re.search(r"Already decided by moderator at .+: correction refused\.", again)
    row.refresh_from_db()
    assert row.organisation_name == "Old Fund"


def test_a_correction_that_another_replaced_is_not_accepted(staff: Client, appeal: Appeal) -> None:
    row, correction = corrected(appeal)
    corrections.propose_correction(digest(), EntryProposal("Newest Fund", "", ""), at=LATER)
    assert "has changed or cancelled its correction" in decide_on(staff, correction, "accept")
    row.refresh_from_db()
    assert row.organisation_name == "Old Fund"


def test_a_correction_to_a_name_of_the_same_mailbox_is_refused(staff: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="New Fund", contact_email="asel@one.example")
    row = approved(appeal, organisation_name="Old Fund", contact_email="asel@one.example")
    corrections.propose_correction(digest(), EntryProposal("New Fund", "", ""), at=NOON)
    assert "already endorses the appeal under that name" in decide_on(staff, row.corrections.get(), "accept")
    assert Endorsement.objects.filter(organisation_name="Old Fund").exists()


def test_without_the_key_encrypted_fields_say_so(staff: Client, appeal: Appeal, settings: Settings) -> None:
    row, correction = corrected(appeal)
    settings.CONTACT_PRIVATE_KEYS = []
    assert "Encrypted. This server does not have the key." in page(staff, row)
    assert "It is encrypted, and this server does not have the key." in decide_on(staff, correction, "accept")


# --- the name ---


def test_an_original_can_be_hidden_and_shown_again(staff: Client, appeal: Appeal) -> None:
    row = original()
    label = row.label
    assert 'value="hide"' in page(staff, row)
    assert "removed from the whole site" in press(staff, row, "name", decision="hide")
    assert label not in staff.get(f"/appeals/{SLUG}/").content.decode()
    hidden = page(staff, row)
    assert label in hidden
    assert 'value="hide"' not in hidden
    assert "The name is published again." in press(staff, row, "name", decision="show")
    assert original().label == label
    assert verbs(row) == ["hide", "show"]


def test_a_name_is_shown_again_only_at_its_own_request(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal, organisation_name="Back Fund")
    link = digest()
    leaving.stop_being_named(link, at=NOON)
    for decision in ("show", "name_again"):
        assert f'value="{decision}"' not in page(staff, row)
        assert "The organisation has not agreed by e-mail" in press(staff, row, "name", decision=decision)
    agree_to_be_named(row)
    assert "Asks to publish the name again" in page(staff, row)
    assert "The name is published again." in press(staff, row, "name", decision="name_again")
    row.refresh_from_db()
    assert (row.organisation_name, row.name_again_at) == ("Back Fund", None)
    second = press(staff, row, "name", decision="name_again")
    assert re.search(r"Already decided by moderator at .+: name published again\.", second)


def test_a_cancelled_request_to_be_named_is_not_accepted(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    link = digest()
    leaving.stop_being_named(link, at=NOON)
    agree_to_be_named(row)
    leaving.stop_being_named(link, at=LATER)
    assert "The organisation has not agreed by e-mail" in press(staff, row, "name", decision="name_again")
    row.refresh_from_db()
    assert (row.organisation_name, row.name_again_at) == ("", None)


def test_an_endorsement_without_an_entry_cannot_be_hidden(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert staff.post(f"/admin/endorsements/{row.pk}/name/", {"decision": "hide"}).status_code == 404
    assert staff.post(f"/admin/endorsements/{row.pk}/note/", {"words": "x"}).status_code == 404
