"""The picture that stands for the appeal where its address is shared: issuer, title, how many stand behind it."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _, ngettext

from petition.publishing import records

WIDTH, HEIGHT = 1200, 630
"""Pixels: what the sites that show such pictures crop least."""


@dataclass(frozen=True)
class Card:
    slug: str
    language: str
    demonstration: str  # empty unless everything is made up
    issuer: str
    text_language: str
    title: str
    dated: str
    counts: tuple[tuple[str, str], ...]  # a number, and what it counts
    as_of_printed: str

    def for_renderer(self) -> dict[str, Any]:
        """The same as a dictionary that JSON can carry."""
        return asdict(self)


def card_of(slug: str, language: str) -> Card:
    """The card of the published appeal `slug` in `language`, from one revision. Raises NotPublished."""
    with translation.override(language):
        appeal = records.at_one_revision(slug, lambda: records.appeal_record(slug, language))
        return Card(
            slug=slug,
            language=language,
            demonstration=_("Demonstration: everything here is made up.") if appeal.is_demo else "",
            issuer=appeal.issuer,
            text_language=appeal.text.language,
            title=appeal.text.title,
            dated=appeal.text.dated_as_printed,
            counts=tuple(_counts(appeal.counts)),
            as_of_printed=_("As of %(date)s") % {"date": formats.date_format(appeal.as_of)},
        )


def _counts(counts: records.Counts) -> list[tuple[str, str]]:
    """The numbers apart: those not named are never added to the others."""
    told = [
        (counts.original, ngettext("organisation signed", "organisations signed", counts.original)),
        (counts.further, ngettext("has endorsed since", "have endorsed since", counts.further)),
        (counts.withheld, ngettext("not named for its safety", "not named for their safety", counts.withheld)),
    ]
    return [(formats.number_format(count, force_grouping=True), words) for count, words in told if count]
