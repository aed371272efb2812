"""The public list of changes: told when a line is corrected, forgotten when it is removed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from petition.actions.moderation import decisions
from petition.actions.self_service import corrections, withdrawal
from petition.actions.self_service.corrections import Proposal
from petition.models import Appeal, Endorsement, Kind, PrivateLink, PublicChange, Purpose, Signatory, What
from petition.publishing import history
from tests.factories import MODERATOR, NOON, SLUG, approved

LATER = NOON + timedelta(days=10)


def own(endorsement: Endorsement) -> str:
    return PrivateLink.objects.filter(endorsement=endorsement, purpose=Purpose.OWN_PAGE).latest("pk").digest


def corrected(endorsement: Endorsement, changes: dict[str, str], *, old_line_public: bool = False) -> None:
    present = Endorsement.objects.get(pk=endorsement.pk)
    plain = {field: getattr(present, field) for field in ("organisation_name", "acronym", "countries")}
    corrections.propose(own(endorsement), Proposal(**(plain | changes)), at=NOON, old_line_public=old_line_public)
    corrections.accept(endorsement.corrections.waiting().get().pk, by=MODERATOR, at=LATER)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"organisation_name": "New Fund"}, What.NAME),
        ({"acronym": "NF"}, What.ACRONYM),
        ({"countries": "DE"}, What.COUNTRIES),
        ({"organisation_name": "New Fund", "countries": ""}, What.LINE),
    ],
)
def test_it_says_which_part_was_corrected_and_when(appeal: Appeal, changes: dict[str, str], what: What) -> None:
    revision = Appeal.objects.get(pk=appeal.pk).revision
    corrected(approved(appeal, organisation_name="Old Fund"), changes)
    (change,) = history.newest_changes(SLUG)
    assert (change.id, change.what, change.on, change.old_label) == ("further-1", what, LATER.date(), None)
    assert Appeal.objects.get(pk=appeal.pk).revision == revision + 2  # listed, corrected


def test_the_old_wording_stays_only_if_the_organisation_agrees(appeal: Appeal) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    corrected(fund, {"organisation_name": "Secret Fund"})
    corrected(fund, {"organisation_name": "New Fund"}, old_line_public=True)
    assert [change.old_label for change in history.newest_changes(SLUG)] == ["Secret Fund (Kyrgyzstan)", None]


def test_a_correction_that_changes_nothing_is_not_told(appeal: Appeal) -> None:
    corrected(approved(appeal), {})
    assert history.newest_changes(SLUG) == []


def test_a_note_is_told_without_its_words(appeal: Appeal) -> None:
    decisions.note(SLUG, Kind.ORIGINAL, 1, "Closed in 2023.", by=MODERATOR, at=NOON)
    (change,) = history.newest_changes(SLUG)
    assert (change.id, change.what, change.old_label) == ("original-1", What.NOTE, None)


@pytest.mark.parametrize(
    "remove",
    [
        lambda found: decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=LATER),
        lambda found: decisions.revoke(found.pk, by=MODERATOR, at=LATER),
        lambda found: decisions.withdraw(found.pk, by=MODERATOR, at=LATER),
        lambda found: withdrawal.stop_being_named(own(found), at=LATER),
    ],
    ids=["hide", "revoke", "withdraw", "stop"],
)
def test_every_removal_forgets_the_changes_and_looks_the_same(
    appeal: Appeal, remove: Callable[[Endorsement], object]
) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    corrected(fund, {"organisation_name": "New Fund"}, old_line_public=True)
    remove(fund)
    assert not PublicChange.objects.exists()
    assert history.newest_changes(SLUG) == []
    assert history.no_longer_listed(SLUG, "further") == [1]
    emptied = Signatory.objects.get(kind="further")
    assert (emptied.latin, emptied.folded, emptied.listed_on) == ("", "", None)


def test_what_is_sealed_is_corrected_in_silence(appeal: Appeal) -> None:
    fund = approved(appeal, display="withheld")
    proposal = Proposal("New Fund", "", "")
    corrections.propose(own(fund), proposal, at=NOON, old_line_public=True)
    corrections.accept(fund.corrections.get().pk, by=MODERATOR, at=LATER)
    assert not PublicChange.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_only_who_ticks_the_box_agrees_and_the_desk_says_so(
    client: Client, staff: Client, appeal: Appeal, ticked: bool
) -> None:
    fund = approved(appeal, organisation_name="Old Fund")
    address = decisions.issue_own_page(fund.pk, by=MODERATOR, at=NOON)
    page = f"{address.removeprefix('http://127.0.0.1:8000')}correction/"
    box = re.findall(r"<input[^>]*old_line_public[^>]*>", client.get(page).content.decode())
    assert len(box) == 1
    assert "checked" not in box[0]
    posted = {"organisation_name": "New Fund", "acronym": "", "countries": "KG"}
    answer = client.post(page, posted | ({"old_line_public": "on"} if ticked else {}))
    assert answer.status_code == 200
    assert fund.corrections.get().old_line_public is ticked
    desk = staff.get(f"/admin/endorsements/{fund.pk}/").content.decode()
    assert ("its present line stays in the public list of changes" in desk) is ticked
