"""Rows written without the actions, as a careless script or a stolen database connection would write them."""

import hashlib
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import OuterRef, Subquery

from petition.actions.audit import CONTACT, OPERATOR, record, record_many
from petition.models import (
    Appeal,
    AppealDraft,
    AppealText,
    AuditEvent,
    Batch,
    BatchAction,
    BatchState,
    BulkRow,
    BulkUpload,
    ChangeKind,
    Contact,
    Correction,
    Demand,
    Display,
    Edition,
    Endorsement,
    IntakeRow,
    MailParagraph,
    Notice,
    Origin,
    PublicChange,
    Question,
    Removal,
    State,
    TimelineEntry,
    TimelineKind,
    TimelineText,
)
from petition.models.encrypted import EncryptedRow
from petition.models.endorsements import NAME_FIELDS
from petition.models.intake import BLOCK_BYTES, OVERHEAD_BYTES
from petition.models.signatories import PRINTED_FIELDS, Signatory
from petition.security import encryption
from tests import factories
from tests.factories import NOON

SHA256 = hashlib.sha256(b"made up").hexdigest()
WITHOUT_CLEAR_NAME = dict.fromkeys((*NAME_FIELDS, "folded"), "")
_Row = TypeVar("_Row", bound=EncryptedRow)


def encrypt_columns(row: _Row, **contents: Any) -> _Row:
    """Set these columns of the row to their contents, encrypted, and return the row, not saved."""
    for column, content in contents.items():
        encryption.encrypt_column(row, column, content)
    return row


def create_encrypted(row: _Row, **contents: Any) -> _Row:
    """Save the row with these columns encrypted, and return it."""
    encrypt_columns(row, **contents).save()
    return row


def record_event(subject: Endorsement | Appeal) -> AuditEvent:
    return record("test", subject=subject, by=OPERATOR, at=NOON)


def update_row(row: models.Model, **columns: Any) -> int:
    """Update the row by one plain UPDATE, and return the number of rows."""
    return type(row)._default_manager.filter(pk=row.pk).update(**columns)


def update_with_event(endorsement: Endorsement, **columns: Any) -> int:
    """Update the row with a new audit event about it."""
    return update_row(endorsement, explained_by=record_event(endorsement).pk, **columns)


def update_signatory(signatory: Signatory, **columns: Any) -> int:
    return update_row(signatory, **({"explained_by": record_event(signatory.appeal).pk} | columns))


def a_removal(appeal: Appeal) -> Removal:
    endorsement = Endorsement.objects.filter(appeal=appeal).earliest("pk")
    record("hide", subject=endorsement, by=OPERATOR, at=NOON)
    return Removal.objects.latest("pk")


def a_signatory(appeal: Appeal, **columns: Any) -> Signatory:
    """Create a listed signatory without an endorsement."""
    defaults = {"kind": "further", "number": 1000, "label": "Made-up", "name": "Made-up", "listed_on": NOON.date()}
    defaults["explained_by"] = record_event(appeal).pk
    return Signatory.objects.create(appeal=appeal, **(defaults | columns))


def hide_signatory(signatory: Signatory, **columns: Any) -> int:
    """Remove a signatory from the list by one UPDATE, but set `columns`."""
    empty = {"status": "no_longer_listed", "listed_on": None, "member": False} | dict.fromkeys(PRINTED_FIELDS, "")
    return update_signatory(signatory, **(empty | columns))


def a_change(signatory: Signatory, **columns: Any) -> PublicChange:
    return PublicChange.objects.create(signatory=signatory, **({"what": ChangeKind.NAME, "on": NOON.date()} | columns))


def a_draft(appeal: Appeal, **columns: Any) -> AppealText:
    """Create an unpublished text in another language."""
    defaults = {"language": "ky", "status": "unofficial", "dated": NOON.date(), "title": "Title", "sha256": SHA256}
    return AppealText.objects.create(appeal=appeal, **(defaults | columns))


def a_demand(text: AppealText, number: int = 1, body: str = "Do it") -> Demand:
    return Demand.objects.create(text=text, number=number, body=body)


def an_import(appeal: Appeal, **columns: Any) -> Endorsement:
    """Create the endorsement of an original, without a signatory."""
    defaults = {
        "origin": Origin.IMPORTED,
        "state": State.APPROVED,
        "display": Display.WITHHELD,
        "text": appeal.texts.get(),
        "language": "en",
        "submitted_at": NOON,
        "confirmed_at": NOON,
        "decided_at": NOON,
        "explained_by": 0,
    }
    name = dict.fromkeys(NAME_FIELDS, "") | {"organisation_name": "Made-up Fund"}
    return create_encrypted(Endorsement(appeal=appeal, **(defaults | columns)), sealed_name=name)


def get_contact(endorsement: Endorsement) -> Contact:
    return Contact.objects.get(endorsement=endorsement)


def create_in_state(appeal: Appeal, state: State) -> Endorsement:
    """Create a named endorsement that reached `state` by legal moves."""
    if state == State.SUBMITTED:
        endorsement, _ = factories.submitted(appeal)
    else:
        endorsement = factories.confirmed(appeal)
    if state == State.RETURNED:
        update_with_event(endorsement, state=state, returned_at=NOON)
    elif state in (State.APPROVED, State.REJECTED, State.WITHDRAWN):
        update_with_event(endorsement, **get_columns_for(state, a_signatory(appeal, number=2000)))
    return Endorsement.objects.get(pk=endorsement.pk)


def get_columns_for(state: State, signatory: Signatory) -> dict[str, Any]:
    """Return the columns that an UPDATE to `state` has to set to violate no check constraint."""
    timestamps = dict.fromkeys(("confirmed_at", "decided_at", "returned_at", "withdrawn_at"))
    set_in = {
        State.SUBMITTED: (),
        State.CONFIRMED: ("confirmed_at",),
        State.RETURNED: ("confirmed_at", "returned_at"),
        State.APPROVED: ("confirmed_at", "decided_at"),
        State.REJECTED: ("confirmed_at", "decided_at"),
        State.WITHDRAWN: ("withdrawn_at",),
    }[state]
    columns: dict[str, Any] = {"state": state, "signatory": signatory} | timestamps | dict.fromkeys(set_in, NOON)
    return columns | WITHOUT_CLEAR_NAME if state == State.WITHDRAWN else columns


def a_correction(endorsement: Endorsement, proposal: Any = "made up", **columns: Any) -> Correction:
    row = Correction(endorsement=endorsement, proposed_at=NOON)
    encryption.encrypt_column(row, "sealed_proposal", proposal)
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    return row


def a_question(endorsement: Endorsement, **columns: Any) -> Question:
    return Question.objects.create(endorsement=endorsement, **({"body": "Who are you?", "asked_at": NOON} | columns))


def a_notice(appeal: Appeal, **columns: Any) -> Notice:
    defaults = {"language": "en", "paragraphs": ["Think twice."], "dated": NOON.date()}
    return Notice.objects.create(appeal=appeal, **(defaults | columns))


def a_mail_paragraph(**columns: Any) -> MailParagraph:
    defaults = {"message": "confirm", "language": "en", "words": "Our office is closed in August."}
    return MailParagraph.objects.create(**(defaults | columns))


def an_edition(appeal: Appeal, **columns: Any) -> Edition:
    defaults = {"dated": NOON.date(), "addressee": "The President", "frozen_at": NOON, "last_number": 70, "withheld": 0}
    return Edition.objects.create(appeal=appeal, **(defaults | columns))


def a_batch(*endorsements: Endorsement, **columns: Any) -> Batch:
    defaults = {"deed": BatchAction.APPROVE, "state": BatchState.PROPOSED, "begun_by": 1, "begun_at": NOON}
    batch = Batch.objects.create(**(defaults | columns))
    for endorsement in endorsements:
        batch.parts.create(endorsement=endorsement)
    return batch


def create_in_bulk(appeal: Appeal, every: Iterable[dict[str, Any]]) -> list[Endorsement]:
    """Create unconfirmed endorsements with these columns and their audit events, in a few statements."""
    text, start = appeal.texts.get(), Endorsement.objects.count()
    defaults = {"display": Display.NAMED, "language": "en", "explained_by": 0, "name_index": "a"}
    defaults |= dict.fromkeys(("submitted_at", "authority_at", "consent_processing_at", "consent_publication_at"), NOON)
    built = [
        Endorsement(
            appeal=appeal,
            text=text,
            **(defaults | {"mailbox_index": f"m{number}", "fingerprint": f"f{number}"} | columns),
        )
        for number, columns in enumerate(every, start)
    ]
    for row in built:
        encryption.encrypt_column(row, "sealed_name", {field: getattr(row, field) for field in NAME_FIELDS})
    rows = Endorsement.objects.bulk_create(built)
    record_many("submit", [(row.pk, appeal.pk, False) for row in rows], by=CONTACT, at=NOON)
    newest = AuditEvent.objects.latest("pk").pk
    Endorsement.objects.filter(pk__in=[row.pk for row in rows]).update(explained_by=newest)
    return rows


def confirm_in_bulk(rows: Iterable[Endorsement]) -> None:
    """Confirm these endorsements as the action would."""
    endorsements = list(rows)
    record_many("confirm", [(row.pk, row.appeal_id, False) for row in endorsements], by=CONTACT, at=NOON)
    events = AuditEvent.objects.filter(verb="confirm", subject_id=OuterRef("pk")).values("pk")[:1]
    Endorsement.objects.filter(pk__in=[row.pk for row in endorsements]).update(
        state=State.CONFIRMED, confirmed_at=NOON, explained_by=Subquery(events)
    )


def an_intake_row(**columns: Any) -> IntakeRow:
    """Return a row of the intake that waits. Its box cannot be opened."""
    return IntakeRow.objects.create(
        **{"appeal": 1, "key_id": encryption.get_public_key_id(), "box": bytes(BLOCK_BYTES + OVERHEAD_BYTES)} | columns
    )


def an_appeal_draft(**fields: Any) -> AppealDraft:
    defaults = {"slug": "draft", "language": "en", "source": "A title", "created_at": NOON, "changed_at": NOON}
    return AppealDraft.objects.create(**(defaults | fields))


def a_timeline_entry(appeal: Appeal, **fields: Any) -> TimelineEntry:
    values: dict[str, Any] = {"kind": TimelineKind.UPDATE, "dated": NOON} | fields
    entry = TimelineEntry.objects.create(appeal=appeal, **values)
    TimelineText.objects.create(entry=entry, language="en", body="Something happened.")
    return entry


def an_upload(appeal: Appeal, note: str = "in the folder", **columns: Any) -> BulkUpload:
    """Create a table that was uploaded, without rows."""
    defaults = {"origin": Origin.EMAIL, "created_by": 1, "created_at": NOON}
    return create_encrypted(BulkUpload(appeal=appeal, **(defaults | columns)), sealed_note=note)


def an_upload_row(upload: BulkUpload, fields: dict[str, str] | None = None, **columns: Any) -> BulkRow:
    row = BulkRow(upload=upload, **({"number": 2} | columns))
    return create_encrypted(row, sealed_fields=fields or {"acronym": "MF"})
