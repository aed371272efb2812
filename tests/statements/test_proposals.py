"""What is proposed for statements of several coalitions: what is safe, and a question for the rest."""

from pathlib import Path

import pytest

from petition.statements.blocks import BlockKind, format_blocks
from petition.statements.problems import find_notes, find_problems
from petition.statements.proposal import DOUBTS, Part, find_part, propose, to_statement
from tests.factories import STATEMENT, statement

DOCUMENTS = Path(__file__).parent / "documents"


def doubts(source: str) -> list[tuple[str, str]]:
    return [(one.doubt, one.block.text) for one in propose(source) if one.doubt]


def test_the_statement_of_2020_leaves_no_question() -> None:
    assert doubts(STATEMENT.read_text(encoding="utf-8")) == []
    assert (len(statement().signatories), len(statement().demands)) == (35, 8)
    assert find_problems(statement()) == find_notes(statement()) == []


@pytest.mark.parametrize("name", ["two-lists", "people", "quotations"])
def test_statements_of_other_coalitions_are_proposed_as_expected(name: str) -> None:
    source = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
    expected = (DOCUMENTS / f"{name}.proposed.txt").read_text(encoding="utf-8")
    assert format_blocks(to_statement(propose(source)).blocks) == expected
    assert {doubt for doubt, _ in doubts(source)} <= set(DOUBTS)


def listed(*rows: str, heading: str = "Signed by:") -> list[tuple[str, str]]:
    """Return the doubt of each row below a heading."""
    source = f"A title\n\n9 October 2020\n\nWe are concerned.\n\n{heading}\n\n" + "\n".join(rows)
    return [(one.doubt, one.block.text) for one in propose(source)[4:]]


@pytest.mark.parametrize(
    "row",
    [
        "Jane Doe",
        "Maria Petrova (Ukraine)",
        "Dr Jane Doe, Helsinki Committee",
        "Jane Doe, Director, Made-up Foundation",
        "J. Doe",
        "Айнура Асанова",
        "Проф. Иванов, Академия наук",
        "Асан Үсөнов, укук коргоочу",
        "Асанова Айнура Маратовна",
        "Талант уулу Бакыт",
        "Xyzzy Plugh",
    ],
)
def test_who_may_be_a_person_is_never_proposed_as_a_signatory(row: str) -> None:
    assert listed(row) == [("person", row)]


@pytest.mark.parametrize(
    "row",
    [
        "Jane Doe Foundation, in a personal capacity",
        "Фонд «Пример», в личном качестве",
        "Асанова Айнура, жеке",
        "Human Rights House (individual)",
    ],
)
def test_what_speaks_of_a_personal_capacity_is_asked_about(row: str) -> None:
    assert listed(row) == [("individuals", row)]


@pytest.mark.parametrize(
    "row",
    [
        "Truth Hounds (Ukraine/Georgia)",
        "Crude Accountability (United States)",
        "DRA (Germany)",
        "Human Rights Watch",
        "Kharkiv regional foundation Public Alternative",
        "ОФ «Кылым Шамы» (Кыргызстан)",
        "Правозащитный центр «Мемориал»",
        "Укук борбору «Өнөр»",
        "IPHR – International Partnership for Human Rights",
    ],
)
def test_what_is_surely_an_organisation_is_proposed_as_a_signatory(row: str) -> None:
    assert listed(row) == [("", row)]


def test_rows_that_are_no_entries_are_asked_about() -> None:
    rows = ("1. Helsinki House", "Kyrgyzstan", "2. Memorial Centre", "4. Freedom Fund", "Contact: press@fund.example")
    assert listed(*rows) == [
        ("", "Helsinki House"),
        ("row", "Kyrgyzstan"),
        ("", "Memorial Centre"),
        ("number", "Freedom Fund"),
        ("row", "Contact: press@fund.example"),
    ]
    assert listed("Jane Doe", "Helsinki House", heading="Individuals:") == [
        ("individuals", "Jane Doe"),
        ("individuals", "Helsinki House"),
    ]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Signed by:", Part.SIGNATORIES),
        ("Signatories", Part.SIGNATORIES),
        ("The following organisations have signed this letter:", Part.SIGNATORIES),
        ("Подписали:", Part.SIGNATORIES),
        ("Под обращением подписались:", Part.SIGNATORIES),
        ("Кол койгондор:", Part.SIGNATORIES),
        ("Yours sincerely,", Part.SIGNATORIES),
        ("Individuals", Part.INDIVIDUALS),
        ("Background", Part.BACKGROUND),
        ("Справка:", Part.BACKGROUND),
        ("Recommendations", Part.DEMANDS),
        ("Contact", Part.OUTSIDE),
        ("We, the undersigned organisations, call on the government to:", None),
        ("The parliament met on Monday", None),
        ("", None),
    ],
)
def test_headings_are_known_by_their_words(line: str, part: Part | None) -> None:
    assert find_part(line) == part


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("We call on all sides to:\n\n• talk;\n• listen.", ["paragraph", "demand", "demand"]),
        ("Мы требуем:\n\n1) мира;\n2) тишины.", ["paragraph", "demand", "demand"]),
        ("Биз чакырабыз:\n\n- тынчтыкка;\n- сүйлөшүүгө.", ["paragraph", "demand", "demand"]),
        ("Recommendations\n\n1. Talk.\n2. Listen.", ["heading", "demand", "demand"]),
        ("Witnesses said:\n\n• nobody came;\n• nobody went.", ["paragraph", "undecided", "undecided"]),
        ("We demand:\n\n• “Peace now” is banned.", ["paragraph", "undecided"]),
        ("We demand:\n\n• peace.\n\nAnd also:\n\n• quiet.", ["paragraph", "demand", "paragraph", "undecided"]),
    ],
)
def test_items_are_demands_only_below_words_that_call_for_something(text: str, kinds: list[str]) -> None:
    blocks = propose(f"A title\n\n9 October 2020\n\n{text}")
    assert [one.block.kind.value for one in blocks[2:]] == kinds


def test_page_numbers_and_running_headers_are_left_out_and_paragraphs_go_on() -> None:
    source = (
        "A title\n\n9 October 2020\n\nThe members of the coalition are concerned about the closing\n\n1\n\fA title\n\n"
        "of newspapers, and about all that was said\nafter it.\n\n2\n\fA title\n\nThe end is open.\n\n3\n"
    )
    proposed = propose(source)
    texts = [one.block.text for one in proposed if one.block.kind == BlockKind.PARAGRAPH]
    assert texts == [
        "The members of the coalition are concerned about the closing of newspapers, "
        "and about all that was said after it.",
        "The end is open.",
    ]
    assert [one.block.text for one in proposed if one.block.kind == BlockKind.DROPPED] == [
        "1",
        "A title",
        "2",
        "A title",
        "3",
    ]


def test_words_broken_at_the_end_of_a_line_are_made_whole_where_the_text_proves_how() -> None:
    source = (
        "T\n\n9 October 2020\n\nThe oppo-\nsition and other opposition met well-known and well-\n"
        "known people, and a re-\nform."
    )
    (paragraph,) = propose(source)[2:]
    assert paragraph.block.text == (
        "The opposition and other opposition met well-known and well-known people, and a reform."
    )
    assert paragraph.doubt == "hyphen"


@pytest.mark.parametrize("text", ["", "\n", "\f", "—", "1.", "# x", "a\x00b", "\u2028"])
def test_odd_texts_are_read_without_an_error(text: str) -> None:
    find_problems(to_statement(propose(text)))
