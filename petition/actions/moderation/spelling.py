"""How a name is spelled, and in which language it is: corrected before it is listed, old and new kept under seal."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import locked, refuse_if_being_withdrawn
from petition.actions.listing import entries
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import AuditEvent, Endorsement, Origin, Spelling, State
from petition.models.endorsements import ACTIVE
from petition.security import encryption
from petition.text.names import folded


@dataclass(frozen=True)
class Proposal:
    """The line as it is to be: texts in NFC, `countries` as ISO 3166-1 alpha-2 codes, a space between."""

    organisation_name: str
    acronym: str
    countries: str


class SameBodyTwice(Exception):
    """This mailbox already stands behind the appeal under that name."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed it since it was looked at."""


def version(endorsement: Endorsement) -> str:
    """What a form hands back, so that it can be told whether name or language were changed since."""
    told = (endorsement.organisation_name, endorsement.acronym, endorsement.countries, endorsement.name_language)
    return encryption.index_of("version", "\0".join((*told, endorsement.sealed_name)))


def may_be_respelled(endorsement: Endorsement) -> bool:
    """Whether a moderator may correct its name: before it is decided, and never one of the originals.

    Before it is confirmed only what came by letter or call: no mailbox is to confirm it as it was sent.
    """
    if endorsement.withdrawal_due_at:
        return False
    if endorsement.state == State.SUBMITTED:
        return endorsement.origin == Origin.LETTER
    return endorsement.state in (State.CONFIRMED, State.RETURNED) and endorsement.origin != Origin.IMPORTED


@transaction.atomic
def respell(endorsement_id: int, proposal: Proposal, *, seen: str, by: Actor, at: datetime) -> Endorsement:
    """The name reads as in `proposal`. `seen` is the version that the moderator looked at.

    Raises NotPossible, ChangedMeanwhile, SameBodyTwice, CannotOpen.
    """
    endorsement = locked(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if not may_be_respelled(endorsement):
        raise NotPossible
    _expect(endorsement, seen)
    if line_before(endorsement) != asdict(proposal):
        event = record("respell", subject=endorsement, by=by, at=at)
        change(endorsement, proposal, event=event)
    return endorsement


@transaction.atomic
def set_language(endorsement_id: int, code: str, *, seen: str, by: Actor, at: datetime) -> Endorsement:
    """The name is said to be in the language `code`, on the public list too; '' says nothing of it.

    Raises NotPossible, ChangedMeanwhile, CannotOpen.
    """
    endorsement = locked(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state not in ACTIVE:
        raise NotPossible
    _expect(endorsement, seen)
    event = record("set_language", subject=endorsement, by=by, at=at)
    entries.set_language(endorsement, code, event=event)
    endorsement.save()
    return endorsement


def _expect(endorsement: Endorsement, seen: str) -> None:
    if version(endorsement) != seen:
        raise ChangedMeanwhile


def line_before(endorsement: Endorsement) -> dict[str, str]:
    """What a Proposal tells, as it is now, opened where it is sealed. Raises CannotOpen."""
    told = encryption.opened(endorsement.sealed_name) if endorsement.sealed_name else vars(endorsement)
    return {field.name: told[field.name] for field in fields(Proposal)}


def change(endorsement: Endorsement, proposal: Proposal, *, event: AuditEvent, old_line_public: bool = False) -> None:
    """The name reads as in `proposal`, wherever it stands; old and new are kept. Raises SameBodyTwice, CannotOpen."""
    before = line_before(endorsement)
    entries.correct(endorsement, asdict(proposal), event=event, old_line_public=old_line_public)
    endorsement.name_index = encryption.index_of("name", folded(proposal.organisation_name))
    try:
        with transaction.atomic():
            endorsement.save()
    except IntegrityError as error:
        raise SameBodyTwice from error
    Spelling.objects.create(
        endorsement=endorsement,
        sealed_before=encryption.seal(before),
        sealed_after=encryption.seal(asdict(proposal)),
        changed_at=event.at,
    )
