"""The removal journal: the rows of the table Removal, and the same entries in a file outside the database.

The first line of the file is a header with the id of the site; each other line is one entry. An entry has no name and
no mailbox.
"""

import io
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from petition.actions.refusals import UnusableJournal
from petition.models.appeals import Appeal
from petition.models.audit import Removal, RemovalKind
from petition.models.choices import Display
from petition.models.endorsements import Endorsement
from petition.models.site_state import SiteState
from petition.security import encrypted_files
from petition.text.references import format_reference

REPLAYED = "replayed"
"""The reason, in the audit log, of a removal repeated after a restore. Its row in the table comes from the file."""
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
    "end_code": RemovalKind.END_CODE,
}
_UNDONE = {"hide": RemovalKind.LIST, "approve": RemovalKind.UNLIST}


def get_removal_kind(verb: str, reason: str, *, is_listed_again: bool) -> RemovalKind | None:
    """Return which kind of removal the audit event `verb` is; None if it is none.

    `is_listed_again`: an approval publishes a name that was published before.
    """
    # Erasing what nobody confirmed in time needs no entry: a restored database erases it again, by its age alone.
    if reason == REPLAYED or (verb == "erase" and reason == "unconfirmed"):
        return None
    if verb == "undo":
        return _UNDONE.get(reason)
    if verb == "approve":
        return RemovalKind.LIST if is_listed_again else None
    return _KINDS.get(verb)


def record_removal(verb: str, endorsement: Endorsement, *, reason: str, at: datetime) -> None:
    """Store a journal entry, in the caller's transaction, if the audit event `verb` is a removal."""
    is_listed_again = endorsement.signatory_id is not None and endorsement.display == Display.NAMED
    kind = get_removal_kind(verb, reason, is_listed_again=is_listed_again)
    if kind is not None:
        Removal.objects.create(
            kind=kind,
            appeal=endorsement.appeal.slug,
            reference=endorsement.signatory.reference if endorsement.signatory else "",
            endorsement=endorsement.pk,
            submitted_at=endorsement.submitted_at,
            intake_id=endorsement.intake_id,
            at=at,
        )


def record_takedown(kind: RemovalKind, appeal: Appeal, *, at: datetime) -> None:
    """Store a journal entry, in the caller's transaction, for an appeal that is taken down or put back."""
    submitted_at = appeal.published_at or at
    Removal.objects.create(kind=kind, appeal=appeal.slug, endorsement=0, submitted_at=submitted_at, at=at)


def get_site_id() -> str:
    """Return the id of this site's journal, which is generated when it is first needed."""
    stored = SiteState.objects.filter(pk=1).values_list("journal_id", flat=True)
    if not stored.first():
        SiteState.objects.get_or_create(pk=1)
        SiteState.objects.filter(pk=1, journal_id="").update(journal_id=str(uuid.uuid4()))  # the first process wins
    return stored.get()


def get_journal_path() -> Path:
    """Return the path of the journal file in DATA_DIR."""
    return Path(settings.DATA_DIR) / "removals.jsonl"


def encode_header(site: str) -> bytes:
    """Return the first line of the journal file of the site with this id."""
    return json.dumps({"journal": site}).encode() + b"\n"


def encode_entry(removal: Removal) -> bytes:
    """Return the removal as a line of the journal file."""
    fields = {
        "id": str(removal.uid),
        "kind": removal.kind,
        "appeal": removal.appeal,
        "reference": removal.reference,
        "endorsement": removal.endorsement,
        "submitted_at": removal.submitted_at.isoformat(),
        "intake": str(removal.intake_id) if removal.intake_id else "",
        "at": removal.at.isoformat(),
    }
    return json.dumps(fields).encode() + b"\n"


def decode_header(line: bytes) -> str | None:
    """Return the id of the site in a header; None if the line is not a header."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return str(fields["journal"]) if isinstance(fields, dict) and "journal" in fields else None


def decode_entry(line: bytes) -> Removal:
    """Return the removal in a line of the journal file, unsaved. Raises ValueError if the line is damaged."""
    try:
        fields = json.loads(line)
        removal = Removal(
            uid=uuid.UUID(fields["id"]),
            kind=RemovalKind(fields["kind"]),
            appeal=str(fields["appeal"]),
            reference=str(fields["reference"]),
            endorsement=int(fields["endorsement"]),
            submitted_at=datetime.fromisoformat(fields["submitted_at"]),
            intake_id=uuid.UUID(fields["intake"]) if fields.get("intake") else None,  # older lines have none
            at=datetime.fromisoformat(fields["at"]),
        )
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a line of the journal is damaged") from error
    if removal.at.tzinfo is None or removal.submitted_at.tzinfo is None or "\0" in removal.appeal + removal.reference:
        raise ValueError("a line of the journal is damaged")
    return removal


@dataclass(frozen=True)
class LegacyEntry:
    """A line of the first version's file: the entry `reference` of `appeal` was removed from the list at `at`."""

    appeal: str
    reference: str
    at: datetime


@dataclass
class RemovalJournal:
    """The content of a journal file. `site` is '' in a file of the first version, which has `legacy_entries` only.

    `is_truncated`: its last line is incomplete.
    """

    site: str = ""
    removals: list[Removal] = field(default_factory=list)
    legacy_entries: list[LegacyEntry] = field(default_factory=list)
    is_truncated: bool = False


def read_journal(file: Path, private_keys: Iterable[str] = ()) -> RemovalJournal:
    """Return the content of a journal file; a copy made by `backup` is decrypted with one of `private_keys`.

    Raises UnusableJournal, CannotDecryptFile, OSError.
    """
    content = file.read_bytes()
    if content.startswith(encrypted_files.FIRST_LINE):
        content = b"".join(encrypted_files.decrypt_file(io.BytesIO(content), private_keys))
    lines = content.split(b"\n")
    # The last line may be incomplete, since a worker was killed while writing it: its removal is in the table.
    journal = RemovalJournal(is_truncated=bool(lines.pop()))
    if lines and (site := decode_header(lines[0])) is not None:
        journal.site = site
        lines = lines[1:]
    elif not any(lines):
        raise UnusableJournal(f"{file} is empty: name a removal journal that the worker or a backup wrote.")
    for number, line in enumerate(lines, 2 if journal.site else 1):
        if not line:
            continue
        try:
            if journal.site:
                journal.removals.append(decode_entry(line))
            else:
                journal.legacy_entries.append(_decode_legacy_entry(line))
        except ValueError as error:  # never skipped: the damaged line may have been a removal
            raise UnusableJournal(
                f"Line {number} of {file} is damaged and may have been a removal: use another copy of the journal."
            ) from error
    return journal


def _decode_legacy_entry(line: bytes) -> LegacyEntry:
    try:
        fields = json.loads(line)
        kind, number = str(fields["kind"]), int(fields["number"])
        entry = LegacyEntry(str(fields["appeal"]), format_reference(kind, number), datetime.fromisoformat(fields["at"]))
    except (LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a line of the journal is damaged") from error
    if entry.at.tzinfo is None or "\0" in entry.appeal + entry.reference:
        raise ValueError("a line of the journal is damaged")
    return entry
