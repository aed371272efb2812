"""The trail of one endorsement, as a history that can be read a year later."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from petition.admin.actors import names_of, who
from petition.admin.labels import REASONS, VERBS
from petition.models import AuditEvent, Reason


@dataclass(frozen=True)
class Told:
    """One line of it. `why` is '' where the deed knows no reason."""

    at: datetime
    what: str
    by: str
    why: str


def history(endorsement_id: int) -> list[Told]:
    """What was done to it, by whom and why, the oldest first; a rejection in the words that the editors keep."""
    events = list(AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement_id).order_by("pk"))
    names = names_of(events)
    codes = {event.reason for event in events if event.verb == "reject"}
    labels = {reason.code: reason.label(get_language() or "en") for reason in Reason.objects.filter(code__in=codes)}
    return [
        Told(event.at, str(VERBS.get(event.verb, event.verb)), who(event, names), why_of(event, labels))
        for event in events
    ]


def why_of(event: AuditEvent, labels: dict[str, str]) -> str:
    """The reason of the event in words; `labels` are those of rejections by their code."""
    if event.verb == "reject" and event.reason in labels:
        return labels[event.reason]
    return str(REASONS.get(event.reason, event.reason))
