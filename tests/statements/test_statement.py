"""The statement as published, read word by word."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path

from petition.statements.naming import find_issuer, suggest_slug
from petition.statements.result import to_json
from petition.statements.statement import read_statement

SOURCE = Path("fixtures/statement.txt").read_text(encoding="utf-8")
READING = read_statement(SOURCE)

# number, label, name, acronym, countries as printed, countries
SIGNATORIES = [
    (
        1,
        "International Partnership for Human Rights (IPHR, Belgium)",
        "International Partnership for Human Rights",
        "IPHR",
        "Belgium",
        ("BE",),
    ),
    (2, "The Norwegian Helsinki Committee", "The Norwegian Helsinki Committee", "", "", ()),
    (3, "Bir Duino Human Rights Movement (Kyrgyzstan)", "Bir Duino Human Rights Movement", "", "Kyrgyzstan", ("KG",)),
    (4, "Public Association “Dignity” (Kazakhstan)", "Public Association “Dignity”", "", "Kazakhstan", ("KZ",)),
    (5, "Minority Rights Group Europe (Hungary)", "Minority Rights Group Europe", "", "Hungary", ("HU",)),
    (6, "Helsinki Committee of Armenia", "Helsinki Committee of Armenia", "", "", ()),
    (7, "Macedonian Helsinki Committee", "Macedonian Helsinki Committee", "", "", ()),
    (
        8,
        "Helsinki Citizens' Assembly – Vanadzor (Armenia)",
        "Helsinki Citizens' Assembly – Vanadzor",
        "",
        "Armenia",
        ("AM",),
    ),
    (9, "Swedish OSCE-network", "Swedish OSCE-network", "", "", ()),
    (
        10,
        "The Barys Zvozskau Belarusian Human Rights House (Lithuania)",
        "The Barys Zvozskau Belarusian Human Rights House",
        "",
        "Lithuania",
        ("LT",),
    ),
    (11, 'IDP Women Association "Consent" (Georgia)', 'IDP Women Association "Consent"', "", "Georgia", ("GE",)),
    (
        12,
        "The Georgian Centre for Psychosocial and Medical Rehabilitation of Torture Victims (GCRT)",
        "The Georgian Centre for Psychosocial and Medical Rehabilitation of Torture Victims",
        "GCRT",
        "",
        (),
    ),
    (13, "Promo LEX Association (Moldova)", "Promo LEX Association", "", "Moldova", ("MD",)),
    (14, "Bulgarian Helsinki Committee", "Bulgarian Helsinki Committee", "", "", ()),
    (15, "The Human Rights Center (HRC, Georgia)", "The Human Rights Center", "HRC", "Georgia", ("GE",)),
    (
        16,
        "Centre for the Development of Democracy and Human Rights (Russia)",
        "Centre for the Development of Democracy and Human Rights",
        "",
        "Russia",
        ("RU",),
    ),
    (17, "DRA (Germany)", "DRA", "", "Germany", ("DE",)),
    (
        18,
        "Helsinki Foundation for Human Rights (HFHR, Poland)",
        "Helsinki Foundation for Human Rights",
        "HFHR",
        "Poland",
        ("PL",),
    ),
    (19, "Truth Hounds (Ukraine/Georgia)", "Truth Hounds", "", "Ukraine/Georgia", ("UA", "GE")),
    (
        20,
        "Sova Center for Information and Analysis (Russia)",
        "Sova Center for Information and Analysis",
        "",
        "Russia",
        ("RU",),
    ),
    (21, "Women of the Don (Russia)", "Women of the Don", "", "Russia", ("RU",)),
    (22, "Public Verdict Foundation (Russia)", "Public Verdict Foundation", "", "Russia", ("RU",)),
    (
        23,
        "The Association of Ukrainian Human Rights Monitors on Law Enforcement (UMDPL)",
        "The Association of Ukrainian Human Rights Monitors on Law Enforcement",
        "UMDPL",
        "",
        (),
    ),
    (
        24,
        "Center for Participation and Development (Georgia)",
        "Center for Participation and Development",
        "",
        "Georgia",
        ("GE",),
    ),
    (25, "Netherlands Helsinki Committee", "Netherlands Helsinki Committee", "", "", ()),
    (
        26,
        "Libereco Partnership for Human Rights (Germany, Switzerland)",
        "Libereco Partnership for Human Rights",
        "",
        "Germany, Switzerland",
        ("DE", "CH"),
    ),
    (
        27,
        "Women's International League for Peace and Freedom (WILPF, Germany)",
        "Women's International League for Peace and Freedom",
        "WILPF",
        "Germany",
        ("DE",),
    ),
    (
        28,
        "Kharkiv regional foundation Public Alternative (Ukraine)",
        "Kharkiv regional foundation Public Alternative",
        "",
        "Ukraine",
        ("UA",),
    ),
    (29, "Crude Accountability (United States)", "Crude Accountability", "", "United States", ("US",)),
    (30, "Human Rights House Foundation (Switzerland)", "Human Rights House Foundation", "", "Switzerland", ("CH",)),
    (
        31,
        "World Organisation Against Torture (OMCT, Switzerland)",
        "World Organisation Against Torture",
        "OMCT",
        "Switzerland",
        ("CH",),
    ),
    (32, "Freedom Now (USA)", "Freedom Now", "", "USA", ("US",)),
    (33, "Humanrights.ch (Switzerland)", "Humanrights.ch", "", "Switzerland", ("CH",)),
    (34, "Swiss Helsinki Committee", "Swiss Helsinki Committee", "", "", ()),
    (35, 'Human Rights Centre "Viasna" (Belarus)', 'Human Rights Centre "Viasna"', "", "Belarus", ("BY",)),
]


def test_the_35_signatories_are_read_as_printed() -> None:
    read = [(s.number, s.label, s.name, s.acronym, s.countries_as_printed, s.countries) for s in READING.signatories]
    assert read == SIGNATORIES


def test_nine_of_the_35_print_no_country_and_get_none() -> None:
    assert [row.number for row in READING.signatories if not row.countries] == [2, 6, 7, 9, 12, 14, 23, 25, 34]


def test_each_signatory_knows_its_source_lines() -> None:
    lines = [row.lines for row in READING.signatories]
    assert lines[0] == (53, 53)
    assert lines[11] == (64, 66)
    assert lines[34] == (89, 89)


def test_the_title_is_its_two_lines() -> None:
    assert READING.title == (
        "KYRGYZSTAN: CIVIL SOCIETY APPEALS FOR DIALOGUE, RESPECT FOR HUMAN RIGHTS AND "
        "THE RULE OF LAW IN THE CURRENT TIMES OF TURMOIL"
    )


def test_the_date_is_read() -> None:
    assert (READING.dated_as_printed, READING.dated) == ("9 October 2020", dt.date(2020, 10, 9))


def test_the_preamble_is_one_paragraph_up_to_the_demands() -> None:
    (preamble,) = READING.preamble
    assert preamble.startswith("We, members of the Civic Solidarity Platform (CSP) – a network of human rights NGOs")
    assert "North America – express our support" in preamble
    assert "in its efforts to ensure" in preamble
    assert preamble.endswith("To this end, we call in particular for:")


def test_the_eight_demands_are_read_with_their_typos() -> None:
    assert [demand[:20] for demand in READING.demands] == [
        "Inclusive negotiatio",
        "Prompt new, free and",
        "The protection of fu",
        "The protection of jo",
        "Consultation with ci",
        "The implementation o",
        "Commitment to princi",
        "As soon as the situa",
    ]
    assert READING.demands[2] == (
        "The protection of fundamental rights at this time of crisis, including free speech and media freedom, the "
        "right to protest peacefully, freedom of association, the right to democratic participation, the right not to "
        "be subjected to torture and ill-treatment nor to be subjected to excessive force, as well at the right to "
        "life and security of person."
    )


def test_the_ask_to_international_partners_stands_outside_the_demands() -> None:
    assert READING.closing == (
        "We also urge Kyrgyzstan’s international partners to use all means at their disposal to promote the positions "
        "set out above and to help ensure a peaceful settlement of the current crisis in Kyrgyzstan.",
    )


def test_the_background_is_three_paragraphs() -> None:
    assert [(text[:20], text[-20:]) for text in READING.background] == [
        ("The parliamentary el", " for hostage taking."),
        ("On 6 October, the Ce", "nov and his cabinet."),
        ("At this time, differ", "estrictive measures."),
    ]
    assert "those of three pro-presidential parties and one opposition party." in READING.background[0]
    assert "“after legitimate executive authorities are approved”" in READING.background[1]


def test_headings_are_kept_as_printed() -> None:
    assert [(heading.kind, heading.text, heading.line) for heading in READING.headings] == [
        ("signatories", "Signed by:", 52),
        ("background", "Background:", 91),
    ]


def test_nothing_is_left_over() -> None:
    assert (READING.unresolved, READING.further, READING.footnotes) == ((), (), ())


def test_every_change_to_the_source_is_recorded() -> None:
    kinds = Counter(note.kind for note in READING.notes)
    assert set(kinds) == {"trim", "line_join", "dehyphenated"}
    changed = [line for line in SOURCE.split("\n") if line.strip() and line != " ".join(line.split())]
    assert kinds["trim"] == len(changed)
    (mended,) = [note for note in READING.notes if note.kind == "dehyphenated"]
    assert (mended.lines, mended.text) == ((97, 98), "opposition")


def test_the_words_are_the_words_of_the_source() -> None:
    texts = [READING.title, READING.dated_as_printed, *READING.preamble]
    for demand in READING.demands:
        texts += ["•", demand]
    texts += [*READING.closing, "Signed by:"]
    for row in READING.signatories:
        texts += [f"{row.number}.", row.label]
    texts += ["Background:", *READING.background]
    source = SOURCE.replace("op-\n position", "opposition").split()
    assert " ".join(texts).split() == source


def test_the_json_is_readable_stable_and_ends_with_a_newline() -> None:
    text = to_json(READING)
    assert text == to_json(read_statement(SOURCE))
    assert text.endswith("}\n")
    assert "Public Association “Dignity” (Kazakhstan)" in text
    written = json.loads(text)
    assert written["dated"] == "2020-10-09"
    assert written["signatories"][11]["lines"] == [64, 66]
    assert len(written["demands"]) == len(READING.demands)


def test_slug_and_issuer_come_from_the_text() -> None:
    assert suggest_slug(READING) == "kyrgyzstan-2020"
    assert find_issuer(READING) == "Civic Solidarity Platform"
