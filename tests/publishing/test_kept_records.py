"""The record of an appeal is read once for each state of the public record, and never after that has changed."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import decisions
from petition.models import Kind
from petition.publishing import queries
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


def count_statements() -> int:
    with CaptureQueriesContext(connection) as captured:
        queries.get_appeal(SLUG, "en")
    return len(captured)


def test_the_second_reading_asks_only_whether_anything_changed() -> None:
    factories.an_appeal()
    assert count_statements() > 3
    assert [count_statements() for _ in range(2)] == [3, 3]
    assert queries.get_appeal(SLUG, "ru").text.language == "en"


def test_a_change_is_seen_at_once() -> None:
    appeal = factories.an_appeal()
    assert queries.get_appeal(SLUG, "en").counts.further == 0
    factories.approved(appeal)
    assert queries.get_appeal(SLUG, "en").counts.further == 1
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert queries.get_appeal(SLUG, "en").counts.further == 0


def test_what_was_rolled_back_is_not_kept() -> None:
    appeal = factories.an_appeal()
    with transaction.atomic():
        factories.approved(appeal)
        assert queries.get_appeal(SLUG, "en").counts.further == 1
        transaction.set_rollback(True)
    assert queries.get_appeal(SLUG, "en").counts.further == 0
