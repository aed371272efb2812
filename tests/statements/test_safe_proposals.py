"""What is not sure is asked: persons, several things in one line, what others say, page numbers, wrapped numbers."""

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from petition.statements.blocks import Block, BlockKind, Statement, is_marked_up
from petition.statements.proof import Change, compare_words
from petition.statements.proposal import propose
from petition.statements.source import SourceRefused, read_bytes, refuse_unreadable, tidy


def kinds_in(body: str, heading: str = "") -> list[tuple[str, str]]:
    """Return kind and words of each block below the first paragraph and the heading."""
    source = tidy(
        f"A title\n\n9 October 2020\n\nWe are concerned.\n\n{f'{heading}:{chr(10)}{chr(10)}' if heading else ''}{body}"
    )
    return [(one.block.kind.value, one.block.text) for one in propose(source)[4 if heading else 3 :]]


def signatories_in(*rows: str) -> list[str]:
    return [words for kind, words in kinds_in("\n".join(rows), "Signed by") if kind == "signatory"]


@pytest.mark.parametrize(
    "row",
    [
        "Human rights lawyer Nurbek Toktakunov",
        "Human rights defender Azimjon Askarov",
        "Independent journalist Ulugbek Babakulov (France)",
        "Former president Roza Otunbayeva, Kyrgyzstan",
        "Member of the European Parliament Heidi Hautala, Finland",
        "María de los Ángeles García Hernández (Spain)",
        "Askarov (Kyrgyzstan)",
        "правозащитник Азимжан Аскаров (Кыргызстан)",
        "адвокат Анна Петрова, Россия",
        "Член общества «Мемориал» Олег Орлов",
        "укук коргоочу Азиза Абдирасулова",
        "Азиза Абдирасулова айым, укук коргоочу",
        "журналист Болот Темиров (Кыргызстан)",
        "Human Rights Watch, Kenneth Roth, Executive Director",
        "Фонд «Голос свободы» – Сардар Багишбеков, директор",
        "«Бир Дуйно» кыймылы, Төлөкан Исмаилова, төрайым",
        "Freedom House staff member, signing as a private person",
        "Human Rights Watch researchers, signing as individuals",
        "сотрудник Human Rights Watch, как частное лицо",
        "Human Rights Watch, от себя лично Олег Орлов",
    ],
)
def test_a_person_or_a_representative_is_no_signatory_without_a_question(row: str) -> None:
    assert signatories_in("1. Helsinki House", f"2. {row}") == ["Helsinki House"]


@pytest.mark.parametrize(
    "rows",
    [
        ("Human Rights Watch,", "Amnesty International,", "Freedom House,", "Article 19"),
        ("Human Rights Watch", "eQualitie"),
        ("Human Rights Watch; Amnesty International; Freedom House",),
        ("Human Rights Watch  Amnesty International",),
        ("International NGOs",),
        ("NGOs of Kyrgyzstan",),
        ("Human rights groups",),
        ("Media",),
        ("Justice must be done.",),
        ("Other organisations and groups may join until 1 November 2020",),
    ],
)
def test_several_organisations_or_none_are_no_signatory_without_a_question(rows: tuple[str, ...]) -> None:
    assert signatories_in(*rows) == []


@pytest.mark.parametrize("separator", ["\u2028", "\v", "\x85", "\r\n"])
def test_every_line_end_separates_entries(separator: str) -> None:
    rows = separator.join(["Helsinki House", "Memorial Centre"])
    assert signatories_in(rows) == ["Helsinki House", "Memorial Centre"]
    assert signatories_in(rows.replace(separator, "\f")) == [], "a page ended: is it one entry?"


def test_organisations_below_a_list_of_individuals_are_a_list_again() -> None:
    found = kinds_in("Jane Doe\n\nOrganisations:\n\nHelsinki House\nMemorial Centre", "Individuals")
    assert [kind for kind, _ in found] == ["undecided", "heading", "signatory", "signatory"]


@pytest.mark.parametrize(
    "text",
    [
        "We recall that on appeal the court found:\n\n• The defendant was beaten by the police.",
        "The UN Committee calls on Kyrgyzstan, in its views of 2016, to:\n\n• release him.",
        "Следователь требует от семьи следующее:\n\n• денег.",
        "Demands\n\nWitnesses told us what they saw that night:\n\n• They came at night and beat him, said his wife.",
        "We demand:\n\n– Where is he? – she asked the guards.",
        "We call on the authorities to:\nrelease all prisoners;\ninvestigate torture;\nstop the pressure.",
    ],
)
def test_what_others_say_and_lists_without_markers_are_no_demands_without_a_question(text: str) -> None:
    kinds = [kind for kind, _ in kinds_in(text)]
    assert "demand" not in kinds
    assert "undecided" in kinds


@pytest.mark.parametrize(
    "text",
    [
        "People arrested in 2019:\n45\nPeople arrested in 2020:\n46",
        "On 4 October five people were arrested.\n\n1\n\nMore came.\n\nOn 5 October five people were arrested.\n\n2",
    ],
)
def test_sentences_and_figures_are_not_left_out(text: str) -> None:
    dropped = [words for kind, words in kinds_in(text) if kind == "dropped"]
    assert [words for words in dropped if "arrested" in words or len(words) > 1] == []
    rows = kinds_in("Article 19\n2\nFund 19\n3\nArticle 20", "Signed by")
    assert "dropped" not in [kind for kind, _ in rows]


@pytest.mark.parametrize("start", ["см. п.\n2) и статьёй 14", "with art.\n14. of the Covenant"])
def test_a_number_that_wrapping_moved_stays_in_its_sentence(start: str) -> None:
    assert len([1 for kind, _ in kinds_in(f"We demand:\n\n1. Release him ({start}.") if kind == "demand"]) == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("А. Аскаров не виновен.", "Аскаров не виновен."),
        ("In 2018 - 2020.", "In 2018 2020."),
        ("not- guilty", "notguilty"),
    ],
)
def test_the_proof_sees_a_lost_initial_dash_and_hyphen(source: str, words: str) -> None:
    differences = compare_words(source, Statement((Block(BlockKind.PARAGRAPH, words),)))
    assert Change.LOST in {one.change for one in differences}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("НЕТ РАСПРАВЕ! ОФ «РЕСУРСНЫЙ ЦЕНТР»", "ru"),
        ("Мы требуем мира.\nHuman Rights Watch, Amnesty International, Freedom House", "ru"),
        ("Law&Justice; Human Rights Watch", "en"),
    ],
)
def test_good_texts_are_not_refused(text: str, language: str) -> None:
    refuse_unreadable(text, language)


def test_what_nobody_sees_is_no_part_of_the_source() -> None:
    assert tidy("wor\u00adried a\u200bbout it, oppo\u00ad\nsition") == "worried about it, oppo\u00ad\nsition"


def test_text_in_utf_16_without_a_mark_is_refused_as_such() -> None:
    with pytest.raises(SourceRefused, match="not text in UTF-8"):
        refuse_unreadable("T\0i\0t\0l\0e\0", "en")


@pytest.mark.parametrize("first", ["# A title", "@ 9 October 2020", "! Page 1", "? A title"])
def test_every_proposal_is_known_as_marked_up(first: str) -> None:
    assert is_marked_up(f"{first}\n\nWords.")
    assert not is_marked_up("A title\n\n# 1")


# --- Word files ---


def a_word_file(change: Callable[[Any], object]) -> str:
    document = docx.Document()
    for words in ("A title", "9 October 2020", "We are concerned.", "Signed by:"):
        document.add_paragraph(words)
    change(document)
    content = io.BytesIO()
    document.save(content)
    return read_bytes(content.getvalue())


def a_table(*rows: tuple[str, ...]) -> Callable[[Any], object]:
    def add(document: Any) -> None:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = words

    return add


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("1", "Human Rights Watch", "USA"), ("2", "Helsinki House", "Poland")], 2),
        ([("Human Rights Watch", "USA")], 1),
        ([("№", "Organisation", "Country"), ("1", "Human Rights Watch", "USA")], 1),
        ([("Human Rights Watch", "Amnesty International")], 0),
        ([("Human Rights Watch", "Kenneth Roth")], 0),
        ([("Kylym Shamy Foundation\nBir Duino Movement", "Kyrgyzstan")], 0),
    ],
)
def test_rows_of_a_table_are_entries_where_they_have_a_number_a_name_and_a_country(
    rows: list[tuple[str, ...]], expected: int
) -> None:
    proposed = propose(a_word_file(a_table(*rows)))
    found = [one.block.text for one in proposed if one.block.kind == BlockKind.SIGNATORY]
    assert len(found) == expected
    assert [words for words in found if words.startswith(("1", "№"))] == []


def test_a_table_in_a_cell_is_read_once_and_a_cell_alone_is_text() -> None:
    def nest(document: Any) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "Outer words."
        cell.add_table(1, 1).cell(0, 0).text = "Inner words."

    text = a_word_file(nest)
    assert (text.count("Outer words."), text.count("Inner words.")) == (1, 1)
    assert "Outer words.\n" in text


def test_list_styles_make_items_and_numbering_that_is_off_does_not() -> None:
    def add(document: Any) -> None:
        document.add_paragraph("We demand:")
        document.add_paragraph("peace;", style="List Number")
        off = document.add_paragraph("quiet.", style="List Bullet")
        numbering = OxmlElement("w:numPr")
        number = OxmlElement("w:numId")
        number.set(qn("w:val"), "0")
        numbering.append(number)
        off._p.get_or_add_pPr().append(numbering)

    lines = a_word_file(add).splitlines()
    assert "• peace;" in lines
    assert "quiet." in lines


def test_hidden_text_is_refused_with_a_sentence() -> None:
    def add(document: Any) -> None:
        document.add_paragraph().add_run("hidden").font.hidden = True

    with pytest.raises(SourceRefused, match="hidden text"):
        a_word_file(add)


@pytest.mark.parametrize("damage", [b"\x00" * 40, b"\xff\xfe" * 20])
def test_a_damaged_file_is_refused_with_a_sentence(damage: bytes) -> None:
    content = io.BytesIO()
    docx.Document().save(content)
    whole = content.getvalue()
    for place in range(30, len(whole), len(whole) // 40):
        broken = whole[:place] + damage + whole[place + len(damage) :]
        try:
            read_bytes(broken)
        except SourceRefused as error:
            assert str(error)
