"""On a long list few names are compared letter by letter, and an imitation is among them all the same."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from petition.evidence import candidates
from petition.evidence.likeness import forms, joined
from petition.evidence.resemblance import resemblances
from petition.models import Appeal, Endorsement
from petition.protection import contacts
from petition.vocabulary.names import folded
from tests import factories
from tests.evidence.corpus import honest, listed, spoofs
from tests.factories import NOON, approved


def named(appeal: Appeal, name: str) -> Endorsement:
    """An endorsement under this name, with its keys, as the worker leaves it; not stored."""
    own = forms(name)
    return Endorsement(
        pk=0,
        appeal=appeal,
        organisation_name=name,
        name_index=contacts.index_of("name", folded(name)),
        looks_index=contacts.index_of("looks", joined(own.looks)),
        sounds_index=contacts.index_of("sounds", joined(own.sounds)),
    )


@pytest.fixture
def long_list(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> Appeal:
    """The 35 and twenty more, of which fifteen are compared."""
    for name in honest(20):
        approved(appeal, organisation_name=name)
    factories.weigh_due(at=NOON)
    monkeypatch.setattr(candidates, "MOST", 15)
    return appeal


def test_so_many_are_compared_and_no_more(long_list: Appeal) -> None:
    assert len(candidates.listed_beside(named(long_list, "Freedom Now"))) == 15
    with CaptureQueriesContext(connection) as queries:
        resemblances(named(long_list, "Freedom Now"))
    assert len(queries) < 12


def of_listed(appeal: Appeal, name: str) -> set[str]:
    return {one.reference for one in resemblances(named(appeal, name)) if one.reference}


def changed(name: str, chance: random.Random) -> str:
    """Two of its letters are others."""
    for _ in range(2):
        place = chance.randrange(1, len(name) - 1)
        name = f"{name[:place]}{chance.choice('aeiourst')}{name[place + 1 :]}"
    return name


def test_an_imitation_is_found_among_them_as_it_is_among_all(
    long_list: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    imitations = [spoof for _way, spoof, _name in spoofs()] + [changed(name, chance) for name in listed() * 5]
    among_few = [of_listed(long_list, name) for name in imitations]
    monkeypatch.setattr(candidates, "MOST", 1000)
    among_all = [of_listed(long_list, name) for name in imitations]
    missed = [told for told in zip(imitations, among_few, among_all, strict=True) if told[1] != told[2]]
    assert missed == []
    assert [name for name, found in zip(imitations[:200], among_all, strict=False) if not found] == []


def test_an_abbreviation_is_found_among_them(long_list: Appeal) -> None:
    approved(long_list, organisation_name="Fund of Distant Mountains", acronym="FDM")
    factories.weigh_due(at=NOON)
    for name in honest(40)[20:]:
        approved(long_list, organisation_name=name)
    factories.weigh_due(at=NOON)
    assert [one.how for one in resemblances(named(long_list, "FDM")) if one.reference] == ["acronym"]


def test_a_name_is_cut_into_pieces_without_end() -> None:
    assert candidates.pieces("freedom now") == ["free", "dom", "now"]
    assert len(candidates.pieces(" ".join(f"word{number}" for number in range(200)))) == 30
    assert candidates.pieces("") == []
