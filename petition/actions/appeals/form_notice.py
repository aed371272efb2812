"""The truth before the form, as the editor words it in one language of an appeal."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.models import Appeal, Notice

BUILT_IN_DATED = date(2026, 11, 26)
"""Of our own sentences, which are true of any appeal. Change it together with templates/endorse/notice.html."""


@transaction.atomic
def set_notice(
    appeal: Appeal, *, language: str, paragraphs: Iterable[str], dated: date, by: Actor, at: datetime
) -> None:
    """The form of `appeal` in `language` opens with `paragraphs`, dated; without any, with our own sentences again."""
    words = [paragraph for paragraph in map(str.strip, paragraphs) if paragraph]
    if words:
        told = {"paragraphs": words, "dated": dated}
        Notice.objects.update_or_create(appeal=appeal, language=language, defaults=told)
        record("set_notice", subject=appeal, by=by, at=at)
        return
    gone, _ = Notice.objects.filter(appeal=appeal, language=language).delete()
    if gone:
        record("drop_notice", subject=appeal, by=by, at=at)
