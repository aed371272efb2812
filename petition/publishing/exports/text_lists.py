"""The list as text to copy: numbered, separated by commas, or by country. In the language of the page."""

from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from petition.publishing.absolute_urls import absolute_url
from petition.publishing.exports.field_descriptions import TEXT_FORMATS
from petition.publishing.public_records import SignatoryRecord
from petition.publishing.queries import get_appeal, iterate_signatories, read_at_one_revision
from petition.publishing.sentences import format_as_of, format_withheld
from petition.reference.countries import country_name
from petition.text.entries import isolate_right_to_left
from petition.text.names import collation_key

Entries = Iterator[SignatoryRecord]


def generate_numbered(slug: str, language: str) -> Iterator[str]:
    """Yield every entry with its number, one per line."""
    return _generate(slug, language, lambda entries: (f"{_format_numbered(entry)}\n" for entry in entries))


def generate_with_commas(slug: str, language: str) -> Iterator[str]:
    """Yield the entries that are listed now, separated by commas."""
    return _generate(slug, language, _separate_by_commas)


def generate_by_country(slug: str, language: str) -> Iterator[str]:
    """Yield the entries that are listed now below each country that they print, then those that print none."""
    return _generate(slug, language, lambda entries: _group_by_country(entries, language), is_split=False)


FORMATS: Final = dict(zip(TEXT_FORMATS, (generate_numbered, generate_with_commas, generate_by_country), strict=True))


def _generate(
    slug: str, language: str, format_entries: Callable[[Entries], Iterator[str]], *, is_split: bool = True
) -> Iterator[str]:
    """Yield title, list, sentence on those not named, date and addresses.

    With `is_split`, the originals come first, apart from those who endorsed later.
    """
    with translation.override(language):
        appeal = read_at_one_revision(slug, lambda: get_appeal(slug, language))
        yield f"{appeal.text.title}\n{appeal.text.dated_as_printed}\n\n"
        entries = iterate_signatories(slug, appeal.last_number)
        if is_split:
            originals = [entry for _number, entry in zip(range(appeal.counts.original), entries, strict=False)]
            yield _("Signed by:") + "\n"
            yield from format_entries(iter(originals))
            yield "\n" + _("Endorsed later") + "\n"
        yield from format_entries(entries)
        withheld = appeal.counts.withheld
        yield "\n" + (f"{format_withheld(withheld)}\n" if withheld else "") + f"{format_as_of(appeal.as_of)}\n"
        yield f"{absolute_url('signatories', slug)}\n{settings.DATA_LICENCE}\n"


def _format_numbered(entry: SignatoryRecord) -> str:
    return f"{entry.number}. {isolate_right_to_left(entry.label) if entry.label else _('No longer listed')}"


def _separate_by_commas(entries: Entries) -> Iterator[str]:
    separator = ""
    for entry in entries:
        if entry.label:
            yield separator + isolate_right_to_left(entry.label)
            separator = ", "
    yield "\n"


def _group_by_country(entries: Entries, language: str) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for entry in entries:
        if entry.label:
            for code in dict.fromkeys(entry.countries or ("",)):
                groups.setdefault(code, []).append(isolate_right_to_left(entry.label))
    without = groups.pop("", [])
    named = [(country_name(code, language), labels) for code, labels in groups.items()]
    named.sort(key=lambda group: collation_key(group[0], language))
    separator = ""
    for heading, labels in [*named, *([(_("No country"), without)] if without else [])]:
        yield f"{separator}{heading} ({len(labels)})\n" + "\n".join(labels) + "\n"
        separator = "\n"
