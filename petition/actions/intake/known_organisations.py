"""The secretariat's own list of organisations that it knows: private, and replaced as a whole."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from petition.models import KnownOrganisation
from petition.security import encryption
from petition.text import mailboxes, names

COLUMNS = ("name", "domain", "channel", "member")
_YES = ("yes", "true", "1", "да", "ооба")


class Wrong(Exception):
    """The list cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Known:
    """One line of the list: the organisation is known at this mail domain, and reached through this channel."""

    name: str
    domain: str
    channel: str
    member: bool


def read(lines: Iterable[str]) -> list[Known]:
    """The list, from CSV whose first line names COLUMNS, channel and member optional. Raises Wrong."""
    table = csv.DictReader(lines)
    if missing := {"name", "domain"} - set(table.fieldnames or ()):
        raise Wrong(
            f"The first line must name the columns {', '.join(COLUMNS)}; it lacks {', '.join(sorted(missing))}."
        )
    try:
        return [_one(row, place) for place, row in enumerate(table, 2)]
    except csv.Error as error:
        raise Wrong(f"Line {table.line_num + 1}: {error}.") from error


def _one(row: dict[str, str], line: int) -> Known:
    name = names.clean(row["name"] or "")
    mailbox = mailboxes.canonical(f"known@{(row['domain'] or '').strip()}")
    if not name or names.troubles(name) or len(name) > 300:
        raise Wrong(f"Line {line}: the name is missing, too long, or has characters that may not be stored.")
    if mailbox is None:
        raise Wrong(f"Line {line}: {row['domain'] or ''!r} is no mail domain.")
    member = (row.get("member") or "").strip().casefold() in _YES
    return Known(name, mailbox.rpartition("@")[2], (row.get("channel") or "").strip(), member)


@transaction.atomic
def replace(organisations: Iterable[Known]) -> int:
    """The list is these and no others; of two lines about one name and domain the last counts. Says how many."""
    rows = {(known.name, known.domain): known for known in organisations}.values()
    KnownOrganisation.objects.all().delete()
    KnownOrganisation.objects.bulk_create(
        KnownOrganisation(
            name=known.name,
            domain_index=encryption.index_of("domain", known.domain),
            sealed_channel=encryption.seal(known.channel) if known.channel else "",
            member=known.member,
        )
        for known in rows
    )
    return len(rows)
