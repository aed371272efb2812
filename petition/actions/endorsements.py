"""How an endorsement begins: the form is submitted, the mailbox confirms it, or says that it wasn't them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from petition.actions import arrivals, correspondence, links
from petition.actions.arrivals import Arrival
from petition.actions.audit import CONTACT, Actor, record
from petition.actions.lifecycle import move
from petition.actions.links import NoSuchLink, behind
from petition.models import (
    Appeal,
    AppealText,
    Contact,
    Display,
    Endorsement,
    Level,
    Origin,
    PrivateLink,
    Purpose,
    SiteState,
    State,
)
from petition.models.appeals import Phase
from petition.models.endorsements import ACTIVE
from petition.protection import contacts, rate_limits, tokens
from petition.vocabulary import retention_periods as periods
from petition.vocabulary.names import folded

CONFIRM_WITHIN = periods.UNCONFIRMED
ASK_AGAIN_AFTER = timedelta(hours=1)
"""The same form sent once more within this time causes no second mail."""
WORDING_VERSION = "2026-11"
"""Of the declarations on the form; stored with each consent. Change it with the words."""


class NotOpen(Exception):
    """The appeal does not take endorsements now, or the whole site does not."""


class NotDeclared(Exception):
    """The secretariat entered this, so its mailbox has yet to declare what the form asks for."""


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
    """The endorsement and the mail that proves its mailbox are stored in one transaction; the post's fingerprint.

    The same post again changes nothing. Where this mailbox already stands behind the appeal under this name, the mail
    says so instead, and what was stored is erased like all that nobody confirms: the page answers the same in each
    case, and does the same work. What came in by the public form, with its `arrival`, may be set aside until somebody
    looks; the answer and the mail are the same. Raises NotOpen.
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


@transaction.atomic
def send_again(appeal: Appeal, fingerprint: str, *, at: datetime) -> None:
    """One more mail is owed for the post with this fingerprint while it waits for its mailbox, within the limits."""
    identical = _identical(appeal, fingerprint).select_for_update().first()
    if identical:
        _ask_to_confirm(identical, at=at)


def fingerprint_of(submission: Submission, *, kind: str = "post") -> str:
    """Keyed hash of all that was told: the same again is the same."""
    return contacts.index_of(kind, json.dumps(asdict(submission), sort_keys=True))


def _identical(appeal: Appeal, fingerprint: str) -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(appeal=appeal, fingerprint=fingerprint, state=State.SUBMITTED)


@transaction.atomic
def _submit_once(
    appeal: Appeal, submission: Submission, fingerprint: str, came: dict[str, Any], *, at: datetime
) -> None:
    identical = _identical(appeal, fingerprint).select_for_update().first()  # repeats ask one after the other
    if identical:
        if not identical.links.filter(expires_at__gt=at + CONFIRM_WITHIN - ASK_AGAIN_AFTER).exists():
            _ask_to_confirm(identical, at=at)  # sent again long after: the first mail seems to be lost
        return
    _ask_to_confirm(store(appeal, submission, fingerprint, at=at, came=came), at=at)


def _turn(mailbox_index: str, *, at: datetime) -> datetime | None:
    """When the next mail that a stranger can cause may leave to this mailbox; None if not within a week."""
    limit = rate_limits.MAILS_TO_ONE_MAILBOX
    return rate_limits.next_turn(limit, mailbox_index, at=at, latest=at + CONFIRM_WITHIN)


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
        name_index=contacts.index_of("name", folded(submission.organisation_name)),
        mailbox_index="" if origin == Origin.LETTER else contacts.mailbox_index(submission.contact_email),
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
        sealed_person=contacts.seal({"name": submission.contact_name, "role": submission.contact_role}),
        sealed_mailbox=contacts.seal(submission.contact_email),
    )
    return endorsement


def _ask_to_confirm(endorsement: Endorsement, *, at: datetime) -> None:
    """A mail with a link and a code is owed: now, or when the mailbox has had few enough; none in a flood."""
    due = _turn(endorsement.mailbox_index, at=at)
    if due is None:
        return
    token, code, slug = tokens.new_token(), tokens.new_code(), endorsement.appeal.slug
    for purpose, digest in (
        (Purpose.CONFIRM, tokens.digest_of_token(token, Purpose.CONFIRM)),
        (Purpose.CONFIRM_CODE, tokens.digest_of_code(code, slug)),
    ):
        PrivateLink.objects.create(
            endorsement=endorsement, purpose=purpose, digest=digest, expires_at=due + CONFIRM_WITHIN
        )
    word = tokens.reference_word(endorsement.fingerprint)
    content = {
        "reference": word,
        "url": links.address("confirm", token, endorsement.language),
        "code": code,
        "code_url": links.address("code", "", endorsement.language),
    }
    if same_body(endorsement).filter(state__in=ACTIVE).exists():
        change_url = links.address("change", slug, endorsement.language)
        content = {"reference": word, "change_url": change_url}  # and nobody learns the token
        correspondence.owe_to_contact("already_endorsed", endorsement, content=content, at=at, due=due)
    else:
        correspondence.owe_to_contact("confirm_mailbox", endorsement, content=content, at=at, due=due)


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


@dataclass(frozen=True)
class Confirmation:
    """What a confirmation leads to. Token and code are there once, when the mailbox was proven; '' afterwards."""

    endorsement: Endorsement
    own_page: str = ""
    removal_code: str = ""


@transaction.atomic
def confirm(digest: str, *, at: datetime, declared: bool = False) -> Confirmation:
    """The mailbox is proven and the endorsement waits for a moderator; other unconfirmed tries of it are erased.

    Its own page and removal code exist from now on, and a mail brings the page's link. Confirming again changes
    nothing. What the secretariat entered is `declared` along with it, or raises NotDeclared. Raises NoSuchLink, or
    NotOpen after the closing date and its grace.
    """
    found = behind(digest, at=at)
    rows = list(same_body(found).select_for_update(of=("self",)).select_related("appeal").order_by("pk"))
    endorsement = next((row for row in rows if row.pk == found.pk), None)
    if endorsement is None:
        raise NoSuchLink  # erased a moment ago
    if endorsement.state != State.SUBMITTED or endorsement.withdrawal_due_at:
        return Confirmation(endorsement)
    if not endorsement.appeal.may_confirm(at):
        raise NotOpen
    if endorsement.origin == Origin.EMAIL and not declared:
        raise NotDeclared
    active = next((row for row in rows if row.state in ACTIVE), None)
    confirmation = Confirmation(active) if active else _welcomed(endorsement, at=at)
    for row in rows:
        if row.state == State.SUBMITTED:
            erase(row, by=CONTACT, reason="superseded", at=at)
    return confirmation


def _welcomed(endorsement: Endorsement, *, at: datetime) -> Confirmation:
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    if endorsement.origin == Origin.EMAIL:
        declare(endorsement, at=at)
    endorsement.save()
    token = links.new_own_page(endorsement)
    content = {"url": links.address("own_page", token, endorsement.language)}
    correspondence.owe_to_contact("own_page", endorsement, content=content, at=at)
    return Confirmation(endorsement, token, links.new_removal_code(endorsement))


@transaction.atomic
def disown(digest: str, *, at: datetime) -> Appeal:
    """It wasn't them: the unconfirmed endorsement of the returned appeal is erased.

    Raises NoSuchLink, also when it was confirmed before.
    """
    found = behind(digest, at=at)
    endorsement = Endorsement.objects.unproven().select_for_update().filter(pk=found.pk).first()
    if endorsement is None:
        raise NoSuchLink
    erase(endorsement, by=CONTACT, reason="not_me", at=at)
    return found.appeal


def erase(endorsement: Endorsement, *, by: Actor, reason: str, at: datetime) -> None:
    """The endorsement, never confirmed, is gone with contact, links and mails; the trail keeps its number."""
    record("erase", subject=endorsement, by=by, at=at, reason=reason)
    endorsement.delete()
