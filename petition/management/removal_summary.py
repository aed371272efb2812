"""What a command says that removed something again."""

from petition.actions.operations.replay import Replayed
from petition.models import RemovalKind

_WORDS = {
    RemovalKind.HIDE: "names hidden",
    RemovalKind.UNLIST: "approvals revoked",
    RemovalKind.WITHDRAW: "endorsements withdrawn",
    RemovalKind.FORGET: "mailboxes forgotten",
    RemovalKind.CHANGE_CONTACT: "earlier contacts erased",
    RemovalKind.ERASE_CONTACT: "contacts erased",
    RemovalKind.ERASE: "unconfirmed endorsements erased",
    RemovalKind.END_LINKS: "private links ended",
    RemovalKind.END_CODE: "removal codes ended",
}


def summary(result: Replayed) -> str:
    """Return in one sentence what was done again."""
    if not result.counts:
        return "Nothing was removed since that is not removed in the backup."
    done = ", ".join(f"{result.counts[kind]} {_WORDS[kind]}" for kind in RemovalKind if result.counts[kind])
    return f"Removed again, as the journal of removals says: {done}."
