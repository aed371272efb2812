"""The one token for "changed since it was shown": the number of the newest audit event about it.

Nothing changes without an audit event, and events about one endorsement get their numbers while it is locked. So a page
hands out the number of the newest event, its form hands the number back, and an action that would overwrite what
somebody else wrote asks under the lock whether a newer event has changed that part.
"""

from typing import Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from petition.actions.refusals import ChangedMeanwhile
from petition.models import Appeal, AuditEvent, Endorsement

# Which events change what a form overwrites. A verb that is missing here makes the last writer win.
NAME: Final = Q(verb__in=("respell", "set_language", "correct")) | Q(verb="undo", reason="correct")
CHECK: Final = Q(verb="check")
PUBLIC_NOTE: Final = Q(verb="note")
INTERNAL_NOTE: Final = Q(verb__in=("internal_note", "reject", "forget", "erase_contact"))
ANYTHING: Final = ~Q(verb="open_contact")  # looking at a contact changes nothing


def newest_event() -> int:
    """Return the number of the newest event of all, for a page that shows many endorsements."""
    return AuditEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0


def unchanged_since(endorsements: QuerySet[Endorsement], seen: int) -> QuerySet[Endorsement]:
    """Return those that were there, in this state and under this name, when `seen` was the newest event."""
    newer = _events_about(OuterRef("pk")).filter(pk__gt=seen)
    return endorsements.filter(~Exists(newer), explained_by__lte=seen)


def last_change_column() -> Subquery:
    """Return the token of each endorsement as a column of a query of endorsements."""
    changes = _events_about(OuterRef("pk")).values("subject_id")
    return Subquery(changes.annotate(newest=Max("pk")).values("newest"))


def parse(typed: str) -> int:
    """Return the token that a form handed back; 0, which every event is newer than, for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def last_change_of(subject: Endorsement | Appeal | int, changes: Q = ANYTHING) -> int:
    """Return the token of an appeal or an endorsement (or of the endorsement with this number); 0 without any event.

    Take the token before reading what is shown: a change in between then counts as unseen.
    """
    return _events_about(subject, changes).aggregate(newest=Max("pk"))["newest"] or 0


def refuse_if_changed(subject: Endorsement | Appeal, changes: Q, *, seen: int | None) -> None:
    """Return where no event after `seen` is one of `changes`. None means that nothing was shown, so nothing is checked.

    The endorsement, or what belongs to the appeal, must be locked. Raises ChangedMeanwhile with the newest such event.
    """
    if seen is None:
        return
    event = _events_about(subject, changes).filter(pk__gt=seen).order_by("-pk").first()
    if event:
        raise ChangedMeanwhile(event)


def _events_about(subject: Endorsement | Appeal | int | OuterRef, changes: Q = ANYTHING) -> QuerySet[AuditEvent]:
    kind = "appeal" if isinstance(subject, Appeal) else "endorsement"
    number = subject.pk if isinstance(subject, Endorsement | Appeal) else subject
    return AuditEvent.objects.filter(changes, subject_kind=kind, subject_id=number).order_by()
