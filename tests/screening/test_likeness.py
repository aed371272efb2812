"""Who imitates a listed name is found, and honest names are left alone."""

import itertools

import pytest

from petition.screening.similarity import Likeness, forms, likeness, search_key
from tests.screening.corpus import IMITATIONS, honest, listed, spoofs


@pytest.mark.parametrize("way", IMITATIONS)
def test_every_imitation_of_twenty_listed_names_is_flagged_against_the_name_it_imitates(way: str) -> None:
    tried = [(imitation, name) for how, imitation, name in spoofs() if how == way]
    assert len(tried) == 20
    assert [imitation for imitation, name in tried if imitation == name] == []
    missed = [(imitation, name) for imitation, name in tried if not likeness(forms(imitation), forms(name))]
    assert missed == []


def test_an_imitation_resembles_no_other_listed_name() -> None:
    for _, imitation, name in spoofs():
        for other in listed():
            if other != name:
                assert not likeness(forms(imitation), forms(other)), (imitation, other)


def test_at_most_one_in_fifty_honest_names_resembles_another_or_a_listed_one() -> None:
    names = [forms(name) for name in honest()]
    known = [forms(name) for name in listed()]
    assert len({name.folded for name in names}) == 300
    flagged = {one.folded for one, other in itertools.combinations(names, 2) if likeness(one, other)}
    flagged |= {one.folded for one, other in itertools.product(names, known) if likeness(one, other)}
    assert len(flagged) <= 6, flagged


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Viasna", "«VIÁSNA»", Likeness.SAME),
        ("Viasna", "Vіаsnа", Likeness.LOOKS),
        ("Общественный фонд «Голос свободы»", "Голос свободы", Likeness.LOOKS),
        ("Голос свободы", "Golos Svobody", Likeness.SOUNDS),
        ("Бир Дуйно", "Bir Duino Ltd", Likeness.SOUNDS),
        ("Netherlands Helsinki Committee", "Helsinki Committee Netherlands", Likeness.LETTERS),
        ("Netherlands Helsinki Committee", "Netherlands Helsinki Comittee", Likeness.SOUNDS),
        ("Public Verdict Foundation", "Public Verdikt Foundation", Likeness.LETTERS),
        ("Crude Accountability", "Crude Accountabolity", Likeness.LETTERS),
        ("Freedom Now", "Freedom House", None),
        ("Made-up Fund 12", "Made-up Fund 13", None),
        ("Ltd", "Inc", None),
        ("…", "—", None),
    ],
)
def test_in_which_way_two_names_resemble_each_other(one: str, other: str, how: Likeness | None) -> None:
    assert likeness(forms(one), forms(other)) == likeness(forms(other), forms(one)) == how


def test_a_name_that_is_another_ones_acronym() -> None:
    assert likeness(forms("ОМСТ"), forms("World Organisation Against Torture", "OMCT")) == Likeness.ACRONYM


def test_a_search_finds_a_name_by_its_letters_in_either_alphabet() -> None:
    key = search_key("Бир Дуйно «Кыргызстан»", "БДК")
    assert all(found in key for found in ("бир дуйно", "бдк", "bir duino", "kirgizstan"))
