"""Rows written past the deeds, as a careless script or a stolen connection would write them."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery

from petition.actions.audit import CONTACT, OPERATOR, record, record_each
from petition.models import (
    Appeal,
    AppealText,
    AuditEvent,
    Batch,
    BatchDeed,
    BatchState,
    Contact,
    Correction,
    Demand,
    Display,
    Edition,
    Endorsement,
    Notice,
    Origin,
    PublicChange,
    Question,
    Removal,
    State,
    What,
)
from petition.models.endorsements import NAME_FIELDS
from petition.models.signatories import PRINTED_FIELDS, Signatory
from petition.security import encryption
from tests import factories
from tests.factories import NOON

SHA256 = hashlib.sha256(b"made up").hexdigest()
SEALED = {"sealed_name": encryption.seal("made up")} | dict.fromkeys(NAME_FIELDS, "")


def event_about(subject: Endorsement | Appeal) -> AuditEvent:
    return record("test", subject=subject, by=OPERATOR, at=NOON)


def changed(row: models.Model, **columns: Any) -> int:
    """One UPDATE of the row, as it is written here and nothing else."""
    return type(row)._default_manager.filter(pk=row.pk).update(**columns)


def explained(endorsement: Endorsement, **columns: Any) -> int:
    """The same, with a fresh audit event about this endorsement."""
    return changed(endorsement, explained_by=event_about(endorsement).pk, **columns)


def relisted(signatory: Signatory, **columns: Any) -> int:
    return changed(signatory, **({"explained_by": event_about(signatory.appeal).pk} | columns))


def a_removal(appeal: Appeal) -> Removal:
    endorsement = Endorsement.objects.filter(appeal=appeal).earliest("pk")
    record("hide", subject=endorsement, by=OPERATOR, at=NOON)
    return Removal.objects.latest("pk")


def a_signatory(appeal: Appeal, **columns: Any) -> Signatory:
    """A listed line that no endorsement stands behind."""
    plain = {"kind": "further", "number": 1000, "label": "Made-up", "name": "Made-up", "listed_on": NOON.date()}
    plain["explained_by"] = event_about(appeal).pk
    return Signatory.objects.create(appeal=appeal, **(plain | columns))


def hidden(signatory: Signatory, **columns: Any) -> int:
    """It is taken off the list by one UPDATE that leaves `columns` in it."""
    emptied = {"status": "no_longer_listed", "listed_on": None, "member": False} | dict.fromkeys(PRINTED_FIELDS, "")
    return relisted(signatory, **(emptied | columns))


def a_change(signatory: Signatory, **columns: Any) -> PublicChange:
    return PublicChange.objects.create(signatory=signatory, **({"what": What.NAME, "on": NOON.date()} | columns))


def a_draft(appeal: Appeal, **columns: Any) -> AppealText:
    """A text in another language, not yet published."""
    plain = {"language": "ky", "status": "unofficial", "dated": NOON.date(), "title": "Title", "sha256": SHA256}
    return AppealText.objects.create(appeal=appeal, **(plain | columns))


def a_demand(text: AppealText, number: int = 1, body: str = "Do it") -> Demand:
    return Demand.objects.create(text=text, number=number, body=body)


def an_import(appeal: Appeal, **columns: Any) -> Endorsement:
    """The endorsement of an original that has no line."""
    plain = {
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
    return Endorsement.objects.create(appeal=appeal, **(plain | SEALED | columns))


def contact_of(endorsement: Endorsement) -> Contact:
    return Contact.objects.get(endorsement=endorsement)


def in_state(appeal: Appeal, state: State) -> Endorsement:
    """A named endorsement that came into `state` by legal moves, with a line attached that may be put to use."""
    if state == State.SUBMITTED:
        found, _ = factories.submitted(appeal)
    else:
        found = factories.confirmed(appeal)
    if state == State.RETURNED:
        explained(found, state=state, returned_at=NOON)
    elif state in (State.APPROVED, State.REJECTED, State.WITHDRAWN):
        explained(found, **columns_of(state, a_signatory(appeal, number=2000)))
    return Endorsement.objects.get(pk=found.pk)


def columns_of(state: State, signatory: Signatory) -> dict[str, Any]:
    """What an UPDATE into `state` has to write so that no check constraint is hurt."""
    moments = dict.fromkeys(("confirmed_at", "decided_at", "returned_at", "withdrawn_at"))
    set_in = {
        State.SUBMITTED: (),
        State.CONFIRMED: ("confirmed_at",),
        State.RETURNED: ("confirmed_at", "returned_at"),
        State.APPROVED: ("confirmed_at", "decided_at"),
        State.REJECTED: ("confirmed_at", "decided_at"),
        State.WITHDRAWN: ("withdrawn_at",),
    }[state]
    columns: dict[str, Any] = {"state": state, "signatory": signatory} | moments | dict.fromkeys(set_in, NOON)
    return columns | SEALED if state == State.WITHDRAWN else columns


def a_correction(endorsement: Endorsement, **columns: Any) -> Correction:
    plain = {"sealed_proposal": encryption.seal("made up"), "proposed_at": NOON}
    return Correction.objects.create(endorsement=endorsement, **(plain | columns))


def a_question(endorsement: Endorsement, **columns: Any) -> Question:
    return Question.objects.create(endorsement=endorsement, **({"body": "Who are you?", "asked_at": NOON} | columns))


def a_notice(appeal: Appeal, **columns: Any) -> Notice:
    plain = {"language": "en", "paragraphs": ["Think twice."], "dated": NOON.date()}
    return Notice.objects.create(appeal=appeal, **(plain | columns))


def an_edition(appeal: Appeal, **columns: Any) -> Edition:
    plain = {"dated": NOON.date(), "addressee": "The President", "frozen_at": NOON, "last_number": 70, "withheld": 0}
    return Edition.objects.create(appeal=appeal, **(plain | columns))


def a_batch(*endorsements: Endorsement, **columns: Any) -> Batch:
    plain = {"deed": BatchDeed.APPROVE, "state": BatchState.PROPOSED, "begun_by": 1, "begun_at": NOON}
    batch = Batch.objects.create(**(plain | columns))
    for endorsement in endorsements:
        batch.parts.create(endorsement=endorsement)
    return batch


def in_bulk(appeal: Appeal, every: Iterable[dict[str, Any]]) -> list[Endorsement]:
    """Unconfirmed endorsements with these columns, each with its event in the trail, in a few statements."""
    text, start = appeal.texts.get(), Endorsement.objects.count()
    plain = {"display": Display.NAMED, "language": "en", "explained_by": 0, "name_index": "a"}
    plain |= dict.fromkeys(("submitted_at", "authority_at", "consent_processing_at", "consent_publication_at"), NOON)
    rows = Endorsement.objects.bulk_create(
        Endorsement(
            appeal=appeal,
            text=text,
            **(plain | {"mailbox_index": f"m{number}", "fingerprint": f"f{number}"} | columns),
        )
        for number, columns in enumerate(every, start)
    )
    record_each("submit", [(row.pk, appeal.pk, False) for row in rows], by=CONTACT, at=NOON)
    newest = AuditEvent.objects.latest("pk").pk
    Endorsement.objects.filter(pk__in=[row.pk for row in rows]).update(explained_by=newest)
    return rows


def all_confirmed(rows: Iterable[Endorsement]) -> None:
    """Their mailboxes are proven, as the deed would leave them."""
    found = list(rows)
    record_each("confirm", [(row.pk, row.appeal_id, False) for row in found], by=CONTACT, at=NOON)
    events = AuditEvent.objects.filter(verb="confirm", subject_id=OuterRef("pk")).values("pk")[:1]
    Endorsement.objects.filter(pk__in=[row.pk for row in found]).update(
        state=State.CONFIRMED, confirmed_at=NOON, explained_by=Subquery(events)
    )
