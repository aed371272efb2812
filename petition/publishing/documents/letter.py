"""What a document says, worded and in order: the public record, in the language of its reader."""

from dataclasses import asdict, dataclass
from html import unescape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _, ngettext

from petition.publishing import editions, records
from petition.publishing.editions import EditionRecord

MOST_NAMES = 5000
"""How many lines a document prints. A longer list is for machines: the document ends with the address of the CSV."""


@dataclass(frozen=True)
class Line:
    number: int  # permanent, so it is printed as it is and never counted anew
    label: str  # as printed; for a line that was taken off, what stands in its place
    language: str  # of the label
    is_listed: bool
    note: str = ""  # of the secretariat, worded and dated


@dataclass(frozen=True)
class Letter:
    """One appeal at one revision. The text is in `text_language`; all other words are ours, in `language`."""

    slug: str
    language: str
    as_of: str  # ISO 8601, a date: when something was added or corrected last
    as_of_printed: str
    address: str  # of the page this is printed from
    demonstration: str  # empty unless everything is made up
    issuer: str
    edition: str  # ISO 8601, the date of the edition; empty for the list as it is today
    delivered: str  # which edition this is, in words
    headline: str
    text_language: str
    text_note: str  # which text this is, where it is not the official one in `language`
    title: str
    dated: str
    preamble: tuple[str, ...]
    demands: tuple[str, ...]
    closing: tuple[str, ...]
    signed: str  # heading of `originals`
    originals: tuple[Line, ...]
    later: str  # heading of `further`
    later_note: str  # as of when
    further: tuple[Line, ...]
    after_list: tuple[str, ...]  # what the list ends with
    since: str  # heading of `joined`; empty where nobody has joined since the edition
    joined: tuple[Line, ...]
    background_heading: str
    background: tuple[str, ...]
    colophon: tuple[str, ...]
    qr_words: str  # what the QR code is, for who does not see it

    def for_renderer(self) -> dict[str, Any]:
        """The same as a dictionary that JSON can carry."""
        return asdict(self)


def written(slug: str, language: str, *, dated: str = "", most_names: int = MOST_NAMES) -> Letter:
    """The letter of the published appeal `slug` in `language`, all of it from one revision. Raises NotPublished.

    With `dated`, the edition of that date.
    """
    with translation.override(language):
        return records.at_one_revision(slug, lambda: _written(slug, language, dated, most_names))


def _written(slug: str, language: str, dated: str, most_names: int) -> Letter:
    edition = editions.edition(slug, dated) if dated else None
    appeal = records.appeal_record(slug, language)
    held, joined, goes_on = _lines(slug, edition, most_names)
    if edition:
        appeal = editions.as_delivered(appeal, edition)
    originals = [signatory for signatory in held if signatory.kind == "original"]
    further = [signatory for signatory in held if signatory.kind == "further"]
    text = appeal.text
    as_of = _("As of %(date)s") % {"date": formats.date_format(appeal.as_of)}
    return Letter(
        slug=slug,
        language=language,
        as_of=appeal.as_of.isoformat(),
        as_of_printed=as_of,
        address=_address("edition", slug, dated) if edition else _address("appeal", slug),
        demonstration=_demonstration() if appeal.is_demo else "",
        issuer=appeal.issuer,
        edition=dated,
        delivered=_delivered(edition) if edition else "",
        headline=unescape(strip_tags(render_to_string("appeal/headline.html", {"appeal": appeal}))).strip(),
        text_language=text.language,
        text_note=_text_note(text, language),
        title=text.title,
        dated=text.dated_as_printed,
        preamble=text.preamble,
        demands=text.demands,
        closing=text.closing,
        signed=_("Signed by:"),
        originals=tuple(_line(signatory, language, text.language) for signatory in originals),
        later=_("Endorsed later"),
        later_note=_frozen(edition) if edition else as_of,
        further=tuple(_line(signatory, language, language) for signatory in further),
        after_list=tuple(_after_list(appeal, further=bool(further), goes_on=goes_on)),
        since=_("Joined since") if joined else "",
        joined=tuple(_line(signatory, language, language) for signatory in joined),
        background_heading=_("Background:"),
        background=text.background,
        colophon=tuple(_colophon(appeal)),
        qr_words=_("QR code of this appeal's address"),
    )


def _lines(
    slug: str, edition: EditionRecord | None, most: int
) -> tuple[list[records.SignatoryRecord], list[records.SignatoryRecord], bool]:
    """The lines of the list, `most` at most; those that joined since the edition; whether there are more."""
    signatories = records.all_signatories(slug, most=most + 1)
    shown, goes_on = signatories[:most], len(signatories) > most
    held, joined = editions.divided(shown, edition) if edition else (shown, [])
    return held, joined, goes_on


def _delivered(edition: EditionRecord) -> str:
    told = {"date": formats.date_format(edition.dated), "addressee": edition.addressee}
    return _("Edition of %(date)s, for %(addressee)s") % told


def _frozen(edition: EditionRecord) -> str:
    date = formats.date_format(edition.frozen_at)
    return _("The list as it stood on %(date)s. What was taken off since is not named here either.") % {"date": date}


def _address(name: str, *of_path: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=of_path)}"


def _demonstration() -> str:
    return _("Demonstration: everything here is made up. No organisation named on this page exists.")


def _text_note(text: records.TextRecord, language: str) -> str:
    if text.language != language:
        if text.language == "en":
            return _("The text of the appeal exists in English.")
        return _("The text of the appeal does not exist in this language.")
    if text.status == "unofficial":
        date = formats.date_format(text.dated)
        return _("This is an unofficial translation of %(date)s; the official text counts.") % {"date": date}
    return ""


def _line(signatory: records.SignatoryRecord, language: str, of_names: str) -> Line:
    """`of_names` is the language of a name of which no moderator said it."""
    if signatory.label is None:
        return Line(signatory.number, _("No longer listed"), language, is_listed=False)
    note = ""
    if signatory.note and signatory.noted_on:
        date = formats.date_format(signatory.noted_on)
        note = f"{_('Note of the secretariat, %(date)s:') % {'date': date}} {signatory.note}"
    return Line(signatory.number, signatory.label, signatory.language or of_names, is_listed=True, note=note)


def _after_list(appeal: records.AppealRecord, *, further: bool, goes_on: bool) -> list[str]:
    said = []
    if goes_on:
        said.append(
            _("The list goes on. All of it: %(address)s") % {"address": _address("signatories_csv", appeal.slug)}
        )
    elif not further:
        said.append(_("No organisation has been listed here yet."))
    withheld = appeal.counts.withheld
    if withheld:
        shown = formats.number_format(withheld, force_grouping=True)
        said.append(
            ngettext(
                "A further %(shown)s, checked by the secretariat, is not named for its safety.",
                "A further %(shown)s, checked by the secretariat, are not named for their safety.",
                withheld,
            )
            % {"shown": shown}
        )
    return said


def _colophon(appeal: records.AppealRecord) -> list[str]:
    address, text = _address("appeal", appeal.slug), _address("text", appeal.slug, appeal.text.language)
    return [
        _("This list changes. As it is today: %(address)s") % {"address": address},
        _("The exact text: %(address)s") % {"address": text},
        f"SHA-256: {appeal.text.sha256}",
    ]
