"""The notice before the form about risks, as the editor words it in one language of an appeal."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.models import Appeal, Notice

# Date of the built-in notice, which is true of any appeal. Change it together with templates/endorse/notice.html.
BUILT_IN_DATED = date(2026, 11, 27)


@transaction.atomic
def set_notice(
    appeal: Appeal, *, language: str, paragraphs: Iterable[str], dated: date, by: Actor, at: datetime
) -> None:
    """Store the dated notice of `appeal` in `language`; without any paragraphs, bring back the built-in one."""
    kept = [paragraph for paragraph in map(str.strip, paragraphs) if paragraph]
    if kept:
        fields = {"paragraphs": kept, "dated": dated}
        Notice.objects.update_or_create(appeal=appeal, language=language, defaults=fields)
        record("set_notice", subject=appeal, by=by, at=at)
        _publish(appeal, at=at)
        return
    deleted, _ = Notice.objects.filter(appeal=appeal, language=language).delete()
    if deleted:
        record("drop_notice", subject=appeal, by=by, at=at)
        _publish(appeal, at=at)


def _publish(appeal: Appeal, *, at: datetime) -> None:
    bump_revision(Appeal.objects.select_for_update().get(pk=appeal.pk), at=at)
