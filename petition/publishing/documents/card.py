"""Build the card from the public record: issuer, title, and how many organisations signed."""

from typing import Final

from django.utils import formats, translation
from django.utils.translation import gettext as _, ngettext

from petition.publishing.documents.contents import Card
from petition.publishing.public_records import Counts
from petition.publishing.queries import get_appeal, read_at_one_revision
from petition.publishing.sentences import format_as_of

WIDTH: Final = 1200  # pixels; sites that show such pictures cut off the least at this size
HEIGHT: Final = 630


def build_card(slug: str, language: str) -> Card:
    """Return the card of the published appeal `slug` in `language`, from one revision. Raises NotPublished."""
    with translation.override(language):
        appeal = read_at_one_revision(slug, lambda: get_appeal(slug, language))
        return Card(
            slug=slug,
            language=language,
            demonstration=_("Demonstration: everything here is made up.") if appeal.is_demo else "",
            issuer=appeal.issuer,
            text_language=appeal.text.language,
            title=appeal.text.title,
            dated=appeal.text.dated_as_printed,
            counts=tuple(_format_counts(appeal.counts)),
            as_of_printed=format_as_of(appeal.as_of),
        )


def _format_counts(counts: Counts) -> list[tuple[str, str]]:
    """Return each number with its label. They stay apart: those not named are never added to the others."""
    labelled = [
        (counts.original, ngettext("organisation signed", "organisations signed", counts.original)),
        (counts.further, ngettext("has endorsed since", "have endorsed since", counts.further)),
        (counts.withheld, ngettext("not named for its safety", "not named for their safety", counts.withheld)),
    ]
    return [(formats.number_format(count, force_grouping=True), label) for count, label in labelled if count]
