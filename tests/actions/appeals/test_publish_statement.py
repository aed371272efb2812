"""A statement becomes an appeal once, exactly as it was read; nothing that was published changes."""

import hashlib

import pytest

from petition.actions.appeals.publication import Outcome, publish_statement
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR
from petition.actions.intake import accept
from petition.actions.refusals import StatementRefused
from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Signatory, TextStatus
from petition.models.appeals import TextBlockKind
from petition.statements.blocks import Block, BlockKind, Statement
from petition.text.names import fold
from tests import factories
from tests.factories import NOON, SLUG

RUSSIAN = ("ru", TextStatus.UNOFFICIAL)


def published(
    statement: Statement | None = None,
    language: str = "en",
    status: TextStatus = TextStatus.OFFICIAL,
    slug: str = SLUG,
    source: str | None = None,
) -> Outcome:
    dated = factories.statement().dated
    assert dated
    details = StatementDetails(slug, "Platform", language, status, dated)
    return publish_statement(statement or factories.statement(), details, by=OPERATOR, at=NOON, source=source)


def change(kind: BlockKind, text: str | None = None, *, to: BlockKind | None = None) -> Statement:
    """Return the statement whose last block of this kind has another text or kind, or is left out."""
    blocks = list(factories.statement().blocks)
    at = max(at for at, block in enumerate(blocks) if block.kind == kind)
    blocks[at : at + 1] = [Block(to or kind, text or blocks[at].text)] if text or to else []
    return Statement(tuple(blocks))


def translated(title: str = "Заявление") -> Statement:
    """The statement with other words in the same blocks, and without its list and the heading of that."""
    kept = factories.statement()
    blocks = [block for block in kept.blocks if block.kind != BlockKind.SIGNATORY and block.text != "Signed by:"]
    words = {BlockKind.TITLE: title, BlockKind.DATE: "9 октября 2020 года"}
    return Statement(tuple(Block(block.kind, words.get(block.kind, f"Слова {at}")) for at, block in enumerate(blocks)))


def read_tables() -> list[object]:
    tables = (Appeal, AppealText, Demand, Signatory, Endorsement, AuditEvent)
    return [list(table._default_manager.order_by("pk").values_list()) for table in tables]


@pytest.mark.django_db
def test_the_text_is_stored_as_read_with_its_blocks_in_order() -> None:
    read = factories.statement()
    assert published() is Outcome.PUBLISHED
    appeal, text = Appeal.objects.get(), AppealText.objects.get()
    assert (appeal.slug, appeal.issuer, appeal.issued_on, appeal.revision) == (SLUG, "Platform", read.dated, 1)
    assert (text.title, text.dated_as_printed, text.published_at) == (read.title, read.dated_as_printed, NOON)
    assert [kind.value for kind, _ in text.list_blocks()] == [
        *["paragraph", *["demand"] * 8, "paragraph", "signatories"],
        *["heading", "paragraph", "paragraph", "paragraph"],
    ]
    kept = (BlockKind.PARAGRAPH, BlockKind.DEMAND)
    words = [block.text for block in read.blocks if block.kind in kept]
    assert [text for kind, text in text.list_blocks() if kind.value in kept] == words
    assert text.sha256 == hashlib.sha256(text.canonical().encode()).hexdigest()


def test_a_text_of_the_release_before_has_the_same_blocks_but_for_headings(appeal: Appeal) -> None:
    text = AppealText.objects.get()
    blocks, canonical = text.list_blocks(), text.canonical()
    text.blocks, text.background = [], text.background[1:]  # as 1.0 stored it
    assert text.list_blocks() == [block for block in blocks if block[0] != "heading"]
    assert text.canonical() == canonical.replace("\n\nBackground:", "")


def test_each_original_has_an_entry_and_an_endorsement_without_contact(appeal: Appeal) -> None:
    rows = list(Endorsement.objects.select_related("signatory").order_by("signatory__number"))
    assert len(rows) == len(factories.statement().signatories) == 35
    for row, read in zip(rows, factories.statement().signatories, strict=True):
        line = row.signatory
        assert line
        entry = read.organisation
        assert (line.number, line.label, line.name, line.acronym) == (
            read.number,
            read.label,
            entry.name,
            entry.acronym,
        )
        assert (tuple(line.countries.split()), line.countries_as_printed) == (
            entry.countries,
            entry.countries_as_printed,
        )
        assert (line.listed_on, line.member, line.folded) == (appeal.issued_on, False, fold(read.label))
        assert (row.organisation_name, row.origin, row.mailbox_index) == (entry.name, "imported", "")
        assert not hasattr(row, "contact")


def test_publishing_the_same_again_changes_nothing(appeal: Appeal) -> None:
    before = read_tables()
    assert published() is Outcome.UNCHANGED
    assert read_tables() == before


@pytest.mark.parametrize("kind", ["title", "date", "paragraph", "demand", "heading"])
def test_another_text_under_a_published_slug_is_refused(appeal: Appeal, kind: str) -> None:
    before = read_tables()
    with pytest.raises(StatementRefused, match="another text, which stays as it is"):
        published(change(BlockKind(kind), "Other words"))
    assert read_tables() == before


def test_other_signatories_under_the_same_text_are_refused_and_named(appeal: Appeal) -> None:
    before = read_tables()
    with pytest.raises(StatementRefused, match=r"Only in the file: 35\. Late Fund"):
        published(change(BlockKind.SIGNATORY, "Late Fund"))
    assert read_tables() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (change(BlockKind.PARAGRAPH, to=BlockKind.UNDECIDED), "Say what it is."),
        (change(BlockKind.TITLE), "Mark one block as the title."),
        (change(BlockKind.HEADING, to=BlockKind.TITLE), "There is a title already."),
        (change(BlockKind.DEMAND, "Hidden\u200bwords"), "It has a character that cannot be published."),
        (change(BlockKind.SIGNATORY, "DRA (Germany)"), "This entry is in the list twice."),
        (translated(), "Mark at least one original signatory."),
    ],
)
def test_a_statement_with_a_problem_is_not_published(statement: Statement, sentence: str) -> None:
    with pytest.raises(StatementRefused, match=sentence):
        published(statement)
    assert read_tables() == [[], [], [], [], [], []]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["refrain from force", "refrain  from all violence", "refrain"])
def test_words_that_are_not_those_of_the_source_are_not_published(words: str) -> None:
    source = factories.STATEMENT.read_text(encoding="utf-8")
    with pytest.raises(StatementRefused, match=r"of the source|source does not have"):
        published(source=source.replace("refrain from violence", words))
    assert read_tables() == [[], [], [], [], [], []]
    assert published(source=source) is Outcome.PUBLISHED


def test_a_translation_is_added_without_signatories(appeal: Appeal) -> None:
    assert published(translated(), *RUSSIAN) is Outcome.TRANSLATED
    text = AppealText.objects.get(language="ru")
    assert (text.status, text.title, text.published_at) == ("unofficial", "Заявление", NOON)
    assert [kind for kind, _ in text.list_blocks()].count(TextBlockKind.DEMAND) == 8
    assert Signatory.objects.count() == Endorsement.objects.count() == 35
    appeal.refresh_from_db()
    assert (appeal.revision, AuditEvent.objects.latest("pk").verb) == (2, "translate")
    assert published(translated(), *RUSSIAN) is Outcome.UNCHANGED


def test_endorsements_after_a_translation_are_bound_to_the_official_text(appeal: Appeal) -> None:
    published(translated(), *RUSSIAN)
    accept.submit(appeal, factories.a_submission(language="ru"), at=NOON)
    assert Endorsement.objects.latest("pk").text.language == "en"


def test_a_translation_with_other_blocks_is_refused(appeal: Appeal) -> None:
    before = read_tables()
    blocks = translated().blocks
    demand = next(at for at, block in enumerate(blocks) if block.kind == BlockKind.DEMAND)
    fewer = Statement((*blocks[:demand], *blocks[demand + 1 :]))
    as_paragraph = Statement((*blocks[:demand], Block(BlockKind.PARAGRAPH, "Слова"), *blocks[demand + 1 :]))
    longer = Statement((*blocks, Block(BlockKind.PARAGRAPH, "Ещё слова")))
    for other, sentence in [
        (fewer, "number 9 is a demand there, and a paragraph here"),
        (as_paragraph, "number 2 is a demand there, and a paragraph here"),
        (longer, "that has 14, this has 15"),
    ]:
        with pytest.raises(StatementRefused, match=sentence):
            published(other, *RUSSIAN)
    assert read_tables() == before


def test_a_second_official_language_and_a_translation_match_the_signed_text(appeal: Appeal) -> None:
    assert published(translated(), "ru") is Outcome.TRANSLATED
    assert published(translated("Кайрылуу"), "ky", TextStatus.UNOFFICIAL) is Outcome.TRANSLATED


def test_a_translation_into_a_language_without_pages_is_refused(appeal: Appeal) -> None:
    with pytest.raises(StatementRefused, match="one of the site's languages: en, ru, ky"):
        published(translated("Звернення"), "uk", TextStatus.UNOFFICIAL)


@pytest.mark.django_db
def test_a_translation_without_an_original_is_refused() -> None:
    with pytest.raises(StatementRefused, match="import its official text first"):
        published(None, *RUSSIAN)
    assert not Appeal.objects.exists()


def test_several_appeals_can_be_published(appeal: Appeal) -> None:
    assert published(slug="another-appeal") is Outcome.PUBLISHED
    other = Appeal.objects.get(slug="another-appeal")
    assert other.signatories.count() == appeal.signatories.count() == 35
    assert AuditEvent.objects.get(appeal_id=other.pk).verb == "import"
