"""Sentences that several pages, documents and exports share, in the active language."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _, ngettext

from petition.models.appeals import Phase
from petition.models.signatories import TimelineKind
from petition.publishing.public_records import AppealRecord, TimelineRecord
from petition.reference.local_times import format_offset


def format_as_of(day: date) -> str:
    return _("As of %(date)s") % {"date": formats.date_format(day)}


def format_withheld(count: int) -> str:
    """Return how many organisations are not named. `count` is at least 1."""
    shown = formats.number_format(count, force_grouping=True)
    sentence = ngettext(
        "A further %(shown)s, checked by the secretariat, is not named for its safety.",
        "A further %(shown)s, checked by the secretariat, are not named for their safety.",
        count,
    )
    return sentence % {"shown": shown}


def format_moment(moment: datetime, zone: str) -> str:
    """Return date and time as clocks in `zone` show them, with how far they are from UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{formats.date_format(local)}, {local:%H:%M} ({format_offset(moment, zone)})"


def format_addressees(addressees: Iterable[str]) -> str:
    """Return to whom the appeal is addressed; "" where the statement does not say."""
    names = "; ".join(addressees)
    return _("Addressed to: %(addressees)s") % {"addressees": names} if names else ""


def format_opening(appeal: AppealRecord) -> list[str]:
    """Return from when to when the appeal accepts endorsements, a sentence each; [] where there are no dates."""
    if appeal.phase is Phase.ARCHIVED:
        return [_("This appeal is archived. It accepts no more endorsements.")]
    sentences = []
    if appeal.opens_at and appeal.phase is Phase.UPCOMING:
        sentences.append(
            _("Organisations can endorse it from %(when)s.")
            % {"when": format_moment(appeal.opens_at, appeal.time_zone)}
        )
    if appeal.closes_at:
        when = {"when": format_moment(appeal.closes_at, appeal.time_zone), "addressee": appeal.closes_for}
        if appeal.phase is Phase.CLOSED:
            sentences.append(_("It closed on %(when)s.") % when)
        elif appeal.closes_for:
            sentences.append(_("It closes on %(when)s, for the delivery to %(addressee)s.") % when)
        else:
            sentences.append(_("It closes on %(when)s.") % when)
    return sentences


def format_timeline_heading(entry: TimelineRecord) -> str:
    """Return what happened, in a few words."""
    if not entry.addressee:
        return str(TimelineKind(entry.kind).label)
    heading = {
        TimelineKind.DELIVERED: _("Delivered to %(addressee)s"),
        TimelineKind.ANSWER_DUE: _("Answer due from %(addressee)s"),
        TimelineKind.ANSWERED: _("%(addressee)s answered"),
        TimelineKind.UPDATE: _("Update: %(addressee)s"),
        TimelineKind.FOLLOW_UP: _("Follow-up appeal to %(addressee)s"),
    }[TimelineKind(entry.kind)]
    return heading % {"addressee": entry.addressee}
