"""The list of reasons for a rejection, as editors keep it. A code, once made, stays: the trail names it."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record_of
from petition.models import Reason


@transaction.atomic
def set_reason(
    code: str,
    *,
    labels: dict[str, str],
    words: dict[str, str],
    sends_mail: bool,
    is_offered: bool,
    by: Actor,
    at: datetime,
) -> Reason:
    """The reason with this code, a new one too, reads as given, by language. What was decided stays as it was."""
    told = {
        "labels": _worded(labels),
        "words": _worded(words),
        "sends_mail": sends_mail,
        "is_offered": is_offered,
    }
    reason, _ = Reason.objects.update_or_create(code=code, defaults=told)
    record_of("reason", reason.pk, "set_reason", by=by, at=at, reason=code)
    return reason


def _worded(texts: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}
