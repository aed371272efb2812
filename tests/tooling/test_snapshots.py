"""The appeal that most tests begin with is exactly what publishing it makes."""

from typing import Any

from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Signatory
from tests import factories

NUMBERED = ("id", "uid", "sealed_name", "appeal_id", "text_id", "explained_by", "subject_id", "signatory_id", "slug")


def read_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the appeal's tables in order, without what differs between two appeals."""
    return {
        table.__name__: [
            {column: value for column, value in row.items() if column not in NUMBERED}
            for row in table._default_manager.order_by("pk").values()
        ]
        for table in (AuditEvent, Appeal, AppealText, Demand, Signatory, Endorsement)
    }


def test_an_inserted_appeal_equals_a_published_one(appeal: Appeal) -> None:
    inserted = read_rows()
    assert [len(rows) for rows in inserted.values()] == [1, 1, 1, 8, 35, 35]
    factories._publish("another", factories.NOON)
    for table, rows in read_rows().items():
        assert rows[len(inserted[table]) :] == rows[: len(inserted[table])] == inserted[table], table
