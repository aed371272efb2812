"""The audit log of one endorsement, as a history that can be read a year later."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from petition.admin.actors import format_actor, get_event_usernames
from petition.admin.labels import REASONS, VERBS
from petition.models import AuditEvent, Reason


@dataclass(frozen=True)
class HistoryEntry:
    """What was done, by whom and why; `why` is "" for an action that has no reason."""

    at: datetime
    action: str
    by: str
    why: str


def load_history(endorsement_id: int) -> list[HistoryEntry]:
    """Return the history, the oldest first. Rejection reasons have the labels that editors gave them."""
    events = list(AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement_id).order_by("pk"))
    usernames = get_event_usernames(events)
    codes = {event.reason for event in events if event.verb == "reject"}
    labels = {reason.code: reason.label(get_language() or "en") for reason in Reason.objects.filter(code__in=codes)}
    return [
        HistoryEntry(
            event.at,
            str(VERBS.get(event.verb, event.verb)),
            format_actor(event, usernames),
            _format_reason(event, labels),
        )
        for event in events
    ]


def _format_reason(event: AuditEvent, labels: dict[str, str]) -> str:
    """Return the reason of the event in words; `labels` are those of rejection reasons by their code."""
    if event.verb == "reject" and event.reason in labels:
        return labels[event.reason]
    return str(REASONS.get(event.reason, event.reason))
