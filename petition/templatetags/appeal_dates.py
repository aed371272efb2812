"""When an appeal is open and what became of it, as pages say it."""

from datetime import datetime

from django import template

from petition.publishing.public_records import AppealRecord, TimelineRecord
from petition.publishing.sentences import format_moment, format_opening, format_timeline_heading

register = template.Library()


@register.filter
def opening(appeal: AppealRecord) -> list[str]:
    """Return the sentences about opening and closing."""
    return format_opening(appeal)


@register.filter
def timeline_heading(entry: TimelineRecord) -> str:
    """Return what happened, in a few words."""
    return format_timeline_heading(entry)


@register.filter
def clock_time(moment: datetime, zone: str) -> str:
    """Return date and time as clocks in the zone show them."""
    return format_moment(moment, zone)
