"""How an endorsement came in: its mailbox, its network, how many came with it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _, ngettext

from petition.models import Endorsement, FlagCode, Origin
from petition.screening.findings import Finding, Mark, Subject

_DAY: Final = timedelta(hours=24)
_MINUTES: Final = timedelta(minutes=5)
_NETWORK_FROM: Final = 5  # many offices share one address
_DOMAIN_FROM: Final = 2
_BURST_FROM: Final = 30  # a mailing to partners brings many in an hour, not within minutes
_FAST: Final = 10  # seconds: nobody reads and fills the form in so few
_TOLD: Final = 50


def arrival(subject: Subject) -> Iterator[Finding]:
    """What way and company of its coming say."""
    yield from _mailbox(subject)
    yield from _company(subject)
    yield from _time(subject)


def _mailbox(subject: Subject) -> Iterator[Finding]:
    if FlagCode.DISPOSABLE_MAIL in subject.hints:
        words = _("A mailbox of the kind that is thrown away after use.")
        yield Finding(Mark.CLOSER, words, FlagCode.DISPOSABLE_MAIL)
    if FlagCode.FREE_MAIL in subject.hints:
        words = _("A free mailbox: usual among small groups and groups in exile. It says nothing either way.")
        yield Finding(Mark.NEUTRAL, words, FlagCode.FREE_MAIL)
    if "mail_matches_website" in subject.hints:
        words = _("Mailbox and website have the same domain. Both were typed by the same hand, so it proves nothing.")
        yield Finding(Mark.NEUTRAL, words)


def _company(subject: Subject) -> Iterator[Finding]:
    row = subject.row
    around = Endorsement.objects.filter(
        appeal=row.appeal_id,
        origin=Origin.FORM,
        submitted_at__gte=row.submitted_at - _DAY,
        submitted_at__lte=row.submitted_at + _DAY,
    ).exclude(pk=row.pk)
    if row.network_index:
        others = _numbers(around, network_index=row.network_index)
        if len(others) >= _NETWORK_FROM:
            words = ngettext(
                "%(count)d other endorsement came from the same network within a day of this one.",
                "%(count)d other endorsements came from the same network within a day of this one.",
                len(others),
            )
            yield Finding(Mark.CLOSER, words % {"count": len(others)}, FlagCode.SAME_NETWORK, others)
    if subject.has_own_domain:
        others = _numbers(around.exclude(name_index=row.name_index), domain_index=row.domain_index)
        if len(others) >= _DOMAIN_FROM:
            words = ngettext(
                "%(count)d endorsement under another name came from the same mail domain within a day of this one.",
                "%(count)d endorsements under other names came from the same mail domain within a day of this one.",
                len(others),
            )
            yield Finding(Mark.CLOSER, words % {"count": len(others)}, FlagCode.SAME_DOMAIN, others)
    within = {"submitted_at__gte": row.submitted_at - _MINUTES, "submitted_at__lte": row.submitted_at + _MINUTES}
    others = _numbers(around, **within)
    if len(others) >= _BURST_FROM:
        yield Finding(Mark.CLOSER, _("One of many that came within minutes."), FlagCode.BURST, others)


def _numbers(rows: QuerySet[Endorsement], **among: object) -> tuple[int, ...]:
    return tuple(rows.filter(**among).order_by("pk").values_list("pk", flat=True)[:_TOLD])


def _time(subject: Subject) -> Iterator[Finding]:
    seconds = subject.row.seconds_to_fill
    if seconds is None:
        return
    if seconds < _FAST:
        words = ngettext(
            "The form was filled in within %(count)d second.",
            "The form was filled in within %(count)d seconds.",
            seconds,
        )
        yield Finding(Mark.CLOSER, words % {"count": seconds}, FlagCode.FAST)
        return
    minutes = max(1, round(seconds / 60))
    words = ngettext(
        "Filling in the form took about %(count)d minute.", "Filling in the form took about %(count)d minutes.", minutes
    )
    yield Finding(Mark.NEUTRAL, words % {"count": minutes})
