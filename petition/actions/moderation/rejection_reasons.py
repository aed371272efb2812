"""Edit the list of reasons for a rejection. A code stays once it was used: the audit log names it."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record_for
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
    """Create or change the reason with this code; `labels` and `words` are by language. Past decisions stay."""
    fields = {
        "labels": _without_empty(labels),
        "words": _without_empty(words),
        "sends_mail": sends_mail,
        "is_offered": is_offered,
    }
    reason, _ = Reason.objects.update_or_create(code=code, defaults=fields)
    record_for("reason", reason.pk, "set_reason", by=by, at=at, reason=code)
    return reason


def _without_empty(texts: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}
