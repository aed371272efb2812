"""What is published is counted in two ways: every change is a revision, and an edit unless it only added an entry."""

from collections.abc import Callable

import pytest
from django.db import transaction

from petition.actions.listing import entries
from petition.actions.moderation import decisions
from petition.actions.self_service import links, private_links
from petition.models import Appeal, Endorsement, Kind, Purpose
from petition.security.tokens import hash_token
from tests.factories import MODERATOR, NOON, SLUG, approved, confirmed, withdraw_for_good

pytestmark = pytest.mark.both_databases


def count(appeal: Appeal) -> tuple[int, int]:
    """Return edits and last number."""
    row = Appeal.objects.get(pk=appeal.pk)
    return row.edits, row.last_number


def test_approvals_are_no_edits(appeal: Appeal) -> None:
    edits, last = count(appeal)
    for name in ("One Fund", "Two Fund"):
        decisions.approve(confirmed(appeal, organisation_name=name).pk, by=MODERATOR, at=NOON)
    assert count(appeal) == (edits, last + 2)


def _revoke_and_list_again(row: Endorsement) -> None:
    decisions.revoke(row.pk, by=MODERATOR, at=NOON)
    before = count(row.appeal)
    decisions.approve(row.pk, by=MODERATOR, at=NOON)
    assert count(row.appeal)[0] > before[0], "an earlier number comes back, so its place in the list changes"


EDITS: dict[str, Callable[[Endorsement], object]] = {
    "hide": lambda row: decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON),
    "revoke": _revoke_and_list_again,
    "withdraw": lambda row: withdraw_for_good(row.pk),
    "withdraw by staff": lambda row: decisions.withdraw(row.pk, by=MODERATOR, at=NOON),
    "note": lambda row: decisions.set_public_note(SLUG, Kind.FURTHER, 1, "A note", by=MODERATOR, at=NOON),
    "leave by the link": lambda row: links.leave(
        hash_token(private_links.create_own_page_link(row), Purpose.OWN_PAGE), "withdraw"
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_everything_else_is_an_edit(appeal: Appeal, name: str) -> None:
    row = approved(appeal)
    edits, last = count(appeal)
    EDITS[name](row)
    assert count(appeal)[0] > edits
    assert count(appeal)[1] == last


def test_a_removal_beside_additions_is_an_edit(appeal: Appeal) -> None:
    """In one transaction, as far as others see: no number can make up for a removal."""
    row = approved(appeal)
    edits, _last = count(appeal)
    with transaction.atomic():
        for name in ("One Fund", "Two Fund", "Three Fund"):
            decisions.approve(confirmed(appeal, organisation_name=name).pk, by=MODERATOR, at=NOON)
        entries.hide_name(Endorsement.objects.get(pk=row.pk), by=MODERATOR, at=NOON)
    assert count(appeal)[0] == edits + 1
