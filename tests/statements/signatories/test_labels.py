"""One printed label taken apart: only what is printed counts."""

import pytest

from petition.statements.signatories.individuals import Likeness, personal_likeness
from petition.statements.signatories.labels import Organisation, organisation_of

IPHR = "International Partnership for Human Rights"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (f"{IPHR} (IPHR, Belgium)", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"{IPHR} (Belgium, IPHR)", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"{IPHR} (IPHR) (Belgium)", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"{IPHR} (IPHR), Belgium", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"{IPHR} (IPHR – Belgium);", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"{IPHR} (Belgium).", Organisation(IPHR, "", "Belgium", ("BE",))),
        (f"IPHR – {IPHR}", Organisation(IPHR, "IPHR")),
        (f"IPHR - {IPHR} (Belgium)", Organisation(IPHR, "IPHR", "Belgium", ("BE",))),
        (f"IPHR: {IPHR}", Organisation(IPHR, "IPHR")),
        (f"{IPHR} - IPHR", Organisation(IPHR, "IPHR")),
        (f"{IPHR} (IPHR)", Organisation(IPHR, "IPHR")),
        ("Freedom Now, USA", Organisation("Freedom Now", "", "USA", ("US",))),
        ("Libereco, Germany, Switzerland", Organisation("Libereco", "", "Germany, Switzerland", ("DE", "CH"))),
        ("Truth Hounds, Ukraine/Georgia", Organisation("Truth Hounds", "", "Ukraine/Georgia", ("UA", "GE"))),
        ("Truth Hounds (Ukraine and Georgia)", Organisation("Truth Hounds", "", "Ukraine and Georgia", ("UA", "GE"))),
        ("Rights (Bosnia and Herzegovina)", Organisation("Rights", "", "Bosnia and Herzegovina", ("BA",))),
        ("DRA (Germany)", Organisation("DRA", "", "Germany", ("DE",))),
        ("DRA – German-Russian Exchange", Organisation("German-Russian Exchange", "DRA")),
        ("Бир Дуйно (Кыргызстан)", Organisation("Бир Дуйно", "", "Кыргызстан", ("KG",))),
        (
            "Комитет «Гражданское содействие» (КГС, Россия)",
            Organisation("Комитет «Гражданское содействие»", "КГС", "Россия", ("RU",)),
        ),
        ("Helsinki Citizens' Assembly – Vanadzor", Organisation("Helsinki Citizens' Assembly – Vanadzor")),
        ("The Norwegian Helsinki Committee", Organisation("The Norwegian Helsinki Committee")),
        ("Georgia", Organisation("Georgia")),
        (", Georgia", Organisation(", Georgia")),
        ("Women, Law and Peace", Organisation("Women, Law and Peace")),
    ],
)
def test_name_acronym_and_countries_are_distinguished(label: str, expected: Organisation) -> None:
    assert organisation_of(label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Sova (the owl)", Organisation("Sova (the owl)", doubtful="(the owl)")),
        ("Sova [SC], Russia", Organisation("Sova [SC]", "", "Russia", ("RU",), "[SC]")),
        ("(SC) Sova Center", Organisation("(SC) Sova Center", doubtful="(SC) Sova Center")),
        ("Sova (NGO)", Organisation("Sova (NGO)", doubtful="(NGO)")),
        ("Sova (Moscow, Russia)", Organisation("Sova (Moscow, Russia)", "", "Russia", ("RU",), "(Moscow, Russia)")),
        ("Sova (SC, Moscow)", Organisation("Sova (SC, Moscow)", "SC", "", (), "(SC, Moscow)")),
        ("Sova (Russia) (Belarus)", Organisation("Sova (Russia)", "", "Belarus", ("BY",), "(Russia)")),
        ("Sova (SC) (SCIA)", Organisation("Sova (SC)", "SCIA", "", (), "(SC)")),
        ("Sova (SC) of Russia", Organisation("Sova (SC) of Russia", doubtful="(SC) of Russia")),
        ("Sova (Atlantis and Russia)", Organisation("Sova (Atlantis and Russia)", doubtful="(Atlantis and Russia)")),
        ("Sova (a (b))", Organisation("Sova (a (b))", doubtful="(a (b))")),
    ],
)
def test_parentheses_not_understood_stay_in_the_name(label: str, expected: Organisation) -> None:
    assert organisation_of(label) == expected


@pytest.mark.parametrize(
    "label",
    [
        "Jane Doe, human rights defender",
        "Jane van der Doe, lawyer",
        "Jane Doe (journalist, Kyrgyzstan)",
        "Jane Doe – activist",
        "Jane Doe, Director, Freedom Now",
        "Dr Jane Doe",
        "Dr. Jane Doe, Institute of Law",
        "Prof. Jane Doe",
        "Азимжан Аскаров, правозащитник",
        "Проф. Анна Иванова",
    ],
)
def test_people_are_recognised(label: str) -> None:
    assert personal_likeness(label) is Likeness.ROLE


@pytest.mark.parametrize(
    "label",
    [
        "Dr. Denis Mukwege Foundation",
        "Lawyers for Lawyers, Netherlands",
        "Front Line Defenders",
        "Truth Hounds, human rights defenders",
        "350.org, director of climate",
        "DRA (Germany)",
        "A Very Long Name of Things, journalist",
        "",
    ],
)
def test_organisations_are_not_taken_for_people(label: str) -> None:
    assert personal_likeness(label) is not Likeness.ROLE
