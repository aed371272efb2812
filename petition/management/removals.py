"""What commands about backups and the removal journal share."""

import os

from django.conf import settings
from django.core.management import CommandError

from petition.actions.operations.removal_journal_file import RemovalJournalFile, describe_reason
from petition.actions.operations.removal_replay import ReplayResult
from petition.actions.refusals import UnusableJournal
from petition.models import RemovalKind

_LABELS = {
    RemovalKind.HIDE: "names hidden",
    RemovalKind.UNLIST: "approvals revoked",
    RemovalKind.WITHDRAW: "endorsements withdrawn",
    RemovalKind.FORGET: "mailboxes forgotten",
    RemovalKind.CHANGE_CONTACT: "earlier contacts erased",
    RemovalKind.ERASE_CONTACT: "contacts erased",
    RemovalKind.ERASE: "unconfirmed endorsements erased",
    RemovalKind.END_LINKS: "private links ended",
    RemovalKind.END_CODE: "removal codes ended",
    RemovalKind.TAKE_DOWN: "appeals taken down",
}


def get_private_keys() -> list[str]:
    """Return the keys that may decrypt a backup."""
    # Read here and not in settings: no other process of the site may have this key.
    backup_key = os.environ.get("BACKUP_PRIVATE_KEY", "")
    keys = [key.strip() for key in backup_key.split(",") if key.strip()]
    return keys or list(settings.CONTACT_PRIVATE_KEYS)


def write_removal_journal() -> RemovalJournalFile:
    """Bring the removal journal of this DATA_DIR up to date and return it. Raises CommandError."""
    journal = RemovalJournalFile()
    try:
        journal.write()
    except (OSError, UnusableJournal) as error:
        raise CommandError(
            f"The removal journal {journal.path} cannot be written: {describe_reason(error)}."
        ) from error
    return journal


def describe_result(result: ReplayResult) -> str:
    """Return in one sentence what was repeated."""
    parts = [f"{result.counts[kind]} {_LABELS[kind]}" for kind in RemovalKind if result.counts[kind]]
    if result.dropped_rows:
        parts.append(f"{result.dropped_rows} waiting forms and requests dropped")
    if not parts:
        return "The removal journal has no removal that the database lacks."
    return f"Repeated from the removal journal: {', '.join(parts)}."
