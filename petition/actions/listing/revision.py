"""Count one more revision of an appeal's public record."""

from datetime import datetime

from petition.models import Appeal


def bump_revision(appeal: Appeal, *, at: datetime, adds: bool = False) -> None:
    """Count one more revision of the appeal, whose row is locked, so that everything published about it is made again.

    `adds` says that something was added or corrected. Only that moves the published day `as_of`.
    """
    appeal.revision += 1
    appeal.revised_at = max(at, appeal.revised_at)
    if adds:  # The date must not tell when a name was removed, so by default it stays where it is.
        appeal.as_of = max(at.date(), appeal.as_of)
    appeal.save(update_fields=["last_number", "revision", "revised_at", "as_of"])
