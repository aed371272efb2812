"""What staff read when an action was refused: why, or who was first."""

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from petition.actions.refusals import (
    AlreadyDecided,
    AlreadyEntered,
    BeingWithdrawn,
    DuplicateEndorsement,
    EndorsedAgain,
    MailboxNotConfirmed,
    NotChecked,
    NothingToUndo,
    NotOpen,
    NotPossible,
    SecondPersonNeeded,
    TooLateToUndo,
    UnknownReason,
)
from petition.admin.actors import format_actor, get_event_usernames
from petition.admin.labels import VERBS
from petition.models import AuditEvent, Correction
from petition.security.encryption import CannotDecrypt, NoKey

REFUSAL_MESSAGES: dict[type[Exception], str | Promise] = {
    EndorsedAgain: gettext_lazy("The organisation has endorsed again since; that endorsement is the one to decide."),
    MailboxNotConfirmed: gettext_lazy("Its mailbox has not agreed, so this cannot be done."),
    DuplicateEndorsement: gettext_lazy("This mailbox already stands behind the appeal under that name."),
    BeingWithdrawn: gettext_lazy("It is being withdrawn. Cancel the withdrawal first, then decide."),
    NotPossible: gettext_lazy("It is no longer in a state for this."),
    **dict.fromkeys((CannotDecrypt, NoKey), gettext_lazy("It is sealed, and the key that opens it is not here.")),
    NothingToUndo: gettext_lazy("There is nothing to take back: something else was decided since."),
    TooLateToUndo: gettext_lazy("Too late: the minute is over, and the mail leaves or has left."),
    UnknownReason: gettext_lazy("This reason is no longer offered."),
    NotChecked: gettext_lazy("It was checked by nothing but its own mailbox; say first how it was checked."),
    SecondPersonNeeded: gettext_lazy("Another moderator has to do this: you did the first part."),
    AlreadyEntered: gettext_lazy("Just this was entered before, and waits."),
    NotOpen: gettext_lazy("The appeal does not take endorsements now."),
    Correction.DoesNotExist: gettext_lazy("The organisation has proposed something else since, or nothing any more."),
}


def describe_decision(first: AlreadyDecided) -> str:
    """Return "Already decided by …", with the state that the endorsement has now."""
    return _describe(first.event, str(first.state.label))


def describe_event(event: AuditEvent) -> str:
    """Return "Already decided by …" for an action that leaves the state as it is."""
    return _describe(event, str(VERBS[event.verb]))


def _describe(event: AuditEvent, outcome: str) -> str:
    when = formats.date_format(timezone.localtime(event.at), "DATETIME_FORMAT")
    who = format_actor(event, get_event_usernames([event]))
    return _("Already decided by %(who)s at %(when)s: %(state)s.") % {"who": who, "when": when, "state": outcome}
