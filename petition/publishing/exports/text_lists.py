"""The list as text to copy: numbered, with commas between, or by country. In the language of the page."""

from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _, ngettext

from petition.publishing import history, records
from petition.reference.countries import name_of
from petition.text.entries import isolated
from petition.text.names import collation_key


def numbered(slug: str, language: str) -> Iterator[str]:
    """Every line with its number, a line each."""
    return _framed(slug, language, lambda lines: (f"{_numbered(line)}\n" for line in lines))


def with_commas(slug: str, language: str) -> Iterator[str]:
    """The lines that are listed now, one after the other."""
    return _framed(slug, language, _joined)


def by_country(slug: str, language: str) -> Iterator[str]:
    """The lines that are listed now under each country that they print, then those that print none."""
    return _framed(slug, language, lambda lines: _grouped(lines, language), parted=False)


SHAPES: Final = {"numbered": numbered, "commas": with_commas, "countries": by_country}


def _framed(
    slug: str,
    language: str,
    shape: Callable[[Iterator[records.SignatoryRecord]], Iterator[str]],
    *,
    parted: bool = True,
) -> Iterator[str]:
    """Title, the list in this shape (`parted`: the 35 apart from those who endorsed later), who is not named, date."""
    with translation.override(language):
        appeal = records.appeal_record(slug, language)
        yield f"{appeal.text.title}\n{appeal.text.dated_as_printed}\n\n"
        lines = history.every_line(slug)
        if not parted:
            yield from shape(lines)
        else:
            originals = [line for _number, line in zip(range(appeal.counts.original), lines, strict=False)]
            yield _("Signed by:") + "\n"
            yield from shape(iter(originals))
            yield "\n" + _("Endorsed later") + "\n"
            yield from shape(lines)
        yield f"\n{_withheld(appeal.counts.withheld)}{_('As of %(date)s') % {'date': _date(appeal)}}\n"
        yield f"{settings.SITE_URL}{reverse('signatories', args=[slug])}\n{settings.DATA_LICENCE}\n"


def _numbered(line: records.SignatoryRecord) -> str:
    return f"{line.number}. {isolated(line.label) if line.label else _('No longer listed')}"


def _joined(lines: Iterator[records.SignatoryRecord]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line.label:
            yield before + isolated(line.label)
            before = ", "
    yield "\n"


def _grouped(lines: Iterator[records.SignatoryRecord], language: str) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for line in lines:
        if line.label:
            for code in dict.fromkeys(line.countries or ("",)):
                groups.setdefault(code, []).append(isolated(line.label))
    without = groups.pop("", [])
    named = [(name_of(code, language), labels) for code, labels in groups.items()]
    named.sort(key=lambda group: collation_key(group[0], language))
    before = ""
    for heading, labels in [*named, *([(_("No country printed"), without)] if without else [])]:
        yield f"{before}{heading} ({len(labels)})\n" + "\n".join(labels) + "\n"
        before = "\n"


def _withheld(count: int) -> str:
    if not count:
        return ""
    shown = formats.number_format(count, force_grouping=True)
    return (
        ngettext(
            "A further %(shown)s, checked by the secretariat, is not named for its safety.",
            "A further %(shown)s, checked by the secretariat, are not named for their safety.",
            count,
        )
        % {"shown": shown}
    ) + "\n"


def _date(appeal: records.AppealRecord) -> str:
    return formats.date_format(appeal.as_of)
