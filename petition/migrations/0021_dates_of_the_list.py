"""The day of the last addition or correction of an appeal, and when PostgreSQL's tables were rewritten last."""

from datetime import date, datetime
from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Set as_of from what is still public: revised_at may be the moment of a removal."""
    appeals = apps.get_model("petition", "Appeal").objects
    for appeal in appeals.filter(as_of=None):
        days = [_newest(rows.filter(**{path: appeal}), field) for rows, path, field in _sources(apps)]
        known = [day for day in (*days, appeal.published_at) if day]
        appeal.as_of = max((_day(known_day) for known_day in known), default=appeal.issued_on)
        appeal.save(update_fields=["as_of"])


def _sources(apps: Any) -> list[tuple[Any, str, str]]:
    tables = {name: apps.get_model("petition", name).objects for name in ("Signatory", "PublicChange", "Edition")}
    texts = apps.get_model("petition", "AppealText").objects
    return [
        (tables["Signatory"].filter(status="listed"), "appeal", "listed_on"),
        (tables["Signatory"].filter(status="listed"), "appeal", "noted_on"),
        (tables["PublicChange"], "signatory__appeal", "on"),
        (tables["Edition"], "appeal", "frozen_at"),
        (texts, "appeal", "published_at"),
    ]


def _newest(rows: Any, field: str) -> date | datetime | None:
    newest: date | datetime | None = rows.aggregate(newest=models.Max(field))["newest"]
    return newest


def _day(known: date | datetime) -> date:
    return known.date() if isinstance(known, datetime) else known


class Migration(migrations.Migration):
    dependencies = [
        ("petition", "0020_disputes_grouped"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="as_of",
            field=models.DateField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="appeal",
            name="as_of",
            field=models.DateField(),
        ),
        migrations.AddField(
            model_name="sitestate",
            name="tables_rewritten_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
