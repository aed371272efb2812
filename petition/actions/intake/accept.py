"""Accept a submitted form in the web process: store it. The worker then mails its contact (mailbox_mails.py)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from petition.actions.audit import CONTACT, Actor, record
from petition.actions.intake import arrivals
from petition.actions.intake.arrivals import Arrival
from petition.actions.intake.consent_version import WORDING_VERSION
from petition.actions.refusals import NotOpen
from petition.models import Appeal, AppealText, Contact, Display, Endorsement, Level, Origin, SiteState, State
from petition.models.appeals import Phase
from petition.security import encryption
from petition.text.names import fold

ASK_AGAIN_AFTER = timedelta(hours=1)
"""The same form sent again within this time causes no second mail."""


@dataclass(frozen=True)
class Submission:
    """The validated form: single-line texts in NFC, `countries` as ISO 3166-1 alpha-2 codes."""

    organisation_name: str
    acronym: str
    countries: tuple[str, ...]
    website: str
    display: str
    member: bool
    contact_name: str
    contact_role: str
    contact_email: str
    language: str


def submit(appeal: Appeal, submission: Submission, *, arrival: Arrival | None = None, at: datetime) -> str:
    """Store an endorsement and return the fingerprint of the form. The worker then sends a confirmation mail.

    `arrival` says how the public form was sent. By it the endorsement may be put on hold. Raises NotOpen.
    """
    # The response and the work are the same whatever is known of the mailbox and whether the endorsement is on hold, so
    # that the page reveals nothing of that.
    if appeal.phase(at) is not Phase.OPEN or (arrival and SiteState.objects.level() == Level.CLOSED):
        raise NotOpen
    fingerprint = compute_fingerprint(submission)
    arrival_columns: dict[str, Any] = {}
    if not _find_identical(appeal, fingerprint).exists():  # a repeat is not counted
        arrival_columns = arrivals.build_arrival_columns(
            appeal, submission.contact_email, submission.website, arrival, at=at
        )
    try:
        _submit_once(appeal, submission, fingerprint, arrival_columns, at=at)
    except IntegrityError:
        if not _find_identical(appeal, fingerprint).exists():
            raise  # not caused by the same form sent at the same moment
    return fingerprint


def request_new_mail(appeal: Appeal, fingerprint: str) -> None:
    """Request another confirmation mail for a waiting form. The limits for mails apply."""
    _find_identical(appeal, fingerprint).update(asked_at=None)


def compute_fingerprint(submission: Submission, *, kind: str = "post") -> str:
    """Return a keyed hash of the whole form, which is the same for the same form."""
    return encryption.compute_index(kind, json.dumps(asdict(submission), sort_keys=True))


def _find_identical(appeal: Appeal, fingerprint: str) -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(appeal=appeal, fingerprint=fingerprint, state=State.SUBMITTED)


@transaction.atomic
def _submit_once(
    appeal: Appeal, submission: Submission, fingerprint: str, arrival_columns: dict[str, Any], *, at: datetime
) -> None:
    identical = _find_identical(appeal, fingerprint).select_for_update().first()  # repeats wait for each other
    if identical:
        if identical.asked_at and identical.asked_at <= at - ASK_AGAIN_AFTER:
            request_new_mail(appeal, fingerprint)  # after so long the first mail seems to be lost
        return
    store_endorsement(appeal, submission, fingerprint, at=at, arrival_columns=arrival_columns)


def store_endorsement(
    appeal: Appeal,
    submission: Submission,
    fingerprint: str,
    *,
    at: datetime,
    arrival_columns: dict[str, Any] | None = None,
    origin: Origin = Origin.FORM,
    by: Actor = CONTACT,
) -> Endorsement:
    """Create a submitted endorsement with its contact, unless it came by letter, and return it."""
    declared = at if origin == Origin.FORM else None  # others declare when they are confirmed
    endorsement = Endorsement.objects.create(
        appeal=appeal,
        text=AppealText.objects.signed(appeal.pk),
        origin=origin,
        display=submission.display,
        language=submission.language,
        organisation_name=submission.organisation_name,
        acronym=submission.acronym,
        countries=" ".join(submission.countries),
        website=submission.website,
        member_claimed=submission.member,
        name_index=encryption.compute_index("name", fold(submission.organisation_name)),
        mailbox_index="" if origin == Origin.LETTER else encryption.compute_mailbox_index(submission.contact_email),
        fingerprint=fingerprint,
        **(arrival_columns or {}),
        authority_at=declared,
        consent_processing_at=declared,
        consent_publication_at=declared if submission.display == Display.NAMED else None,
        wording_version=WORDING_VERSION if declared else "",
        submitted_at=at,
        explained_by=0,  # set below: the audit event needs the id first
    )
    endorsement.explained_by = record("submit", subject=endorsement, by=by, at=at).pk
    endorsement.save(update_fields=["explained_by"])
    if origin == Origin.LETTER:
        return endorsement
    Contact.objects.create(
        endorsement=endorsement,
        sealed_person=encryption.encrypt({"name": submission.contact_name, "role": submission.contact_role}),
        sealed_mailbox=encryption.encrypt(submission.contact_email),
    )
    return endorsement
