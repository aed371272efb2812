"""What staff read when an action was refused: why, or who was first."""

from datetime import UTC

from django.utils import formats
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
    OnlyItsAuthor,
    SecondPersonNeeded,
    TooLateToUndo,
    UnknownReason,
)
from petition.admin.actors import format_actor, get_event_usernames
from petition.admin.labels import VERBS
from petition.models import AuditEvent, Correction
from petition.security.encryption import CannotDecrypt, NoKey

REFUSAL_MESSAGES: dict[type[Exception], str | Promise] = {
    EndorsedAgain: gettext_lazy("The organisation has endorsed again since. Decide on the newer endorsement."),
    MailboxNotConfirmed: gettext_lazy("The organisation has not agreed by e-mail, so you cannot do this."),
    DuplicateEndorsement: gettext_lazy("This e-mail address already endorses the appeal under that name."),
    BeingWithdrawn: gettext_lazy("It is being withdrawn. Cancel the withdrawal first."),
    OnlyItsAuthor: gettext_lazy(
        "Only who uploaded this table can change or add its rows. You confirm its endorsements afterwards."
    ),
    NotPossible: gettext_lazy("Its status has changed, so you cannot do this now."),
    **dict.fromkeys((CannotDecrypt, NoKey), gettext_lazy("It is encrypted, and this server does not have the key.")),
    NothingToUndo: gettext_lazy("You cannot undo this. Something else was decided since."),
    TooLateToUndo: gettext_lazy("Too late to undo. The e-mail has been sent."),
    UnknownReason: gettext_lazy("This reason can no longer be chosen."),
    NotChecked: gettext_lazy("It was checked only by its own e-mail. Record first how you checked it."),
    SecondPersonNeeded: gettext_lazy("Another moderator must do this, because you did the first part."),
    AlreadyEntered: gettext_lazy("The same endorsement was already added and waits."),
    NotOpen: gettext_lazy("The appeal does not accept endorsements now."),
    Correction.DoesNotExist: gettext_lazy("The organisation has changed or cancelled its correction."),
}


def describe_decision(first: AlreadyDecided) -> str:
    """Return "Already decided by …", with the state that the endorsement has now."""
    return _describe(first.event, str(first.state.label))


def describe_event(event: AuditEvent) -> str:
    """Return "Already decided by …" for an action that leaves the state as it is."""
    return _describe(event, str(VERBS[event.verb]))


def _describe(event: AuditEvent, outcome: str) -> str:
    when = f"{formats.date_format(event.at.astimezone(UTC), 'DATETIME_FORMAT')} UTC"
    who = format_actor(event, get_event_usernames([event]))
    return _("Already decided by %(who)s at %(when)s: %(state)s.") % {"who": who, "when": when, "state": outcome}
