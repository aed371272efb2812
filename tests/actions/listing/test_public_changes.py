"""Public changes are recorded when an entry is corrected, and deleted when it is removed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.self_service import corrections
from petition.models import Appeal, ChangeKind, Endorsement, Kind, PrivateLink, PublicChange, Purpose, Signatory
from petition.publishing import queries
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SLUG, approved

pytestmark = pytest.mark.both_databases

LATER = NOON + timedelta(days=10)


def own_digest(endorsement: Endorsement) -> str:
    return PrivateLink.objects.filter(endorsement=endorsement, purpose=Purpose.OWN_PAGE).latest("pk").digest


def correct(endorsement: Endorsement, changes: dict[str, str], *, old_line_public: bool = False) -> None:
    present = Endorsement.objects.get(pk=endorsement.pk)
    plain = {field: getattr(present, field) for field in ("organisation_name", "acronym", "countries")}
    corrections.propose_correction(
        own_digest(endorsement), EntryProposal(**(plain | changes)), at=NOON, old_line_public=old_line_public
    )
    corrections.accept_correction(endorsement.corrections.waiting().get().pk, by=MODERATOR, at=LATER)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"organisation_name": "New Fund"}, ChangeKind.NAME),
        ({"acronym": "NF"}, ChangeKind.ACRONYM),
        ({"countries": "DE"}, ChangeKind.COUNTRIES),
        ({"organisation_name": "New Fund", "countries": ""}, ChangeKind.LINE),
    ],
)
def test_a_change_has_the_part_and_the_day(appeal: Appeal, changes: dict[str, str], what: ChangeKind) -> None:
    revision = Appeal.objects.get(pk=appeal.pk).revision
    correct(approved(appeal, organisation_name="Old Fund"), changes)
    (change,) = queries.list_changes(SLUG)
    assert (change.id, change.what, change.on, change.old_label) == ("further-1", what, LATER.date(), None)
    assert Appeal.objects.get(pk=appeal.pk).revision == revision + 2  # listed, correct


def test_the_old_text_is_kept_only_if_the_organisation_agrees(appeal: Appeal) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    correct(fund, {"organisation_name": "Secret Fund"})
    correct(fund, {"organisation_name": "New Fund"}, old_line_public=True)
    assert [change.old_label for change in queries.list_changes(SLUG)] == ["Secret Fund (Kyrgyzstan)", None]


def test_a_correction_that_changes_nothing_is_not_recorded(appeal: Appeal) -> None:
    correct(approved(appeal), {})
    assert queries.list_changes(SLUG) == []


def test_a_note_is_recorded_without_its_text(appeal: Appeal) -> None:
    decisions.set_public_note(SLUG, Kind.ORIGINAL, 1, "Closed in 2023.", by=MODERATOR, at=NOON)
    (change,) = queries.list_changes(SLUG)
    assert (change.id, change.what, change.old_label) == ("original-1", ChangeKind.NOTE, None)


@pytest.mark.parametrize(
    "remove",
    [
        lambda endorsement: decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=LATER),
        lambda endorsement: decisions.revoke(endorsement.pk, by=MODERATOR, at=LATER),
        lambda endorsement: decisions.withdraw(endorsement.pk, by=MODERATOR, at=LATER),
        lambda endorsement: leaving.stop_being_named(own_digest(endorsement), at=LATER),
    ],
    ids=["hide", "revoke", "withdraw", "stop"],
)
def test_every_removal_deletes_the_changes_and_looks_the_same(
    appeal: Appeal, remove: Callable[[Endorsement], object]
) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    correct(fund, {"organisation_name": "New Fund"}, old_line_public=True)
    remove(fund)
    assert not PublicChange.objects.exists()
    assert queries.list_changes(SLUG) == []
    assert queries.list_removed_numbers(SLUG, "further") == [1]
    emptied = Signatory.objects.get(kind="further")
    assert (emptied.latin, emptied.folded, emptied.listed_on) == ("", "", None)


def test_an_encrypted_name_is_corrected_without_a_public_change(appeal: Appeal) -> None:
    fund = approved(appeal, display="withheld")
    proposal = EntryProposal("New Fund", "", "")
    corrections.propose_correction(own_digest(fund), proposal, at=NOON, old_line_public=True)
    corrections.accept_correction(fund.corrections.get().pk, by=MODERATOR, at=LATER)
    assert not PublicChange.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_only_a_ticked_box_is_agreement_and_staff_see_it(
    client: Client, staff: Client, appeal: Appeal, ticked: bool
) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    address = decisions.issue_private_link(fund.pk, by=MODERATOR, at=NOON)
    page = f"{address.removeprefix('http://127.0.0.1:8000')}correction/"
    box = re.findall(r"<input[^>]*old_line_public[^>]*>", client.get(page).content.decode())
    assert len(box) == 1
    assert "checked" not in box[0]
    posted = {"organisation_name": "New Fund", "acronym": "", "countries": "KG"}
    response = client.post(page, posted | ({"old_line_public": "on"} if ticked else {}))
    assert response.status_code == 200
    assert fund.corrections.get().old_line_public is ticked
    staff_page = staff.get(f"/admin/endorsements/{fund.pk}/").content.decode()
    assert ("the public list of changes shows the old entry" in staff_page) is ticked
