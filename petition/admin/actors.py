"""Who was first, in words: the second person reads it instead of an error."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from petition.actions.audit import Actor
from petition.actions.endorsing.withheld_count import NotChecked, SecondModeratorNeeded
from petition.actions.intake.accept import NotOpen
from petition.actions.lifecycle import AlreadyDecided, BeingWithdrawn
from petition.actions.moderation.decision_mails import UnknownReason
from petition.actions.moderation.decisions import EndorsedAgain, MailboxNotProven
from petition.actions.moderation.manual_entry import EnteredBefore
from petition.actions.moderation.spelling import SameBodyTwice
from petition.actions.moderation.undo import NothingToUndo, TooLate
from petition.actions.self_service.withdrawal import NotPossible
from petition.admin.labels import ACTORS, VERBS
from petition.admin.team.last_proof import last_proof
from petition.models import AuditEvent, Correction
from petition.security.encryption import CannotOpen

WHY_NOT: dict[type[Exception], str | Promise] = {
    EndorsedAgain: gettext_lazy("The organisation has endorsed again since; that endorsement is the one to decide."),
    MailboxNotProven: gettext_lazy("Its mailbox has not agreed, so this cannot be done."),
    SameBodyTwice: gettext_lazy("This mailbox already stands behind the appeal under that name."),
    BeingWithdrawn: gettext_lazy("It is being withdrawn. Cancel the withdrawal first, then decide."),
    NotPossible: gettext_lazy("It is no longer in a state for this."),
    CannotOpen: gettext_lazy("It is sealed, and the key that opens it is not here."),
    NothingToUndo: gettext_lazy("There is nothing to take back: something else was decided since."),
    TooLate: gettext_lazy("Too late: the minute is over, and the mail leaves or has left."),
    UnknownReason: gettext_lazy("This reason is no longer offered."),
    NotChecked: gettext_lazy("It was checked by nothing but its own mailbox; say first how it was checked."),
    SecondModeratorNeeded: gettext_lazy("Another moderator has to do this: you did the first part."),
    EnteredBefore: gettext_lazy("Just this was entered before, and waits."),
    NotOpen: gettext_lazy("The appeal does not take endorsements now."),
    Correction.DoesNotExist: gettext_lazy("The organisation has proposed something else since, or nothing any more."),
}
"""Refusals of the deeds, as a plain warning."""


def me(request: HttpRequest) -> Actor:
    """The staff account that sent this request, with the limits of its session."""
    return Actor.staff(int(request.user.pk or 0), last_proof=lambda: last_proof(request))


def names_of(events: Iterable[AuditEvent]) -> dict[int | None, str]:
    """Names of the staff accounts in these events; an account that is gone is missing."""
    return accounts(event.actor_id for event in events if event.actor_id)


def accounts(numbers: Iterable[int]) -> dict[int | None, str]:
    """Names of the staff accounts with these numbers; one that is gone is missing."""
    return {person.pk: person.get_username() for person in get_user_model().objects.filter(pk__in=set(numbers))}


def who(event: AuditEvent, names: dict[int | None, str]) -> str:
    """The account's name, else what kind of actor it was."""
    return names.get(event.actor_id) or str(ACTORS.get(event.actor_kind, event.actor_kind))


def already(first: AlreadyDecided) -> str:
    """“Already decided by …”: what the endorsement is now."""
    return _("Already decided by %(who)s at %(when)s: %(state)s.") % _told(first.event, str(first.state.label))


def already_done(event: AuditEvent) -> str:
    """The same for a deed that leaves the state as it is."""
    return _("Already decided by %(who)s at %(when)s: %(state)s.") % _told(event, str(VERBS[event.verb]))


def _told(event: AuditEvent, outcome: str) -> dict[str, str]:
    when = formats.date_format(timezone.localtime(event.at), "DATETIME_FORMAT")
    return {"who": who(event, names_of([event])), "when": when, "state": outcome}


def with_site(request: HttpRequest, content: dict[str, Any]) -> dict[str, Any]:
    """What every page of the desk needs, and `content`."""
    return admin.site.each_context(request) | content
