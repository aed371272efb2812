"""The list of organisations that the secretariat knows. It is private, and always replaced as a whole."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from petition.actions.refusals import UnreadableList
from petition.models import KnownOrganisation
from petition.security import encryption
from petition.text import input_rules, mailboxes, names

COLUMNS = ("name", "domain", "channel", "member")
_YES = ("yes", "true", "1", "да", "ооба")


@dataclass(frozen=True)
class KnownEntry:
    """One line of the list: an organisation, its mail domain, and how to reach it."""

    name: str
    domain: str
    channel: str
    member: bool


def read_known_organisations(lines: Iterable[str]) -> list[KnownEntry]:
    """Parse CSV with the header COLUMNS, of which channel and member are optional. Raises UnreadableList."""
    table = csv.DictReader(lines)
    if missing := {"name", "domain"} - set(table.fieldnames or ()):
        raise UnreadableList(
            f"The first line must name the columns {', '.join(COLUMNS)}; it lacks {', '.join(sorted(missing))}."
        )
    try:
        return [_parse_row(row, line) for line, row in enumerate(table, 2)]
    except csv.Error as error:
        raise UnreadableList(f"Line {table.line_num + 1}: {error}.") from error


def _parse_row(row: dict[str, str], line: int) -> KnownEntry:
    name = names.clean(row["name"] or "")
    mailbox = mailboxes.normalize_mailbox(f"known@{(row['domain'] or '').strip()}")
    if not name or input_rules.broken_rules(name) or len(name) > 300:
        raise UnreadableList(f"Line {line}: the name is missing, too long, or has characters that may not be stored.")
    if mailbox is None:
        raise UnreadableList(f"Line {line}: {row['domain'] or ''!r} is no mail domain.")
    member = (row.get("member") or "").strip().casefold() in _YES
    return KnownEntry(name, mailbox.rpartition("@")[2], (row.get("channel") or "").strip(), member)


@transaction.atomic
def replace_known_organisations(organisations: Iterable[KnownEntry]) -> int:
    """Replace the whole list, and return its length. Of two lines with the same name and domain the last counts."""
    rows = {(known.name, known.domain): known for known in organisations}.values()
    KnownOrganisation.objects.all().delete()
    KnownOrganisation.objects.bulk_create(map(_build_row, rows))
    return len(rows)


def _build_row(known: KnownEntry) -> KnownOrganisation:
    domain_index = encryption.compute_index("domain", known.domain)
    row = KnownOrganisation(name=known.name, domain_index=domain_index, member=known.member)
    if known.channel:
        encryption.encrypt_column(row, "sealed_channel", known.channel)
    return row
