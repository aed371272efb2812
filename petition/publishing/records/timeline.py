"""What became of an appeal, as records."""

from petition.models.appeals import Appeal
from petition.models.signatories import TimelineEntry
from petition.publishing.public_records import TimelineRecord


def list_timeline(appeal: Appeal, languages: list[str]) -> tuple[TimelineRecord, ...]:
    """Return the entries, the oldest first, each with its words in the first of `languages` that it has, or any."""
    entries = TimelineEntry.objects.filter(appeal=appeal).select_related("edition").prefetch_related("texts")
    return tuple(_build_record(entry, languages) for entry in entries.order_by("dated", "pk"))


def _build_record(entry: TimelineEntry, languages: list[str]) -> TimelineRecord:
    texts = {text.language: text.body for text in entry.texts.all()}
    language = next((code for code in [*languages, *texts] if code in texts), "")
    return TimelineRecord(
        id=entry.pk,
        kind=entry.kind,
        dated=entry.dated,
        addressee=entry.addressee,
        edition=entry.edition.dated if entry.edition else None,
        link=entry.link,
        body=texts.get(language, ""),
        language=language,
        texts=tuple(sorted(texts.items())),
        corrected_on=entry.corrected_on,
    )
