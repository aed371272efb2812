"""Marked-up text: one block per line, its first character says what it is."""

from hypothesis import given, strategies as st

from petition.statements.blocks import SIGNS, Block, BlockKind, Statement, format_blocks, is_marked_up, parse_blocks

MARKED = """# Appeal for a made-up town

@ 9 October 2020

We, members of the Made-up Coalition, call for:

* Peace;
* Quiet.

\\- This is no person.

\\\\ And this begins with a backslash.

= Signed by:

+ Helsinki House (Norway)
- Jane Doe

! 2

? Contact
"""
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]) | st.just(" "), min_size=1).map(
    lambda text: " ".join(text.split())
)


def test_each_sign_makes_its_block() -> None:
    assert [(block.kind.value, block.text) for block in parse_blocks(MARKED).blocks] == [
        ("title", "Appeal for a made-up town"),
        ("date", "9 October 2020"),
        ("paragraph", "We, members of the Made-up Coalition, call for:"),
        ("demand", "Peace;"),
        ("demand", "Quiet."),
        ("paragraph", "- This is no person."),
        ("paragraph", "\\ And this begins with a backslash."),
        ("heading", "Signed by:"),
        ("signatory", "Helsinki House (Norway)"),
        ("not_listed", "Jane Doe"),
        ("dropped", "2"),
        ("undecided", "Contact"),
    ]


def test_the_marked_up_text_is_written_as_it_was_read() -> None:
    assert format_blocks(parse_blocks(MARKED).blocks) == MARKED
    assert is_marked_up(f"\ufeff\n{MARKED}")
    assert not is_marked_up("Appeal\n# no title")


@given(st.lists(st.builds(Block, st.sampled_from(BlockKind), LINES.filter(bool))))
def test_blocks_survive_being_written_and_read(blocks: list[Block]) -> None:
    assert parse_blocks(format_blocks(blocks)).blocks == tuple(blocks)


def test_every_kind_but_the_paragraph_has_one_sign() -> None:
    assert sorted(SIGNS.values()) == sorted(set(BlockKind) - {BlockKind.PARAGRAPH})


def test_a_text_may_have_two_lists_with_numbers_that_go_on() -> None:
    statement = parse_blocks("# T\nOne\n= Signed by:\n+ A Fund\n- Jane\n= Also:\n+ B Fund\n= Background\nTwo\n")
    assert [(one.number, one.label) for one in statement.signatories] == [(1, "A Fund"), (2, "B Fund")]
    kinds = [(block.kind.value, block.text) for block in statement.body]
    assert kinds == [("paragraph", "One"), ("signatory", ""), ("heading", "Background"), ("paragraph", "Two")]


def test_an_empty_text_has_no_blocks() -> None:
    assert parse_blocks("\n \n") == Statement(())
    assert (Statement(()).title, Statement(()).dated, Statement(()).signatories) == ("", None, ())
