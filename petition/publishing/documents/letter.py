"""Build the content of the letter from the public record, in the language of its reader."""

import re
from collections.abc import Iterable
from html import unescape

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from petition.models.appeals import TextBlockKind, TextStatus
from petition.models.signatories import Kind
from petition.publishing import queries
from petition.publishing.absolute_urls import absolute_url
from petition.publishing.documents.contents import Entry, Event, Letter, TextBlock
from petition.publishing.public_records import (
    AppealRecord,
    BlockRecord,
    EditionRecord,
    SignatoryRecord,
    TextRecord,
    TimelineRecord,
)
from petition.publishing.records.editions import get_edition, replace_counts, split_by_edition
from petition.publishing.sentences import (
    format_addressees,
    format_as_of,
    format_opening,
    format_timeline_heading,
    format_withheld,
)


def build_letter(slug: str, language: str, *, dated: str = "", max_names: int = queries.MAX_NAMES) -> Letter:
    """Return the letter of the published appeal `slug` in `language`, all of it from one revision.

    With `dated` (ISO 8601), the letter of the edition of that date. Raises NotPublished.
    """
    with translation.override(language):
        return queries.read_at_one_revision(slug, lambda: _build(slug, language, dated, max_names))


def _build(slug: str, language: str, dated: str, max_names: int) -> Letter:
    edition = get_edition(slug, dated) if dated else None
    appeal = queries.get_appeal(slug, language)
    signatories = queries.list_signatories(slug, limit=max_names + 1)
    has_more, included = len(signatories) > max_names, signatories[:max_names]
    joined: list[SignatoryRecord] = []
    if edition:
        included, joined = split_by_edition(included, edition)
        appeal = replace_counts(appeal, edition)
    originals = [signatory for signatory in included if signatory.kind == Kind.ORIGINAL]
    further = [signatory for signatory in included if signatory.kind == Kind.FURTHER]
    text = appeal.text
    has_heading = bool(text.background) and text.background[0].kind == TextBlockKind.HEADING
    as_of = format_as_of(appeal.as_of)
    return Letter(
        slug=slug,
        language=language,
        as_of=appeal.as_of.isoformat(),
        as_of_printed=as_of,
        address=absolute_url("edition", slug, dated) if edition else absolute_url("appeal", slug),
        demonstration=_format_demonstration() if appeal.is_demo else "",
        issuer=appeal.issuer,
        edition=dated,
        delivered=_format_edition(edition) if edition else "",
        headline=_render_headline(appeal),
        opening=() if edition else tuple(format_opening(appeal)),
        addressed=format_addressees(appeal.addressees),
        text_language=text.language,
        text_note=_format_text_note(text, language),
        title=text.title,
        dated=text.dated_as_printed,
        body=_build_blocks(text.body),
        signed=_("Signed by:"),
        originals=tuple(_build_entry(signatory, language, text.language) for signatory in originals),
        later=_("Endorsed later"),
        later_note=_format_frozen(edition) if edition else as_of,
        further=tuple(_build_entry(signatory, language, language) for signatory in further),
        after_list=tuple(_build_after_list(appeal, is_empty=not further, has_more=has_more)),
        since=_("Endorsed since") if joined else "",
        joined=tuple(_build_entry(signatory, language, language) for signatory in joined),
        timeline_heading=_("What happened since"),
        timeline=() if edition else tuple(_build_event(entry, language) for entry in appeal.timeline),
        background_heading=text.background[0].text if has_heading else _("Background:"),
        background_heading_language=text.language if has_heading else language,
        background=_build_blocks(text.background[1:] if has_heading else text.background),
        colophon=tuple(_build_colophon(appeal)),
        qr_words=_("QR code of this appeal's address"),
    )


def _build_blocks(blocks: Iterable[BlockRecord]) -> tuple[TextBlock, ...]:
    return tuple(TextBlock(block.kind, block.text, block.number or 0) for block in blocks)


def _render_headline(appeal: AppealRecord) -> str:
    """Return the sentences with the numbers as plain text."""
    text = unescape(strip_tags(render_to_string("appeal/shared/headline.html", {"appeal": appeal})))
    # Only spaces and line breaks are joined: split() would also replace the no-break spaces inside numbers.
    return re.sub(r"[ \n]+", " ", text).strip()


def _format_edition(edition: EditionRecord) -> str:
    values = {"date": formats.date_format(edition.dated), "addressee": edition.addressee}
    return _("Edition of %(date)s, for %(addressee)s") % values


def _format_frozen(edition: EditionRecord) -> str:
    date = formats.date_format(edition.frozen_at)
    return _("The list of %(date)s. Names that were removed later do not appear here either.") % {"date": date}


def _format_demonstration() -> str:
    return _("Demonstration: everything here is made up. No organisation on this page exists.")


def _format_text_note(text: TextRecord, language: str) -> str:
    if text.language != language:
        if text.language == "en":
            return _("The appeal was published in English.")
        return _("The appeal has no text in this language.")
    if text.status == TextStatus.UNOFFICIAL:
        date = formats.date_format(text.dated)
        return _("This is an unofficial translation of %(date)s. Only the official text counts.") % {"date": date}
    return ""


def _build_entry(signatory: SignatoryRecord, language: str, default_name_language: str) -> Entry:
    """Return the entry; `default_name_language` is for names whose language no moderator has set."""
    if signatory.label is None:
        return Entry(signatory.number, _("No longer listed"), language, is_listed=False)
    note = ""
    if signatory.note and signatory.noted_on:
        date = formats.date_format(signatory.noted_on)
        note = f"{_('Note of the secretariat, %(date)s:') % {'date': date}} {signatory.note}"
    return Entry(
        signatory.number, signatory.label, signatory.language or default_name_language, is_listed=True, note=note
    )


def _build_event(entry: TimelineRecord, language: str) -> Event:
    words = f"{entry.body}\n{entry.link}".strip()
    return Event(
        f"{formats.date_format(entry.dated)}: {format_timeline_heading(entry)}", words, entry.language or language
    )


def _build_after_list(appeal: AppealRecord, *, is_empty: bool, has_more: bool) -> list[str]:
    paragraphs = []
    if has_more:
        address = absolute_url("signatories_csv", appeal.slug)
        paragraphs.append(_("The whole list: %(address)s") % {"address": address})
    elif is_empty:
        paragraphs.append(_("No organisation is listed here yet."))
    if appeal.counts.withheld:
        paragraphs.append(format_withheld(appeal.counts.withheld))
    return paragraphs


def _build_colophon(appeal: AppealRecord) -> list[str]:
    text_url = absolute_url("text", appeal.slug, appeal.text.language)
    return [
        _("This list changes. Today’s list: %(address)s") % {"address": absolute_url("appeal", appeal.slug)},
        _("Exact text: %(address)s") % {"address": text_url},
        f"SHA-256: {appeal.text.sha256}",
    ]
