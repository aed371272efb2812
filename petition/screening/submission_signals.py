"""Findings about how an endorsement was submitted: its mailbox, how many came with it, how fast it was filled in."""

from collections.abc import Iterator

from django.utils.translation import gettext as _, ngettext

from petition.models import FlagCode
from petition.screening.clusters import find_related
from petition.screening.findings import Finding, Mark, Subject
from petition.screening.thresholds import FAST_FILL_SECONDS


def find_submission_signals(subject: Subject) -> Iterator[Finding]:
    """Yield what the submission itself says."""
    yield from _mailbox(subject)
    yield from _related(subject)
    yield from _fill_time(subject)


def _mailbox(subject: Subject) -> Iterator[Finding]:
    if FlagCode.DISPOSABLE_MAIL in subject.hints:
        words = _("A disposable e-mail address.")
        yield Finding(Mark.CLOSER, words, FlagCode.DISPOSABLE_MAIL)
    if FlagCode.FREE_MAIL in subject.hints:
        words = _("A free e-mail service. Small groups and groups in exile often use one.")
        yield Finding(Mark.NEUTRAL, words, FlagCode.FREE_MAIL)
    if "mail_matches_website" in subject.hints:
        words = _(
            "E-mail address and website have the same domain. The same person entered both, so this proves nothing."
        )
        yield Finding(Mark.NEUTRAL, words)


def _related(subject: Subject) -> Iterator[Finding]:
    for flag, others in find_related(subject):
        yield Finding(Mark.CLOSER, _describe_related(flag, len(others)), flag, others)


def _describe_related(flag: FlagCode, count: int) -> str:
    if flag == FlagCode.SAME_NETWORK:
        words = ngettext(
            "%(count)d other endorsement came from the same network within a day.",
            "%(count)d other endorsements came from the same network within a day.",
            count,
        )
    elif flag == FlagCode.SAME_DOMAIN:
        words = ngettext(
            "%(count)d endorsement under another name came from the same e-mail domain within a day.",
            "%(count)d endorsements under other names came from the same e-mail domain within a day.",
            count,
        )
    else:
        return _("One of many that arrived within minutes.")
    return words % {"count": count}


def _fill_time(subject: Subject) -> Iterator[Finding]:
    seconds = subject.row.seconds_to_fill
    if seconds is None:
        return
    if seconds < FAST_FILL_SECONDS:
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
