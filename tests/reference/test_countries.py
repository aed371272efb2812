"""Countries: the frozen names are what the script makes, printed names are recognised and never guessed."""

from collections import defaultdict

import pytest
from hypothesis import given, strategies as st

from petition.reference.countries import COUNTRY_CODES, country_choices, country_name, find_country
from petition.reference.country_aliases import ALIASES
from petition.reference.country_name_overrides import OVERRIDES
from petition.reference.languages import LANGUAGES
from petition.text.input_rules import broken_name_rules
from petition.text.names import clean, fold
from tests.tooling import freeze_countries

# ISO 3166-1 alpha-2, as in the IANA time zone database's iso3166.tab: a source other than CLDR.
ISO_3166_1 = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM
    PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX
    SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - readable as a block
)


def test_the_frozen_file_is_what_the_script_makes_today() -> None:
    assert freeze_countries.TARGET.read_text(encoding="utf-8") == freeze_countries.frozen_text()


def test_every_override_is_used_and_every_language_frozen() -> None:
    assert {code for _, code in OVERRIDES} <= COUNTRY_CODES
    assert tuple(LANGUAGES) == freeze_countries.LANGUAGES


def test_the_codes_are_iso_3166_and_kosovo() -> None:
    assert ISO_3166_1 | {"XK"} == COUNTRY_CODES


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("KG", "ru", "Кыргызстан"),
        ("KG", "ky", "Кыргызстан"),
        ("KG", "en", "Kyrgyzstan"),
        ("US", "ru", "США"),
        ("US", "ky", "АКШ"),
        ("BY", "ru", "Беларусь"),
        ("BY", "ky", "Беларусь"),
        ("MD", "ru", "Молдова"),
        ("MD", "ky", "Молдова"),
        ("BA", "en", "Bosnia and Herzegovina"),
        ("HK", "en", "Hong Kong"),
        ("MO", "en", "Macao"),
        ("MM", "en", "Myanmar"),
        ("PS", "en", "Palestine"),
        ("TR", "en", "Türkiye"),
        ("IM", "ru", "Остров Мэн"),
        ("SH", "ru", "Остров Святой Елены"),
        ("UZ", "ky", "Өзбекстан"),
    ],
)
def test_countries_have_the_names_their_people_use(code: str, language: str, name: str) -> None:
    assert country_name(code, language) == name


@pytest.mark.parametrize(("code", "language"), [("ZZ", "en"), ("kg", "en"), ("KG", "de")])
def test_unknown_codes_and_languages_are_key_errors(code: str, language: str) -> None:
    with pytest.raises(KeyError):
        country_name(code, language)


def test_choices_of_an_unknown_language_are_a_key_error() -> None:
    with pytest.raises(KeyError):
        country_choices("de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_can_be_printed_in_a_list(language: str) -> None:
    for code in COUNTRY_CODES:
        name = country_name(code, language)
        assert name == clean(name)
        assert broken_name_rules(name) == ()
        assert name[0].isupper()
        assert not set(name) & set("&,")


@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_offer_every_country_once(language: str) -> None:
    offered = country_choices(language)
    assert len(offered) == len(COUNTRY_CODES)
    assert {code for code, _ in offered} == COUNTRY_CODES
    assert all(name == country_name(code, language) for code, name in offered)
    assert country_choices(language) is offered


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Cook Islands", "Costa Rica", "Côte d’Ivoire", "Croatia"]),
        ("ru", ["Танзания", "Тёркс и Кайкос", "Того"]),
        ("ky", ["Оман", "Өзбекстан", "Пакистан", "Тунис", "Түндүк Корея", "Түркия", "Түркмөнстан", "Уганда"]),
    ],
)
def test_choices_are_sorted_as_that_language_sorts(language: str, in_order: list[str]) -> None:
    names = [name for _, name in country_choices(language) if name in in_order]
    assert names == in_order


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_ours_is_recognised(language: str) -> None:
    for code in COUNTRY_CODES:
        assert find_country(country_name(code, language)) == code


def test_no_name_or_alias_belongs_to_two_countries() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for code in COUNTRY_CODES:
        for name in (*(country_name(code, language) for language in LANGUAGES), *ALIASES.get(code, ())):
            owners[fold(name)].add(code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_every_alias_adds_something() -> None:
    ours = {fold(country_name(code, language)) for code in COUNTRY_CODES for language in LANGUAGES}
    aliases = [fold(alias) for names in ALIASES.values() for alias in names]
    assert not ours & set(aliases)
    assert ALIASES.keys() <= COUNTRY_CODES


# Every country that the statement of 2020 prints beside a signatory.
AS_PRINTED_IN_2020 = {
    "Belgium": "BE",
    "Kyrgyzstan": "KG",
    "Kazakhstan": "KZ",
    "Hungary": "HU",
    "Armenia": "AM",
    "Lithuania": "LT",
    "Georgia": "GE",
    "Moldova": "MD",
    "Russia": "RU",
    "Germany": "DE",
    "Poland": "PL",
    "Ukraine": "UA",
    "Switzerland": "CH",
    "United States": "US",
    "USA": "US",
    "Belarus": "BY",
}


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        *AS_PRINTED_IN_2020.items(),
        ("The Netherlands", "NL"),
        ("the  netherlands", "NL"),
        ("THE GAMBIA", "GM"),
        ("US", "US"),
        ("U.S.", "US"),
        ("u.s.a.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("Russian Federation", "RU"),
        ("РФ", "RU"),
        ("Czech Republic", "CZ"),
        ("Republic of Moldova", "MD"),
        ("Republic of Kazakhstan", "KZ"),
        ("Republic of Korea", "KR"),
        ("Macedonia", "MK"),
        ("North Macedonia", "MK"),
        ("Kyrgyz Republic", "KG"),
        ("Кыргыз Республикасы", "KG"),
        ("Киргизия", "KG"),
        ("КЫРГЫЗСТАН", "KG"),
        ("США", "US"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("Озбекстан", "UZ"),
        ("Соединенные Штаты Америки", "US"),
        ("Bosnia & Herzegovina", "BA"),
        ("Cote d'Ivoire", "CI"),
        ("Ｇｅｏｒｇｉａ", "GE"),
        ("\u00a0Georgia\u2028", "GE"),
        ("Kosovo", "XK"),
    ],
)
def test_printed_names_are_recognised(printed: str, code: str) -> None:
    assert find_country(printed) == code


@pytest.mark.parametrize(
    "printed",
    [
        *("", " ", "the", "KG", "Kyrgyz", "Georgi", "Georgia (country)", "Ukraine/Georgia", "Germany, Switzerland"),
        *("Congo", "Korea", "РК", "Europe", "IPHR", "OMCT", "Republic of China", "Russiа"),  # the last with Cyrillic а
    ],
)
def test_nothing_is_guessed(printed: str) -> None:
    assert find_country(printed) is None


@given(st.text())
def test_any_text_gets_an_answer(printed: str) -> None:
    assert find_country(printed) in COUNTRY_CODES | {None}
