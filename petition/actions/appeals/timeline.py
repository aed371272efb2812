"""What became of an appeal: dated entries that editors publish, correct openly and remove."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import DateInTheFuture, NotDelivered
from petition.models import Appeal, Edition, TimelineEntry, TimelineKind, TimelineText
from petition.text.names import fold


@dataclass(frozen=True)
class EntryContent:
    """An entry as an editor typed it; `texts` are its words by language."""

    kind: str
    dated: date
    addressee: str
    link: str
    texts: Mapping[str, str]
    edition: date | str | None = None  # the date of the edition that was delivered


@transaction.atomic
def add_entry(slug: str, content: EntryContent, *, by: Actor, at: datetime) -> TimelineEntry:
    """Publish the entry. Raises DateInTheFuture, NotDelivered, Appeal.DoesNotExist, Edition.DoesNotExist."""
    appeal = Appeal.objects.select_for_update().get(slug=slug, published_at__isnull=False)
    entry = TimelineEntry(appeal=appeal)
    _fill(entry, content, at=at)
    entry.save()
    _save_texts(entry, content.texts)
    _refuse_answers_without_delivery(appeal)
    record("add_entry", subject=appeal, by=by, at=at, reason=content.kind)
    bump_revision(appeal, at=at, adds=True)
    return entry


@transaction.atomic
def correct_entry(entry_id: int, content: EntryContent, *, by: Actor, at: datetime) -> None:
    """Change the entry, which then says on which day it was corrected.

    Raises as add_entry, and TimelineEntry.DoesNotExist.
    """
    entry = _lock(entry_id)
    _fill(entry, content, at=at)
    entry.corrected_on = at.date()
    entry.save()
    _save_texts(entry, content.texts)
    _refuse_answers_without_delivery(entry.appeal)
    record("correct_entry", subject=entry.appeal, by=by, at=at, reason=content.kind)
    bump_revision(entry.appeal, at=at, adds=True)


@transaction.atomic
def remove_entry(entry_id: int, *, by: Actor, at: datetime) -> None:
    """Delete the entry with its words. Raises NotDelivered, TimelineEntry.DoesNotExist."""
    entry = _lock(entry_id)
    appeal, kind = entry.appeal, entry.kind
    entry.delete()
    _refuse_answers_without_delivery(appeal)
    record("remove_entry", subject=appeal, by=by, at=at, reason=kind)
    bump_revision(appeal, at=at)


def find_entries_naming(appeal_id: int, name: str) -> list[TimelineEntry]:
    """Return the entries in whose words the name stands: whoever removes a name should look at them."""
    key = fold(name)
    texts = TimelineText.objects.filter(entry__appeal=appeal_id).select_related("entry").order_by("entry__dated")
    return list({text.entry.pk: text.entry for text in texts if key and f" {key} " in f" {fold(text.body)} "}.values())


def _lock(entry_id: int) -> TimelineEntry:
    appeal_id = TimelineEntry.objects.values_list("appeal", flat=True).get(pk=entry_id)
    Appeal.objects.select_for_update().get(pk=appeal_id)
    return TimelineEntry.objects.select_related("appeal").get(pk=entry_id)


def _fill(entry: TimelineEntry, content: EntryContent, *, at: datetime) -> None:
    if content.dated > at.date() and content.kind != TimelineKind.ANSWER_DUE:
        raise DateInTheFuture
    entry.kind, entry.dated, entry.addressee = content.kind, content.dated, content.addressee
    entry.link, entry.edition = content.link, None
    if content.edition:
        entry.edition = Edition.objects.get(appeal=entry.appeal, dated=content.edition)


def _save_texts(entry: TimelineEntry, texts: Mapping[str, str]) -> None:
    entry.texts.all().delete()
    TimelineText.objects.bulk_create(
        TimelineText(entry=entry, language=language, body=body) for language, body in texts.items() if body
    )


def _refuse_answers_without_delivery(appeal: Appeal) -> None:
    """Raise NotDelivered where an answer, or the day on which it is due, stands before every delivery."""
    deliveries = TimelineEntry.objects.filter(appeal=appeal, kind=TimelineKind.DELIVERED)
    first = deliveries.order_by("dated").values_list("dated", flat=True).first()
    answers = TimelineEntry.objects.filter(appeal=appeal, kind__in=(TimelineKind.ANSWERED, TimelineKind.ANSWER_DUE))
    if answers.filter(Q(dated__lt=first) if first else Q()).exists():
        raise NotDelivered
