"""Change the name of an endorsement wherever it is stored, and keep its old and new wording encrypted."""

from dataclasses import asdict, fields

from django.db import IntegrityError, transaction

from petition.actions.listing import entries
from petition.actions.listing.entries import EntryProposal
from petition.actions.refusals import DuplicateEndorsement
from petition.models import AuditEvent, Endorsement, Spelling
from petition.security import encryption
from petition.text.names import fold


def read_entry_fields(endorsement: Endorsement) -> dict[str, str]:
    """Return the fields of an EntryProposal as they are now. Raises CannotDecrypt."""
    stored = entries.read_name(endorsement)
    return {field.name: stored[field.name] for field in fields(EntryProposal)}


def change_name(
    endorsement: Endorsement, proposal: EntryProposal, *, event: AuditEvent, old_line_public: bool = False
) -> None:
    """Give the endorsement and its public entry the name in `proposal`, and save it.

    Raises DuplicateEndorsement, CannotDecrypt.
    """
    before, after = read_entry_fields(endorsement), asdict(proposal)
    entries.correct_name(endorsement, after, event=event, old_line_public=old_line_public)
    endorsement.name_index = encryption.compute_index("name", fold(proposal.organisation_name))
    try:
        with transaction.atomic():
            endorsement.save()
    except IntegrityError as error:  # the unique index on mailbox and folded name
        raise DuplicateEndorsement from error
    kept = Spelling(endorsement=endorsement, changed_at=event.at)
    encryption.encrypt_column(kept, "sealed_before", before)
    encryption.encrypt_column(kept, "sealed_after", after)
    kept.save()


def restore_name(endorsement: Endorsement, earlier: dict[str, str], *, event: AuditEvent) -> None:
    """Undo the last change_name: bring back the fields `earlier`, and forget that they were changed."""
    entries.correct_name(endorsement, earlier, event=event)
    endorsement.name_index = encryption.compute_index("name", fold(earlier["organisation_name"]))
    endorsement.save()
    endorsement.spellings.order_by("-pk")[:1].get().delete()
