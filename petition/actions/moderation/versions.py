"""Whether an endorsement has changed since somebody looked at it. The trail tells: nothing changes without an event."""

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from petition.models import AuditEvent, Endorsement

_LOOKS = ("open_contact",)
"""Who looks changes nothing."""


def newest_event() -> int:
    """The newest event. Whatever begins or changes afterwards is explained by a newer one, so it was not shown."""
    return AuditEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0


def unchanged_since(endorsements: QuerySet[Endorsement], mark: int) -> QuerySet[Endorsement]:
    """Those that were there, in this state and under this name, when `mark` was the newest event."""
    newer = _changes_of(OuterRef("pk")).filter(pk__gt=mark)
    return endorsements.filter(~Exists(newer), explained_by__lte=mark)


def last_change() -> Subquery:
    """As a column of endorsements: the event of the last change."""
    changes = _changes_of(OuterRef("pk")).values("subject_id")
    return Subquery(changes.annotate(newest=Max("pk")).values("newest"))


def last_change_of(endorsement_id: int) -> int:
    """The same of one."""
    return _changes_of(endorsement_id).aggregate(newest=Max("pk"))["newest"] or 0


def _changes_of(endorsement_id: int | OuterRef) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement_id)
    return events.exclude(verb__in=_LOOKS).order_by()
