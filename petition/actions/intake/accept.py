"""Make endorsements of submitted forms, in the worker. It then mails their contacts (mailbox_mails.py)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from petition.actions.audit import CONTACT, Actor, record_each
from petition.actions.intake import arrivals
from petition.actions.intake.consent_version import WORDING_VERSION
from petition.actions.intake.submissions import Arrival, ReceivedForm, Submission
from petition.actions.listing.entries import write_name
from petition.actions.refusals import NotOpen
from petition.models import (
    Appeal,
    AppealText,
    AuditEvent,
    Contact,
    Display,
    Endorsement,
    Level,
    Origin,
    SiteState,
    State,
)
from petition.models.appeals import Phase
from petition.security import encryption, tokens
from petition.text.names import fold

ASK_AGAIN_AFTER = timedelta(hours=1)
"""The same form sent again within this time causes no second mail."""


@dataclass(frozen=True)
class PreparedForm:
    """A form ready to be stored: everything that takes time was computed before the transaction."""

    form: ReceivedForm
    endorsement: Endorsement
    contact: Contact | None

    @property
    def key(self) -> tuple[int, str]:
        return self.form.appeal.pk, self.endorsement.fingerprint


def submit(appeal: Appeal, submission: Submission, *, arrival: Arrival | None = None, at: datetime) -> str:
    """Store an endorsement and return the fingerprint of the form. The worker then sends a confirmation mail.

    `arrival` says how the public form was sent. By it the endorsement may be put on hold. Raises NotOpen.
    """
    if appeal.phase(at) is not Phase.OPEN or (arrival and SiteState.objects.level() == Level.CLOSED):
        raise NotOpen
    prepared = prepare_forms([ReceivedForm(appeal, submission, at, arrival)])
    store_forms(prepared, at=at)
    return prepared[0].endorsement.fingerprint


def compute_fingerprint(appeal: Appeal, submission: Submission, *, kind: str = "post") -> str:
    """Return a keyed hash of the whole form, which is the same for the same form to the same appeal."""
    return encryption.compute_index(kind, f"{appeal.pk} {submission.to_json()}")


def prepare_forms(forms: Sequence[ReceivedForm]) -> list[PreparedForm]:
    """Return the rows to store for these forms, and count each against every limit unless it is a repeat."""
    fingerprints = [compute_fingerprint(form.appeal, form.submission) for form in forms]
    repeats = _find_identical(fingerprints)
    new = [form for form, mark in zip(forms, fingerprints, strict=True) if (form.appeal.pk, mark) not in repeats]
    columns = dict(zip(map(id, new), arrivals.build_arrival_columns(new), strict=True))
    texts = {number: AppealText.objects.only("pk").signed(number) for number in {form.appeal.pk for form in forms}}
    return [
        PreparedForm(form, *_build_rows(form, mark, texts[form.appeal.pk], columns.get(id(form), {})))
        for form, mark in zip(forms, fingerprints, strict=True)
    ]


def _find_identical(fingerprints: Iterable[str]) -> dict[tuple[int, str], Endorsement]:
    rows = Endorsement.objects.filter(fingerprint__in=fingerprints, state=State.SUBMITTED).order_by()
    return {(row.appeal_id, row.fingerprint): row for row in rows.only("appeal_id", "fingerprint", "asked_at")}


@transaction.atomic
def store_forms(prepared: Sequence[PreparedForm], *, at: datetime) -> list[int]:
    """Store the forms in a few statements; return for each the number of its endorsement.

    The same form sent again changes nothing, except that it is asked for again after ASK_AGAIN_AFTER.
    """
    stored = _find_identical([one.endorsement.fingerprint for one in prepared])
    new: dict[tuple[int, str], PreparedForm] = {}
    for one in prepared:
        if identical := stored.get(one.key):
            _ask_again(identical, at=at)
        else:
            new.setdefault(one.key, one)
    insert_endorsements([(one.endorsement, one.contact) for one in new.values()], by=CONTACT)
    stored |= {key: one.endorsement for key, one in new.items()}
    return [stored[one.key].pk for one in prepared]


def _ask_again(identical: Endorsement, *, at: datetime) -> None:
    if identical.asked_at and identical.asked_at <= at - ASK_AGAIN_AFTER:
        # After so long the first mail seems to be lost.
        Endorsement.objects.filter(pk=identical.pk, state=State.SUBMITTED).update(asked_at=None)


def insert_endorsements(rows: Sequence[tuple[Endorsement, Contact | None]], *, by: Actor) -> None:
    """Insert these endorsements with their contacts and an audit event each."""
    if not rows:
        return
    endorsements = Endorsement.objects.bulk_create(endorsement for endorsement, _ in rows)
    events = record_each("submit", endorsements, by=by)
    for endorsement, event in zip(endorsements, events, strict=True):
        endorsement.explained_by = event.pk
    own = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=OuterRef("pk")).order_by()
    newest = Subquery(own.values("subject_id").annotate(newest=Max("pk")).values("newest"))
    Endorsement.objects.filter(pk__in=[one.pk for one in endorsements]).update(explained_by=newest)
    contacts = [contact for _, contact in rows if contact]
    for contact in contacts:
        contact.endorsement_id = contact.endorsement.pk  # it had none before
    Contact.objects.bulk_create(contacts)


def _build_rows(
    form: ReceivedForm, fingerprint: str, text: AppealText, columns: dict[str, Any]
) -> tuple[Endorsement, Contact | None]:
    endorsement = build_endorsement(form.appeal, text, form.submission, fingerprint, at=form.at)
    endorsement.reference_word = form.word or tokens.compute_reference_word(form.submission.to_json())
    endorsement.intake_id = form.row
    for name, value in columns.items():
        setattr(endorsement, name, value)
    return endorsement, build_contact(endorsement, form.submission)


def build_endorsement(
    appeal: Appeal,
    text: AppealText,
    submission: Submission,
    fingerprint: str,
    *,
    at: datetime,
    origin: Origin = Origin.FORM,
) -> Endorsement:
    """Return the endorsement of this form, bound to the text that is signed; not saved. Raises NoKey."""
    declared = at if origin == Origin.FORM else None  # others declare when they are confirmed
    endorsement = Endorsement(
        appeal=appeal,
        text=text,
        origin=origin,
        display=submission.display,
        language=submission.language,
        member_claimed=submission.member,
        name_index=encryption.compute_index("name", fold(submission.organisation_name)),
        mailbox_index="" if origin == Origin.LETTER else encryption.compute_mailbox_index(submission.contact_email),
        fingerprint=fingerprint,
        authority_at=declared,
        consent_processing_at=declared,
        consent_publication_at=declared if submission.display == Display.NAMED else None,
        wording_version=WORDING_VERSION if declared else "",
        submitted_at=at,
        explained_by=0,  # set when it is inserted: the audit event needs the number first
    )
    name = {field: getattr(submission, field) for field in ("organisation_name", "acronym", "website")}
    write_name(endorsement, name | {"countries": " ".join(submission.countries)})
    return endorsement


def build_contact(endorsement: Endorsement, submission: Submission) -> Contact:
    """Return the contact of this form, not saved. Raises NoKey."""
    contact = Contact(endorsement=endorsement)
    encryption.encrypt_column(
        contact, "sealed_person", {"name": submission.contact_name, "role": submission.contact_role}
    )
    encryption.encrypt_column(contact, "sealed_mailbox", submission.contact_email)
    return contact
