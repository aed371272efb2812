"""The feed (Atom, RFC 4287): newly listed numbers and changes. It says no name.

What a feed reader has fetched stays with it, whatever is removed here; so an entry leads to its line and repeats
nothing of it. Removals have no date anywhere: one entry that is never dated anew says which numbers are gone.
"""

from datetime import UTC, date, datetime, time
from xml.etree import ElementTree

from django.conf import settings

from petition.models.signatories import What
from petition.publishing import history, records
from petition.publishing.exports.fields import address
from petition.publishing.ranges import in_ranges

MOST_ENTRIES = 50
_ATOM = "http://www.w3.org/2005/Atom"
_WHAT = {
    What.NAME: "name corrected",
    What.ACRONYM: "acronym corrected",
    What.COUNTRIES: "countries corrected",
    What.LINE: "line corrected",
    What.NOTE: "note beside the line changed",
}


def feed(slug: str) -> str:
    """The newest entries, the newest first, in English. Raises NotPublished."""
    appeal = records.appeal_record(slug, "en")
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": "en"})
    _say(root, "id", address("feed", slug))
    _say(root, "title", f"{appeal.text.title}: the list")
    _say(root, "updated", _midnight(appeal.as_of))
    _say(_say(root, "author"), "name", appeal.issuer or appeal.slug)
    _say(root, "rights", f"Data under {settings.DATA_LICENCE}")
    _say(root, "link", rel="self", type="application/atom+xml", href=address("feed", slug))
    _say(root, "link", rel="alternate", type="text/html", href=address("changes", slug))
    entries = [*_listed(slug), *_changed(slug)]
    for on, _number, title, reference, change in sorted(entries, reverse=True)[:MOST_ENTRIES]:
        line = address("signatory", slug, *reference.split("-"))
        _entry(root, f"{line}{change}", title, _midnight(on), line)
    gone = [f"{kind} {in_ranges(history.no_longer_listed(slug, kind))}" for kind in ("original", "further")]
    said = "; ".join(words for words in gone if words[-1].isdigit())
    if said:
        place = address("changes", slug)
        _entry(root, f"{place}#gone", f"No longer listed: {said}", _midnight(appeal.issued_on), f"{place}#gone")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode()


Entry = tuple[date, int, str, str, str]
"""Day, number, title, reference of the line, what tells this entry from others about the line."""


def _listed(slug: str) -> list[Entry]:
    return [
        (line.listed_on, line.number, f"No. {line.number} listed", line.id, "")
        for line in records.newest_further(slug, MOST_ENTRIES)
        if line.listed_on
    ]


def _changed(slug: str) -> list[Entry]:
    return list(
        {
            (
                change.on,
                change.number,
                f"{_no(change)}: {_WHAT[What(change.what)]}",
                change.id,
                f"#{change.what}-{change.on}",
            )
            for change in history.newest_changes(slug, MOST_ENTRIES)
        }
    )


def _no(change: history.ChangeRecord) -> str:
    return f"No. {change.number}" if change.kind == "further" else f"Original No. {change.number}"


def _entry(root: ElementTree.Element, name: str, title: str, updated: str, link: str) -> None:
    entry = _say(root, "entry")
    _say(entry, "id", name)
    _say(entry, "title", title)
    _say(entry, "updated", updated)
    _say(entry, "link", rel="alternate", type="text/html", href=link)
    _say(entry, "content", f"{title}.")


def _say(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
