"""A statement becomes an appeal once, exactly as it was read; nothing that was published changes."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from petition.actions.appeals.publication import Outcome, StatementDetails, publish_statement
from petition.actions.audit import OPERATOR
from petition.actions.intake import accept
from petition.actions.refusals import StatementRefused
from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Signatory, TextStatus
from petition.statements.ledger import Note
from petition.statements.result import Reading
from petition.text.names import fold
from tests import factories
from tests.factories import NOON, SLUG

RUSSIAN = ("ru", TextStatus.UNOFFICIAL)


def published(
    reading: Reading | None = None,
    language: str = "en",
    status: TextStatus = TextStatus.OFFICIAL,
    slug: str = SLUG,
) -> Outcome:
    read = reading or factories.reading()
    dated = factories.reading().dated
    assert dated
    return publish_statement(read, StatementDetails(slug, "Platform", language, status, dated), by=OPERATOR, at=NOON)


def translated() -> Reading:
    """The statement with other words and as many demands."""
    read = factories.reading()
    return replace(read, title="Заявление", demands=tuple(f"Требование {n}" for n, _ in enumerate(read.demands, 1)))


def read_tables() -> list[object]:
    tables = (Appeal, AppealText, Demand, Signatory, Endorsement, AuditEvent)
    return [list(table._default_manager.order_by("pk").values_list()) for table in tables]


@pytest.mark.django_db
def test_text_demands_and_signatories_are_stored_as_read() -> None:
    read = factories.reading()
    assert published() is Outcome.PUBLISHED
    appeal, text = Appeal.objects.get(), AppealText.objects.get()
    assert (appeal.slug, appeal.issuer, appeal.issued_on, appeal.revision) == (SLUG, "Platform", read.dated, 1)
    assert (text.title, text.dated_as_printed, text.published_at) == (read.title, read.dated_as_printed, NOON)
    assert [text.preamble, text.closing, text.background] == [
        list(read.preamble),
        list(read.closing),
        list(read.background),
    ]
    assert list(text.demands.values_list("number", "body")) == list(enumerate(read.demands, 1))
    assert text.sha256 == hashlib.sha256(text.canonical(read.demands).encode()).hexdigest()


def test_each_original_has_an_entry_and_an_endorsement_without_contact(appeal: Appeal) -> None:
    rows = list(Endorsement.objects.select_related("signatory").order_by("signatory__number"))
    assert len(rows) == len(factories.reading().signatories) == 35
    for row, read in zip(rows, factories.reading().signatories, strict=True):
        line = row.signatory
        assert line
        assert (line.number, line.label, line.name, line.acronym) == (read.number, read.label, read.name, read.acronym)
        assert (line.countries.split(), line.countries_as_printed) == (list(read.countries), read.countries_as_printed)
        assert (line.listed_on, line.member, line.folded) == (appeal.issued_on, False, fold(read.label))
        assert (row.organisation_name, row.origin, row.mailbox_index) == (read.name, "imported", "")
        assert not hasattr(row, "contact")


def test_publishing_the_same_again_changes_nothing(appeal: Appeal) -> None:
    before = read_tables()
    assert published() is Outcome.UNCHANGED
    assert read_tables() == before


@pytest.mark.parametrize("field", ["title", "dated_as_printed", "preamble", "demands", "closing", "background"])
def test_another_text_under_a_published_slug_is_refused(appeal: Appeal, field: str) -> None:
    read, before = factories.reading(), read_tables()
    old = getattr(read, field)
    changed = f"{old}!" if isinstance(old, str) else (*old[:-1], f"{old[-1]}!")
    other: dict[str, Any] = {field: changed}
    with pytest.raises(StatementRefused, match="another text, which stays as it is"):
        published(replace(read, **other))
    assert read_tables() == before


def test_other_signatories_under_the_same_text_are_refused_and_named(appeal: Appeal) -> None:
    read, before = factories.reading(), read_tables()
    one_more = (*read.signatories, replace(read.signatories[0], number=36, label="Late Fund", name="Late Fund"))
    with pytest.raises(StatementRefused, match=r"Only in the file: 36\. Late Fund"):
        published(replace(read, signatories=one_more))
    assert read_tables() == before


@pytest.mark.django_db
def test_unresolved_questions_block_publication() -> None:
    with pytest.raises(StatementRefused, match="not understood"):
        published(replace(factories.reading(), unresolved=(Note("left over", (7,), "What is this?"),)))
    assert read_tables() == [[], [], [], [], [], []]


def test_a_translation_is_added_without_signatories(appeal: Appeal) -> None:
    assert published(translated(), *RUSSIAN) is Outcome.TRANSLATED
    text = AppealText.objects.get(language="ru")
    assert (text.status, text.title, text.published_at) == ("unofficial", "Заявление", NOON)
    assert text.demands.count() == 8
    assert Signatory.objects.count() == Endorsement.objects.count() == 35
    appeal.refresh_from_db()
    assert (appeal.revision, AuditEvent.objects.latest("pk").verb) == (2, "translate")
    assert published(translated(), *RUSSIAN) is Outcome.UNCHANGED


def test_endorsements_after_a_translation_are_bound_to_the_official_text(appeal: Appeal) -> None:
    published(translated(), *RUSSIAN)
    accept.submit(appeal, factories.a_submission(language="ru"), at=NOON)
    assert Endorsement.objects.latest("pk").text.language == "en"


def test_a_translation_with_another_number_of_demands_is_refused(appeal: Appeal) -> None:
    read, before = translated(), read_tables()
    with pytest.raises(StatementRefused, match="8, and here are 7"):
        published(replace(read, demands=read.demands[:-1]), *RUSSIAN)
    assert read_tables() == before


def test_a_second_official_language_does_not_double_the_number_of_demands(appeal: Appeal) -> None:
    assert published(translated(), "ru") is Outcome.TRANSLATED
    assert published(replace(translated(), title="Кайрылуу"), "ky", TextStatus.UNOFFICIAL) is Outcome.TRANSLATED


@pytest.mark.django_db
def test_a_translation_without_an_original_is_refused() -> None:
    with pytest.raises(StatementRefused, match="import its official text first"):
        published(translated(), *RUSSIAN)
    assert not Appeal.objects.exists()


def test_several_appeals_can_be_published(appeal: Appeal) -> None:
    assert published(translated(), slug="another-appeal") is Outcome.PUBLISHED
    other = Appeal.objects.get(slug="another-appeal")
    assert other.signatories.count() == appeal.signatories.count() == 35
    assert AuditEvent.objects.get(appeal_id=other.pk).verb == "import"
