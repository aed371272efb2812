"""The journal of removals: rows of the table Removal, and the same as lines of a file outside the database.

The first line of the file names the site it belongs to; each other line is one removal. No names, no mailboxes.
"""

import io
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from petition.models import Display, Endorsement, Removal, RemovalKind, SiteState
from petition.security import encrypted_files

REPLAYED = "replayed"
"""The reason, in the audit log, of what is done again after a restore. Its row in the table comes from the file."""
_KINDS = {
    "hide": RemovalKind.HIDE,
    "revoke": RemovalKind.UNLIST,
    "start_withdrawal": RemovalKind.UNLIST,  # "withdraw" follows when it is final
    "cancel_withdrawal": RemovalKind.LIST,
    "show": RemovalKind.LIST,
    "withdraw": RemovalKind.WITHDRAW,
    "forget": RemovalKind.FORGET,
    "erase_contact": RemovalKind.ERASE_CONTACT,
    "change_contact": RemovalKind.CHANGE_CONTACT,
    "erase": RemovalKind.ERASE,
    "end_links": RemovalKind.END_LINKS,
    "issue_link": RemovalKind.END_LINKS,
    "new_code": RemovalKind.END_CODE,
}
_UNDONE = {"hide": RemovalKind.LIST, "approve": RemovalKind.UNLIST}


class NotAJournal(Exception):
    """The file cannot be used; the message says why and what to do."""


def kind_of(verb: str, reason: str, *, is_listed_again: bool) -> RemovalKind | None:
    """Return which kind of removal the event `verb` of the audit log is; None if it is none.

    `is_listed_again`: an approval publishes a name that was published before. What is erased because nobody confirmed
    it in time is no removal: a restored database erases it again by itself, since only its age decides.
    """
    if reason == REPLAYED or (verb == "erase" and reason == "unconfirmed"):
        return None
    if verb == "undo":
        return _UNDONE.get(reason)
    if verb == "approve":
        return RemovalKind.LIST if is_listed_again else None
    return _KINDS.get(verb)


def note(verb: str, endorsement: Endorsement, *, reason: str, at: datetime) -> None:
    """Store the removal that the event `verb` is, if it is one, in the transaction of the caller."""
    is_listed_again = endorsement.signatory_id is not None and endorsement.display == Display.NAMED
    kind = kind_of(verb, reason, is_listed_again=is_listed_again)
    if kind is not None:
        Removal.objects.create(
            kind=kind,
            appeal=endorsement.appeal.slug,
            reference=endorsement.signatory.reference if endorsement.signatory else "",
            endorsement=endorsement.pk,
            submitted_at=endorsement.submitted_at,
            at=at,
        )


def site_id() -> str:
    """Return what names this site's journal; chosen at random when it is first asked for."""
    known = SiteState.objects.filter(pk=1).values_list("journal_id", flat=True)
    if not known.first():
        SiteState.objects.get_or_create(pk=1)
        SiteState.objects.filter(pk=1, journal_id="").update(journal_id=str(uuid.uuid4()))
    return known.get()


def journal() -> Path:
    """Return where the worker of this DATA_DIR keeps its file."""
    return Path(settings.DATA_DIR) / "removals.jsonl"


def first_line(site: str) -> bytes:
    """Return the line that the file of the site `site` begins with."""
    return json.dumps({"journal": site}).encode() + b"\n"


def line(removal: Removal) -> bytes:
    """Return the removal as a line of the file."""
    fields = {
        "id": str(removal.uid),
        "kind": removal.kind,
        "appeal": removal.appeal,
        "reference": removal.reference,
        "endorsement": removal.endorsement,
        "submitted_at": removal.submitted_at.isoformat(),
        "at": removal.at.isoformat(),
    }
    return json.dumps(fields).encode() + b"\n"


def site_in(first: bytes) -> str | None:
    """Return which site the file belongs to that begins with the line `first`; None if it does not say so."""
    try:
        fields = json.loads(first)
    except (ValueError, RecursionError):
        return None
    return str(fields["journal"]) if isinstance(fields, dict) and "journal" in fields else None


def removal_in(text: bytes) -> Removal:
    """Return the removal that a line of the file tells, not stored. Raises ValueError if the line is damaged."""
    try:
        fields = json.loads(text)
        removal = Removal(
            uid=uuid.UUID(fields["id"]),
            kind=RemovalKind(fields["kind"]),
            appeal=str(fields["appeal"]),
            reference=str(fields["reference"]),
            endorsement=int(fields["endorsement"]),
            submitted_at=datetime.fromisoformat(fields["submitted_at"]),
            at=datetime.fromisoformat(fields["at"]),
        )
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a line of the journal is damaged") from error
    if removal.at.tzinfo is None or removal.submitted_at.tzinfo is None or "\0" in removal.appeal + removal.reference:
        raise ValueError("a line of the journal is damaged")
    return removal


@dataclass(frozen=True)
class OldLine:
    """A line of a file from before the table: the public entry `reference` of `appeal` was taken off at `at`."""

    appeal: str
    reference: str
    at: datetime


@dataclass
class Journal:
    """What a file tells. `site` is '' in one from before the table; `cut_off` says that its last line is not whole."""

    site: str = ""
    removals: list[Removal] = field(default_factory=list)
    old_lines: list[OldLine] = field(default_factory=list)
    cut_off: bool = False


def read(file: Path, private_keys: Iterable[str] = ()) -> Journal:
    """Return what the journal `file` tells; a copy that `backup` made is decrypted with one of `private_keys`.

    Raises NotAJournal if anything but its last line is damaged, which may have been a removal; CannotRead, OSError.
    """
    content = file.read_bytes()
    if content.startswith(encrypted_files.FIRST_LINE):
        content = b"".join(encrypted_files.opened(io.BytesIO(content), private_keys))
    lines = content.split(b"\n")
    found = Journal(cut_off=bool(lines.pop()))
    if lines and (site := site_in(lines[0])) is not None:
        found.site = site
        lines = lines[1:]
    elif not any(lines):
        raise NotAJournal(f"{file} is empty: name a journal of removals that a worker or a backup wrote.")
    for number, text in _numbered(lines, 2 if found.site else 1):
        try:
            if found.site:
                found.removals.append(removal_in(text))
            else:
                found.old_lines.append(_old_line(text))
        except ValueError as error:
            raise NotAJournal(
                f"Line {number} of {file} is damaged, and may have been a removal: take another copy of the journal."
            ) from error
    return found


def _numbered(lines: list[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    return ((number, text) for number, text in enumerate(lines, first) if text)


def _old_line(text: bytes) -> OldLine:
    try:
        fields = json.loads(text)
        kind, number = str(fields["kind"]), int(fields["number"])
        found = OldLine(str(fields["appeal"]), f"{kind}-{number}", datetime.fromisoformat(fields["at"]))
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a line of the journal is damaged") from error
    if found.at.tzinfo is None or "\0" in found.appeal + found.reference:
        raise ValueError("a line of the journal is damaged")
    return found
