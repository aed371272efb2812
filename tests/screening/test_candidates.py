"""On a long list few names are compared letter by letter, and an imitation is among them all the same."""

import os
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import decisions, hold
from petition.models import Appeal, Endorsement, OutgoingMail
from petition.screening import candidates
from petition.screening.similar_names import find_resemblances
from petition.screening.similarity import build_name_forms, join_words
from petition.security import encryption
from petition.text.names import fold
from tests import factories
from tests.factories import MODERATOR, NOON, approved
from tests.screening.corpus import IMITATIONS, honest_names, iterate_imitations, listed_names

FULL = bool(os.environ.get("EVIDENCE_FULL"))


def build_endorsement(appeal: Appeal, name: str) -> Endorsement:
    """Return an unsaved endorsement of this name, with its keys as the worker sets them."""
    own = build_name_forms(name)
    return Endorsement(
        pk=0,
        appeal=appeal,
        organisation_name=name,
        name_index=encryption.compute_index("name", fold(name)),
        looks_index=encryption.compute_index("looks", join_words(own.looks)),
        sounds_index=encryption.compute_index("sounds", join_words(own.sounds)),
    )


def approve_names(appeal: Appeal, names: list[str]) -> None:
    """List these names. Their mails are deleted: the next form would read each of them."""
    for name in names:
        approved(appeal, organisation_name=name)
        OutgoingMail.objects.all().delete()


@pytest.fixture
def long_list(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> Appeal:
    """The 35 and twenty more, of which fifteen are compared."""
    approve_names(appeal, honest_names(20))
    factories.screen_due(at=NOON)
    monkeypatch.setattr(candidates, "MAX_CANDIDATES", 15)
    return appeal


def test_the_number_of_comparisons_is_limited(long_list: Appeal) -> None:
    assert len(candidates.list_candidates(build_endorsement(long_list, "Freedom Now"))) == 15
    with CaptureQueriesContext(connection) as queries:
        find_resemblances(build_endorsement(long_list, "Freedom Now"))
    assert len(queries) < 13


def find_listed_references(appeal: Appeal, name: str) -> set[str]:
    return {one.reference for one in find_resemblances(build_endorsement(appeal, name)) if one.reference}


def change_two_letters(name: str, chance: random.Random) -> str:
    """Change two letters of a name."""
    for _ in range(2):
        place = chance.randrange(1, len(name) - 1)
        name = f"{name[:place]}{chance.choice('aeiourst')}{name[place + 1 :]}"
    return name


def test_an_imitation_is_found_as_if_all_names_were_compared(
    long_list: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them is compared with some and with all: 25 ms. EVIDENCE_FULL=1 takes all names with all ways."""
    chance = random.Random(7)
    tried = list(iterate_imitations())[:: 1 if FULL else 7]
    assert len({way for way, _imitation, _name in tried}) == len(IMITATIONS)
    imitations = [imitation for _way, imitation, _name in tried]
    imitations += [change_two_letters(name, chance) for name in listed_names() * (5 if FULL else 1)]
    among_few = [find_listed_references(long_list, name) for name in imitations]
    monkeypatch.setattr(candidates, "MAX_CANDIDATES", 1000)
    among_all = [find_listed_references(long_list, name) for name in imitations]
    missed = [row for row in zip(imitations, among_few, among_all, strict=True) if row[1] != row[2]]
    assert missed == []
    assert [name for name, ok in zip(imitations[: len(tried)], among_all, strict=False) if not ok] == []


def test_an_abbreviation_is_found(long_list: Appeal) -> None:
    approved(long_list, organisation_name="Fund of Distant Mountains", acronym="FDM")
    factories.screen_due(at=NOON)
    approve_names(long_list, honest_names(40)[20:])
    factories.screen_due(at=NOON)
    assert [one.how for one in find_resemblances(build_endorsement(long_list, "FDM")) if one.reference] == ["acronym"]


def test_a_name_is_split_into_at_most_30_pieces() -> None:
    assert candidates.split_into_pieces("freedom now") == ["free", "dom", "now"]
    assert len(candidates.split_into_pieces(" ".join(f"word{number}" for number in range(200)))) == 30
    assert candidates.split_into_pieces("") == []


NOT_PUBLISHED = {
    "approved": ("Fund of Distant Mountains", "Fund of Distant Mountians", "FDM"),
    "on hold": ("Society for Silent Rivers", "Socioty for Silent Rivers", "SSR"),
    "rejected": ("Union of Patient Gardeners", "Union of Patient Gardners", "UPG"),
}
"""The name of an endorsement in each of these states, the same with a few letters changed, and its abbreviation."""


def test_names_that_are_not_published_are_compared_like_listed_ones(long_list: Appeal) -> None:
    """Also among more of them than are compared letter by letter. Makes the 35 and 43 more: 3 s."""
    rows = {}
    for state, (name, _, acronym) in NOT_PUBLISHED.items():
        rows[state] = factories.confirmed(long_list, organisation_name=name, acronym=acronym, display="withheld").pk
    decisions.approve(rows["approved"], by=MODERATOR, at=NOON)
    decisions.reject(rows["rejected"], by=MODERATOR, at=NOON)
    hold.put_on_hold([rows["on hold"]], reason="moderator", by=MODERATOR, at=NOON)
    for name in honest_names(60)[40:]:
        factories.confirmed(long_list, organisation_name=name, display="withheld")
        OutgoingMail.objects.all().delete()
    factories.screen_due(at=NOON)
    for state, typed in NOT_PUBLISHED.items():
        for name, how in zip(typed, ("same", "letters", "acronym"), strict=True):
            found = {one.endorsement: one.how for one in find_resemblances(build_endorsement(long_list, name))}
            assert found.get(rows[state]) == how, (state, name)
