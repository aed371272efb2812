"""Statements of other coalitions: other headings, sections, languages, and what becomes a question."""

import datetime as dt

import pytest

from petition.statements.naming import find_issuer, suggest_slug
from petition.statements.result import Reading, Section
from petition.statements.statement import read_statement

TOP = """Open letter on the freedom of assembly

Bishkek, 9 October 2020

The undersigned organisations
are concerned about the arrests in the capital, and about what was said after
the vote of 4 October.

"""
ROWS = "Sova (Russia)\nViasna (Belarus)\nDRA (Germany)\n"


def names(reading: Reading) -> list[str]:
    return [row.name for row in reading.signatories]


def questions(reading: Reading) -> list[tuple[str, tuple[int, ...]]]:
    return [(note.kind, note.lines) for note in reading.unresolved]


def noted(reading: Reading, kind: str) -> list[tuple[tuple[int, ...], str]]:
    return [(note.lines, note.text) for note in reading.notes if note.kind == kind]


def test_a_letter_with_a_place_before_its_date_and_no_demands_is_read() -> None:
    reading = read_statement(TOP + "Signatories\n\n" + ROWS)
    assert reading.title == "Open letter on the freedom of assembly"
    assert (reading.dated_as_printed, reading.dated) == ("Bishkek, 9 October 2020", dt.date(2020, 10, 9))
    assert len(reading.preamble) == 1
    assert (reading.demands, reading.closing) == ((), ())
    assert names(reading) == ["Sova", "Viasna", "DRA"]
    assert reading.unresolved == ()
    assert suggest_slug(reading) == "open-letter-on-2020"
    assert find_issuer(reading) == ""


def test_a_russian_statement_is_read() -> None:
    reading = read_statement(
        "КЫРГЫЗСТАН: ОБРАЩЕНИЕ ГРАЖДАНСКОГО ОБЩЕСТВА\n\n9 октября 2020 г.\n\n"
        "Мы, члены Платформы «Гражданская солидарность», призываем к:\n\n"
        "• диалогу между всеми\nсторонами;\n• уважению прав человека.\n\n"
        "Мы также призываем международных партнеров.\n\nПодписали:\n"
        "1. Международное партнерство за права человека (МППЧ, Бельгия)\n2. Норвежский Хельсинкский комитет\n"
        "3. Азимжан Аскаров, правозащитник\n4. «Достоинство» (Казахстан)\n\nСправка:\n\nВыборы прошли 4 октября.\n"
    )
    assert reading.dated == dt.date(2020, 10, 9)
    assert reading.demands == ("диалогу между всеми сторонами;", "уважению прав человека.")
    assert reading.closing == ("Мы также призываем международных партнеров.",)
    assert [(row.number, row.name, row.acronym, row.countries) for row in reading.signatories] == [
        (1, "Международное партнерство за права человека", "МППЧ", ("BE",)),
        (2, "Норвежский Хельсинкский комитет", "", ()),
        (4, "«Достоинство»", "", ("KZ",)),
    ]
    assert reading.background == ("Выборы прошли 4 октября.",)
    assert questions(reading) == [("individual", (16,))]
    assert suggest_slug(reading) == "kyrgyzstan-2020"


def test_sections_after_the_list_are_kept_outside_the_appeal() -> None:
    reading = read_statement(
        TOP + "Signed by:\n" + ROWS + "\nAbout the Civic Solidarity Platform\n\nA network.\n\n- Founded in 2011\n"
        "\nContact:\nSova, Moscow\n\nNotes to editors\n\nNone.\n"
    )
    assert reading.further == (
        Section("About the Civic Solidarity Platform", ("A network.", "- Founded in 2011")),
        Section("Contact:", ("Sova, Moscow",)),
        Section("Notes to editors", ("None.",)),
    )
    assert len(names(reading)) == len(ROWS.splitlines())
    assert reading.unresolved == ()


def test_people_among_organisations_and_below_their_own_heading_are_questions() -> None:
    reading = read_statement(
        TOP + "Endorsed by:\nSova (Russia)\nDr Jane Doe\nViasna (Belarus)\n\nIndividuals:\nJohn Roe\n\nOrganisations:\n"
    )
    assert [(row.number, row.name) for row in reading.signatories] == [(1, "Sova"), (2, "Viasna")]
    assert questions(reading) == [("individual", (11,)), ("individual", (15,)), ("not_placed", (17,))]
    assert [note.text for note in reading.unresolved] == ["Dr Jane Doe", "John Roe", "Organisations:"]


def test_duplicates_are_listed_twice_and_reported_with_both_lines() -> None:
    reading = read_statement(TOP + "Signed by:\nSova (Russia)\nSova, Russia\nSova (Belarus)\n")
    assert names(reading) == ["Sova", "Sova", "Sova"]
    assert questions(reading) == [("duplicate", (10, 11))]


def test_gaps_and_repeats_in_the_numbering_are_reported() -> None:
    reading = read_statement(TOP + "Signed by:\n1. Sova\n3. Viasna\n3. DRA\n4.\n5. Memorial\n")
    assert [row.number for row in reading.signatories] == [1, 3, 3, 5]
    assert questions(reading) == [("number_gap", (11,)), ("number_repeated", (12,)), ("empty_row", (13,))]


def test_a_paragraph_between_two_lists_of_demands_is_a_question() -> None:
    reading = read_statement(TOP + "• One.\n\nTo the Union:\n\n• Two.\n\nSigned by:\n" + ROWS)
    assert reading.demands == ("One.", "Two.")
    assert questions(reading) == [("between_demands", (11,))]


def test_a_heading_for_demands_is_a_heading() -> None:
    reading = read_statement(TOP + "Recommendations\n\n1. One\nmore.\n2. Two.\n\nSigned by:\n" + ROWS)
    assert reading.demands == ("One more.", "Two.")
    assert [heading.text for heading in reading.headings] == ["Recommendations", "Signed by:"]
    assert reading.unresolved == ()


def test_a_dash_or_number_moved_to_a_line_start_by_wrapping_opens_no_item() -> None:
    first = "Release all who were held in the squares and in their own homes on the night of"
    second = "6. October, which was too late for everybody who had not left by then and gone"
    reading = read_statement(TOP + f"- {first}\n{second}\n- or so it seems\n- Investigate.\n")
    assert reading.demands == (f"{first} {second} - or so it seems", "Investigate.")
    assert questions(reading) == [("no_signatories", ())]


def test_a_demand_parted_by_a_stray_blank_line_is_one_demand() -> None:
    reading = read_statement(TOP + "•\nRelease all who\n\nwere held.\n• Investigate.\n")
    assert reading.demands == ("Release all who were held.", "Investigate.")


@pytest.mark.parametrize(
    "footnote",
    ["[1] See https://example.org/a.", "1 https://example.org/a", "¹ The first report.", "[12] Ibid."],
)
def test_footnotes_at_a_page_end_leave_the_paragraph_and_are_kept(footnote: str) -> None:
    reading = read_statement(TOP.replace("and about", f"and about\n\n{footnote}\n\n2\n\f") + ROWS)
    assert reading.preamble[0].endswith("and about what was said after the vote of 4 October.")
    assert reading.footnotes == (footnote,)
    assert [text for _, text in noted(reading, "footnote")] == [footnote]
    assert names(reading) == ["Sova", "Viasna", "DRA"]


def test_a_long_footnote_goes_on_over_its_full_lines() -> None:
    long = "[1] See the report of the Platform on assemblies, arrests, trials and the rest,\nsecond edition."
    reading = read_statement(TOP + long + "\n[2] Ibid.\n\nSigned by:\n" + ROWS)
    assert reading.footnotes == (long.replace("\n", " "), "[2] Ibid.")


def test_a_reference_wrapped_to_a_line_start_is_no_footnote() -> None:
    reading = read_statement(TOP.replace("and about", "and about\n[1]") + ROWS)
    assert reading.footnotes == ()


def test_headers_repeated_on_every_page_are_dropped() -> None:
    reading = read_statement(
        TOP + "\fPlatform 2\nOne.\nSova report\n\n\fPlatform 3\nTwo.\nSova report\n\f\nSigned by:\n" + ROWS
    )
    assert [text for _, text in noted(reading, "running_header")] == [
        "Platform 2",
        "Sova report",
        "Platform 3",
        "Sova report",
    ]


def test_prose_after_the_list_is_a_question() -> None:
    after = "For more details see the report that we published\nlast week in Bishkek.\n\nwww.example.org\n"
    for rows in (ROWS, "1. Sova\n2. Viasna\n"):
        reading = read_statement(TOP + "Signed by:\n" + rows + "\n" + after)
        assert [note.text for note in reading.unresolved] == [
            "For more details see the report that we published last week in Bishkek.",
            "www.example.org",
        ]


def test_prose_after_a_list_found_by_its_shape_is_a_question() -> None:
    reading = read_statement(TOP + ROWS + "\nThis is the end.\n")
    assert [(note.kind, note.text) for note in reading.unresolved] == [("not_placed", "This is the end.")]


def test_a_sentence_wrapped_inside_the_list_is_no_row() -> None:
    text = "1. Sova\n2. Viasna and all the others who came\nto Bishkek in October to help us.\n3. DRA\n"
    reading = read_statement(TOP + "Signed by:\n" + text)
    assert names(reading) == ["Sova", "DRA"]
    assert questions(reading) == [("not_placed", (11, 12))]


def test_an_unmarked_line_below_a_numbered_row_is_joined_and_a_question() -> None:
    reading = read_statement(TOP + "Signed by:\n1. Sova\nMoscow\n2. Viasna\n")
    assert names(reading) == ["Sova Moscow", "Viasna"]
    assert questions(reading) == [("uncertain_join", (10, 11))]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ("Rehabilitation (RCT,\nGeorgia)\nViasna\nDRA\n", "Rehabilitation"),
        ("Freedom Now,\nUSA\nViasna\nDRA\n", "Freedom Now"),
        ("Centre for\nRehabilitation\nViasna\nDRA\n", "Centre for Rehabilitation"),
        ("Centre\n  Rehabilitation\nViasna\nDRA\n", "Centre Rehabilitation"),
        ("Public Association “New\nDawn”\nViasna\nDRA\n", "Public Association “New Dawn”"),
        ("Assembly\n– Vanadzor\nViasna\nDRA\n", "Assembly – Vanadzor"),
        ("eQualitie\neQualitie of women\nDRA\n", "eQualitie"),
        ("Sova (Russia\nViasna\nDRA (Germany)\n", "Sova (Russia"),
    ],
)
def test_the_end_of_a_row_follows_from_its_words(rows: str, first: str) -> None:
    reading = read_statement(TOP + "Signed by:\n" + rows)
    assert names(reading)[0] == first
    assert len(names(reading)) == len(["first", "second", "third"])
    assert reading.unresolved == ()


def test_a_parenthesis_not_understood_is_a_note() -> None:
    reading = read_statement(TOP + "Signed by:\nSova (the owl)\nViasna\nDRA\n")
    assert noted(reading, "not_understood") == [((10,), "(the owl)")]
    assert reading.unresolved == ()


@pytest.mark.parametrize(
    ("broken", "mended", "kind", "certain"),
    [
        ("the op-\nposition", "the opposition", "dehyphenated", True),
        ("the ill-\ntreatment of ill-treatment", "the ill-treatment of ill-treatment", "hyphen_kept", True),
        ("the pro-\ntest and protest", "the protest and protest", "dehyphenated", True),
        ("the pro-\ntection", "the pro-tection", "hyphen_kept", False),
        ("the post-\nelection of the election", "the post-election of the election", "hyphen_kept", True),
        ("re-entry, reentry, re-\nentry", "re-entry, reentry, re-entry", "hyphen_kept", False),
        ("the law-\nbased law", "the law-based law", "hyphen_kept", True),
        ("the high-\nprofile", "the high-profile", "hyphen_kept", True),
        ("for-\nward for all", "forward for all", "dehyphenated", True),
        ("Ala-\nToo", "Ala-Too", "hyphen_kept", True),
        ("the oppo\u00ad\nsition", "the opposition", "dehyphenated", True),
    ],
)
def test_words_broken_at_a_line_end_follow_the_evidence_of_the_text(
    broken: str, mended: str, kind: str, certain: bool
) -> None:
    reading = read_statement(TOP + f"So we say {broken}.\n\nSigned by:\n" + ROWS)
    assert reading.preamble[1] == f"So we say {mended}."
    assert len(noted(reading, kind)) == 1
    assert ("ambiguous_hyphen" in {note.kind for note in reading.unresolved}) is not certain


def test_without_title_or_date_both_are_questions() -> None:
    reading = read_statement("This is a sentence in two\nlines that is no title.\n\nSigned by:\n" + ROWS)
    assert (reading.title, reading.dated) == ("", None)
    assert reading.preamble == ("This is a sentence in two lines that is no title.",)
    assert questions(reading) == [("no_title", ()), ("no_date", ())]
    assert suggest_slug(reading) == "appeal"


def test_a_form_feed_between_words_is_a_space() -> None:
    reading = read_statement(TOP.replace("and about", "and\fabout") + ROWS)
    assert "and about what" in reading.preamble[0]
    assert noted(reading, "form_feed") == [((6,), "")]


def test_an_issuer_is_named_by_the_text_or_not_at_all() -> None:
    for phrase, issuer in [
        (
            "We, the undersigned members of the Coalition for Peace in the North, call",
            "Coalition for Peace in the North",
        ),
        ("We, members of Sova, call", "Sova"),
        ("We, members of the public, call", ""),
    ]:
        assert find_issuer(read_statement(f"Appeal\n\n9 October 2020\n\n{phrase} on all.\n")) == issuer


def test_lines_below_the_rows_that_are_no_rows_are_questions() -> None:
    below = ["The statement remains open.", "Bishkek, 9 October 2020", "+996 312 000000", "Write to sova@example.org"]
    for line in below:
        reading = read_statement(TOP + "Signed by:\n" + ROWS + "\n" + line + "\n")
        assert names(reading) == ["Sova", "Viasna", "DRA"]
        assert [(note.kind, note.text) for note in reading.unresolved] == [("not_placed", line)]


def test_rows_may_end_with_full_stops() -> None:
    reading = read_statement(TOP + "Signed by:\n1. Sova of Russia.\n2. Freedom Now Inc.\n3. Libereco e.V. (Germany).\n")
    assert names(reading) == ["Sova of Russia", "Freedom Now Inc.", "Libereco e.V."]
    assert reading.signatories[0].label == "Sova of Russia."
    assert reading.unresolved == ()


def test_short_lines_before_a_lowercase_name_do_not_make_a_column() -> None:
    reading = read_statement(
        TOP.replace("\nthe vote", " the vote") + "Signed by:\nSova\neQualitie\nopenDemocracy\nDRA\n"
    )
    assert names(reading) == ["Sova", "eQualitie", "openDemocracy", "DRA"]
    assert reading.unresolved == ()


def test_a_paragraph_that_begins_like_a_heading_is_a_paragraph() -> None:
    for start in ("About 600 people were held in", "Contact with them was lost in"):
        text = f"{start}\nBishkek and\nelsewhere."
        reading = read_statement(TOP + text + "\n\nSigned by:\n" + ROWS)
        assert reading.preamble[1] == text.replace("\n", " ")
        assert reading.further == ()
