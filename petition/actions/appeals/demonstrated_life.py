"""The rest of a demonstration: a closing date, an edition, a timeline, an appeal in preparation, a table to enter."""

from datetime import datetime, timedelta
from typing import Final

from petition.actions.appeals.drafts.drafts import create_draft
from petition.actions.appeals.opening import Opening, set_opening
from petition.actions.appeals.timeline import EntryContent, add_entry
from petition.actions.audit import OPERATOR
from petition.actions.bulk_entry import table_files, uploads
from petition.actions.listing import editions
from petition.models import Appeal, AppealDraft, BulkUpload, Edition, Origin, TimelineEntry, TimelineKind

_ADDRESSEE: Final = "Made-up Office"
_ANNOUNCED: Final = {
    "en": "The made-up office announced that it will read this demonstration.",
    "ru": "Выдуманное ведомство сообщило, что прочтёт эту демонстрацию.",
    "ky": "Ойдон чыгарылган мекеме бул демонстрацияны окуй турганын билдирди.",
}
_TABLE: Final = """organisation_name,countries,display,contact_name,contact_role,contact_email
Made-up Fund for Tables,KG,named,Made-up Person,Tester,table1@demo.example
Invented Union of Rows,KZ,withheld,Made-up Person,Tester,table2@demo.example
Imaginary House of Columns,KG,named,Made-up Person,Tester,no address
Made-up Fund for Tables,KG,named,Made-up Person,Tester,table1@demo.example
"""


def add_life(appeal: Appeal, draft_source: str, *, at: datetime) -> None:
    """Add what is not there yet: it closes in 30 days, was delivered today, and has a draft and a table to finish."""
    # At 18:00 in Bishkek.
    closes = (at + timedelta(days=30)).replace(hour=12, minute=0, second=0, microsecond=0)
    if appeal.closes_at is None:
        set_opening(appeal.slug, Opening(None, closes, "Asia/Bishkek", _ADDRESSEE), by=OPERATOR, at=at)
    if not Edition.objects.filter(appeal=appeal).exists():
        editions.freeze(appeal.slug, dated=at.date(), addressee=_ADDRESSEE, by=OPERATOR, at=at)
    if not TimelineEntry.objects.filter(appeal=appeal).exists():
        before, later = (at - timedelta(days=10)).date(), (at + timedelta(days=30)).date()
        for entry in (
            EntryContent(TimelineKind.UPDATE, before, "", "", _ANNOUNCED),
            EntryContent(TimelineKind.DELIVERED, at.date(), _ADDRESSEE, "", {}, edition=at.date()),
            EntryContent(TimelineKind.ANSWER_DUE, later, _ADDRESSEE, "", {}),
        ):
            add_entry(appeal.slug, entry, by=OPERATOR, at=at)
    if not AppealDraft.objects.filter(source=draft_source).exists():
        create_draft(draft_source, "en", by=OPERATOR, at=at)
    if not BulkUpload.objects.filter(appeal=appeal).exists():
        rows = table_files.read_table(_TABLE, language="en")
        uploads.create_upload(appeal, rows, origin=Origin.EMAIL, note="Made up.", by=OPERATOR, at=at)


def remove_draft(draft_source: str) -> None:
    """Delete the draft of the demonstration, if nobody has published or deleted it."""
    AppealDraft.objects.filter(source=draft_source).delete()
