"""How an endorsement begins: the form is stored. The worker then asks its mailbox (mailing/mailbox_mails.py)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from petition.actions.audit import CONTACT, Actor, record
from petition.actions.intake import arrivals
from petition.actions.intake.arrivals import Arrival
from petition.models import Appeal, AppealText, Contact, Display, Endorsement, Level, Origin, SiteState, State
from petition.models.appeals import Phase
from petition.security import encryption
from petition.text.names import folded

ASK_AGAIN_AFTER = timedelta(hours=1)
"""The same form sent once more within this time causes no second mail."""
WORDING_VERSION = "2026-11"
"""Of the declarations on the form; stored with each consent. Change it with the words."""


class NotOpen(Exception):
    """The appeal does not take endorsements now, or the whole site does not."""


@dataclass(frozen=True)
class Submission:
    """The form, cleaned: one-line texts in NFC, `countries` as ISO 3166-1 alpha-2 codes."""

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
    """Store the endorsement in one transaction and return the post's fingerprint. The worker asks its mailbox.

    The same post again changes nothing. The page answers the same whatever is known of the mailbox, and does the same
    work. What came in by the public form, with its `arrival`, may be set aside until somebody looks; the answer and the
    mail are the same. Raises NotOpen.
    """
    if appeal.phase(at) is not Phase.OPEN or (arrival and SiteState.objects.level() == Level.CLOSED):
        raise NotOpen
    fingerprint = fingerprint_of(submission)
    came = {}
    if not _identical(appeal, fingerprint).exists():  # a repeat is no more, and counts for nothing
        came = arrivals.columns_of(appeal, submission.contact_email, submission.website, arrival, at=at)
    try:
        _submit_once(appeal, submission, fingerprint, came, at=at)
    except IntegrityError:
        if not _identical(appeal, fingerprint).exists():
            raise  # not the twin of this post that was faster, but a mistake of ours
    return fingerprint


def send_again(appeal: Appeal, fingerprint: str) -> None:
    """Have the mailbox of the post with this fingerprint asked once more, while it waits, within the limits."""
    _identical(appeal, fingerprint).update(asked_at=None)


def fingerprint_of(submission: Submission, *, kind: str = "post") -> str:
    """Keyed hash of all that was told: the same again is the same."""
    return encryption.index_of(kind, json.dumps(asdict(submission), sort_keys=True))


def _identical(appeal: Appeal, fingerprint: str) -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(appeal=appeal, fingerprint=fingerprint, state=State.SUBMITTED)


@transaction.atomic
def _submit_once(
    appeal: Appeal, submission: Submission, fingerprint: str, came: dict[str, Any], *, at: datetime
) -> None:
    identical = _identical(appeal, fingerprint).select_for_update().first()  # repeats ask one after the other
    if identical:
        if identical.asked_at and identical.asked_at <= at - ASK_AGAIN_AFTER:
            send_again(appeal, fingerprint)  # sent again long after: the first mail seems to be lost
        return
    store(appeal, submission, fingerprint, at=at, came=came)


def store(
    appeal: Appeal,
    submission: Submission,
    fingerprint: str,
    *,
    at: datetime,
    came: dict[str, Any] | None = None,
    origin: Origin = Origin.FORM,
    by: Actor = CONTACT,
) -> Endorsement:
    """A submitted endorsement with its contact. Only the form's own has declared anything yet."""
    declared = at if origin == Origin.FORM else None
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
        name_index=encryption.index_of("name", folded(submission.organisation_name)),
        mailbox_index="" if origin == Origin.LETTER else encryption.mailbox_index(submission.contact_email),
        fingerprint=fingerprint,
        **(came or {}),
        authority_at=declared,
        consent_processing_at=declared,
        consent_publication_at=declared if submission.display == Display.NAMED else None,
        wording_version=WORDING_VERSION if declared else "",
        submitted_at=at,
        explained_by=0,  # its event needs its number first
    )
    endorsement.explained_by = record("submit", subject=endorsement, by=by, at=at).pk
    endorsement.save(update_fields=["explained_by"])
    if origin == Origin.LETTER:
        return endorsement
    Contact.objects.create(
        endorsement=endorsement,
        sealed_person=encryption.seal({"name": submission.contact_name, "role": submission.contact_role}),
        sealed_mailbox=encryption.seal(submission.contact_email),
    )
    return endorsement


def declare(endorsement: Endorsement, *, at: datetime) -> None:
    """`endorsement`, to be saved by the caller, has declared what the form asks for."""
    endorsement.authority_at = endorsement.consent_processing_at = at
    endorsement.consent_publication_at = at if endorsement.display == Display.NAMED else None
    endorsement.wording_version = WORDING_VERSION


def same_body(endorsement: Endorsement) -> QuerySet[Endorsement]:
    """All endorsements of the appeal by this mailbox under this name."""
    return Endorsement.objects.filter(
        appeal=endorsement.appeal_id, mailbox_index=endorsement.mailbox_index, name_index=endorsement.name_index
    )
