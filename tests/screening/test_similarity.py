"""Imitations of listed names are found, and honest names are not flagged."""

import itertools

import pytest

from petition.screening.similarity import Likeness, build_name_forms, build_search_key, compare_names
from tests.screening.corpus import IMITATIONS, honest_names, iterate_imitations, listed_names


@pytest.mark.parametrize("way", IMITATIONS)
def test_every_imitation_of_twenty_listed_names_is_flagged_against_the_name_it_imitates(way: str) -> None:
    tried = [(imitation, name) for how, imitation, name in iterate_imitations() if how == way]
    assert len(tried) == 20
    assert [imitation for imitation, name in tried if imitation == name] == []
    missed = [
        (imitation, name)
        for imitation, name in tried
        if not compare_names(build_name_forms(imitation), build_name_forms(name))
    ]
    assert missed == []


def test_an_imitation_resembles_no_other_listed_name() -> None:
    listed = {name: build_name_forms(name) for name in listed_names()}
    for _, imitation, name in iterate_imitations():
        forms = build_name_forms(imitation)
        for other, forms_of_other in listed.items():
            if other != name:
                assert not compare_names(forms, forms_of_other), (imitation, other)


def test_at_most_one_in_fifty_honest_names_resembles_another_or_a_listed_one() -> None:
    names = [build_name_forms(name) for name in honest_names()]
    known = [build_name_forms(name) for name in listed_names()]
    assert len({name.folded for name in names}) == 300
    flagged = {one.folded for one, other in itertools.combinations(names, 2) if compare_names(one, other)}
    flagged |= {one.folded for one, other in itertools.product(names, known) if compare_names(one, other)}
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
def test_the_kind_of_resemblance_is_named(one: str, other: str, how: Likeness | None) -> None:
    assert (
        compare_names(build_name_forms(one), build_name_forms(other))
        == compare_names(build_name_forms(other), build_name_forms(one))
        == how
    )


def test_a_name_equal_to_another_acronym_is_flagged() -> None:
    assert (
        compare_names(build_name_forms("ОМСТ"), build_name_forms("World Organisation Against Torture", "OMCT"))
        == Likeness.ACRONYM
    )


def test_a_search_finds_a_name_by_its_letters_in_either_alphabet() -> None:
    key = build_search_key("Бир Дуйно «Кыргызстан»", "БДК")
    assert all(part in key for part in ("бир дуйно", "бдк", "bir duino", "kirgizstan"))
