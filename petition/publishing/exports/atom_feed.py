"""The feed (Atom, RFC 4287): newly listed numbers and changes. It says no name.

What a feed reader has fetched stays with it, whatever is removed here; so an entry leads to its line and repeats
nothing of it. Removals have no date anywhere: one entry that is never dated anew says which numbers are gone.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from petition.models.signatories import ChangeKind
from petition.publishing import queries
from petition.publishing.absolute_urls import absolute_url as address
from petition.publishing.public_records import ChangeRecord
from petition.publishing.ranges import format_ranges
from petition.publishing.sentences import format_timeline_heading

MAX_ENTRIES = 50
_WHAT = {
    ChangeKind.NAME: "name corrected",
    ChangeKind.ACRONYM: "acronym corrected",
    ChangeKind.COUNTRIES: "countries corrected",
    ChangeKind.LINE: "entry corrected",
    ChangeKind.NOTE: "note changed",
}


class _Feed(Atom1Feed):
    """Atom as Django writes it, dated by the list, with what an entry says as plain text."""

    def latest_post_date(self) -> datetime:
        """Return the date of the list: the newest entry can be older, and without entries it would be now."""
        updated: datetime = self.feed["updated"]
        return updated

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": None})  # a summary, which would be HTML
        handler.addQuickElement("content", item["description"])


def render_feed(slug: str) -> str:
    """Return the newest entries, the newest first, in English. Raises NotPublished."""
    appeal = queries.get_appeal(slug, "en")
    changes = address("changes", slug)
    atom = _Feed(
        f"{appeal.text.title}: the list",
        changes,
        None,
        language="en",
        author_name=appeal.issuer or appeal.slug,
        feed_url=address("feed", slug),
        feed_guid=address("feed", slug),
        feed_copyright=f"Data under {settings.DATA_LICENCE}",
        updated=_midnight(appeal.as_of),
    )
    for event in list(reversed(appeal.timeline))[:MAX_ENTRIES]:
        title, place = format_timeline_heading(event), f"{address('appeal', slug)}#event-{event.id}"
        words = "\n".join(filter(None, (f"{title}.", event.link)))
        atom.add_item(title, place, words, unique_id=place, updateddate=_midnight(event.corrected_on or event.dated))
    entries = [*_listed(slug), *_changed(slug)]
    for on, _number, title, reference, change in sorted(entries, reverse=True)[:MAX_ENTRIES]:
        line = address("signatory", slug, *reference.split("-"))
        atom.add_item(title, line, f"{title}.", unique_id=f"{line}{change}", updateddate=_midnight(on))
    gone = [f"{kind} {format_ranges(queries.list_removed_numbers(slug, kind))}" for kind in ("original", "further")]
    said = "; ".join(words for words in gone if words[-1].isdigit())
    if said:
        place, issued = f"{changes}#gone", _midnight(appeal.issued_on)
        title = f"No longer listed: {said}"
        atom.add_item(title, place, f"{title}.", unique_id=place, updateddate=issued)
    return atom.writeString("utf-8")


Entry = tuple[date, int, str, str, str]
"""Day, number, title, reference of the line, what tells this entry from others about the line."""


def _listed(slug: str) -> list[Entry]:
    return [
        (line.listed_on, line.number, f"No. {line.number} listed", line.id, "")
        for line in queries.list_newest_further(slug, MAX_ENTRIES)
        if line.listed_on
    ]


def _changed(slug: str) -> list[Entry]:
    return list(
        {
            (
                change.on,
                change.number,
                f"{_no(change)}: {_WHAT[ChangeKind(change.what)]}",
                change.id,
                f"#{change.what}-{change.on}",
            )
            for change in queries.list_changes(slug, MAX_ENTRIES)
        }
    )


def _no(change: ChangeRecord) -> str:
    return f"No. {change.number}" if change.kind == "further" else f"Original No. {change.number}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
