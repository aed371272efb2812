"""The public pages as HTML, made from the record alone."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from petition.models.signatories import Check, What
from petition.publishing import editions, history, ranges, records
from petition.publishing.charts import growth, map as country_map
from petition.publishing.documents.letter import MOST_NAMES
from petition.publishing.retention_notice import KEPT
from petition.publishing.search import Search, found
from petition.reference.countries import name_of
from petition.text.names import collation_key

MOST_PRINTED = 300
"""Up to how many further signatories the appeal's page holds for paper: they are about 6 KB, compressed."""
_BY_MAILBOX = _("Its own mailbox, and a moderator’s review")
_HOW = {check.value: check.label for check in Check}


def appeal_page(slug: str, language: str) -> str:
    """The appeal: text, demands, the originals, the newest of those who endorsed later. Raises NotPublished."""

    def read() -> str:
        appeal = records.appeal_record(slug, language)
        return _html(
            "appeal/appeal.html",
            language,
            ("appeal", slug),
            appeal=appeal,
            other_texts=[text for text in appeal.texts if text.language != appeal.text.language],
            originals=records.originals(slug),
            newest=records.newest_further(slug),
            printed=_printed(slug),
            editions=editions.editions(slug),
            checks=_checks(slug),
        )

    return records.at_one_revision(slug, read)


def _printed(slug: str) -> list[records.SignatoryRecord]:
    """All further signatories, by number, for whoever prints the appeal's page; none where they are too many."""
    further = history.further_up_to(slug, MOST_PRINTED + 1)  # numbers have no gap
    return further if len(further) <= MOST_PRINTED else []


def signatories_page(slug: str, language: str, page: int = 1) -> str:
    """One page of the whole list; the originals stand on the first. Raises NotPublished for other pages.

    It costs the same on every page, and has few links however many pages there are.
    """

    def read() -> str:
        last = records.page_count(slug)
        if not 1 <= page <= last:
            raise records.NotPublished
        return _html(
            "signatories/signatories.html",
            language,
            ("signatories", slug),
            query=f"?page={page}" if page > 1 else "",
            appeal=records.appeal_record(slug, language),
            originals=records.originals(slug) if page == 1 else [],
            further=records.further_page(slug, page),
            page=page,
            ranges=ranges.links_to(page, last, records.PAGE_LENGTH) if last > 1 else [],
            search=Search(),
        )

    return records.at_one_revision(slug, read)


def found_page(slug: str, language: str, search: Search) -> str:
    """The lines that `search` finds. Raises NotPublished."""

    def read() -> str:
        return _html(
            "signatories/found.html",
            language,
            ("signatories", slug),
            query=f"?{urlencode({name: asked for name, asked in asdict(search).items() if asked})}",
            appeal=records.appeal_record(slug, language),
            search=search,
            country=name_of(search.country, language) if search.country else "",
            found=found(slug, search),
        )

    return records.at_one_revision(slug, read)


def edition_page(slug: str, language: str, dated: str) -> str:
    """The list as it was delivered, and who joined since. Raises NotPublished."""

    def read() -> str:
        edition, appeal = editions.edition(slug, dated), records.appeal_record(slug, language)
        signatories = records.all_signatories(slug, most=MOST_NAMES + 1)
        held, joined = editions.divided(signatories[:MOST_NAMES], edition)
        return _html(
            "signatories/edition.html",
            language,
            ("edition", slug, dated),
            appeal=appeal,
            edition=edition,
            delivered=editions.as_delivered(appeal, edition),
            dated=dated,
            originals=[signatory for signatory in held if signatory.kind == "original"],
            further=[signatory for signatory in held if signatory.kind == "further"],
            joined=joined,
            goes_on=len(signatories) > MOST_NAMES,
        )

    return records.at_one_revision(slug, read)


def changes_page(slug: str, language: str) -> str:
    """What was changed in lines that are listed, and which numbers no longer are. Raises NotPublished."""

    def read() -> str:
        return _html(
            "signatories/changes.html",
            language,
            ("changes", slug),
            appeal=records.appeal_record(slug, language),
            changes=[(change, What(change.what).label) for change in history.newest_changes(slug)],
            most=history.MOST_CHANGES,
            gone={kind: ranges.in_ranges(history.no_longer_listed(slug, kind)) for kind in ("original", "further")},
        )

    return records.at_one_revision(slug, read)


def embed_page(slug: str, language: str) -> str:
    """The widget: what the appeal is, how many stand behind it, and the way there. Raises NotPublished."""
    with translation.override(language):
        appeal_path = reverse("appeal", args=[slug])
    appeal = records.at_one_revision(slug, lambda: records.appeal_record(slug, language))
    return _html("appeal/embed.html", language, ("embed", slug), appeal=appeal, appeal_path=appeal_path)


def _checks(slug: str) -> dict[str, list[tuple[object, int]]]:
    """How those who endorsed later were checked, and apart from them those not named: in words, the most first."""
    checks = history.checks_of(slug)
    return {
        kind: sorted(((_HOW.get(how, _BY_MAILBOX), count) for how, count in totals.items()), key=lambda pair: -pair[1])
        for kind, totals in (("further", checks.further), ("withheld", checks.withheld))
    }


def accessibility_page(language: str) -> str:
    """What was tested, how, and what is not yet right: an accessibility statement."""
    return _html("site/accessibility.html", language, ("accessibility", ""), slug=_first_slug())


def privacy_page(language: str) -> str:
    """What is asked, seen, sealed and kept for how long, from the settings and periods in force in this process."""
    return _html(
        "site/privacy.html",
        language,
        ("privacy", ""),
        slug=_first_slug(),
        controller=settings.CONTROLLER,
        key_is_elsewhere=not settings.CONTACT_PRIVATE_KEYS,
        kept=KEPT,
    )


def _first_slug() -> str:
    """The appeal that pages of the site lead home to: the newest one; empty where none is published."""
    return next(iter(records.published_slugs()), "")


def figures_page(slug: str, language: str) -> str:
    """Map and growth: the listed signatories by country and by month, drawn and as tables. Raises NotPublished."""

    def read() -> str:
        appeal = records.appeal_record(slug, language)
        lines = records.countries_of(slug)
        listed = records.listed_by_month(slug)
        counts = {country.code: country.total for country in lines.countries}
        chart = country_map.drawn(counts) if counts else None
        circles = [(circle, name_of(circle.code, language)) for circle in chart.circles] if chart else []
        grown = growth.drawn(listed, appeal.as_of) if listed else None
        return _html(
            "figures/figures.html",
            language,
            ("figures", slug),
            appeal=appeal,
            lines=lines,
            countries=_by_count(lines.countries, language),
            map=chart,
            circles=circles,
            beyond=", ".join(name for circle, name in circles if circle.turn is not None),
            growth=grown,
            months=[month for month in grown.months if month.listed] if grown else [],
        )

    return records.at_one_revision(slug, read)


def _by_count(countries: tuple[records.CountryRecord, ...], language: str) -> list[tuple[records.CountryRecord, str]]:
    """Each country with its name: the highest count first, equal ones in the alphabet of the language."""
    named = [(country, name_of(country.code, language)) for country in countries]
    return sorted(named, key=lambda pair: (-pair[0].total, collation_key(pair[1], language)))


def page_of(number: int) -> int:
    """The page of the list on which the further signatory with this number stands."""
    return (number - 1) // records.PAGE_LENGTH + 1


def _html(template: str, language: str, place: tuple[str, ...], *, query: str = "", **content: object) -> str:
    """The page at `place` (name of its route; slug, and what else is in its path) and `query` in `language`."""
    name, slug, *more = place
    with translation.override(language):
        path = reverse(name, args=[slug, *more] if slug else []) + query
        address = f"{settings.SITE_URL}{path}"
        return render_to_string(template, {"path": path, "address": address, "slug": slug, **content})
