"""Sentences that several documents and exports share, in the active language."""

from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _, ngettext


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
