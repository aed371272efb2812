"""Render the public pages as HTML, from the public record only."""

from dataclasses import asdict
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from petition.models.choices import Check
from petition.models.database import own_login
from petition.models.signatories import ChangeKind, Kind
from petition.publishing import queries, ranges
from petition.publishing.charts.country_map import draw_map
from petition.publishing.charts.growth import draw_growth
from petition.publishing.public_records import AppealRecord, CountryRecord, NotPublished, SignatoryRecord
from petition.publishing.records.editions import get_edition, list_editions, replace_counts, split_by_edition
from petition.publishing.retention_notice import RETENTION_NOTICE
from petition.publishing.search import SearchQuery, search
from petition.reference.countries import country_name
from petition.text.names import collation_key

MAX_PRINTED: Final = 300
"""Up to how many further signatories are in the appeal's page for printing: they are about 6 KB, compressed."""

_BY_MAILBOX = _("Confirmed by e-mail and checked by a moderator")
_CHECK_LABELS = {check.value: check.label for check in Check}


def render_appeal_page(slug: str, language: str) -> str:
    """Render the appeal: text, demands, originals, the newest of those who endorsed later. Raises NotPublished."""

    def render() -> str:
        appeal = queries.get_appeal(slug, language)
        return _render(
            "appeal/appeal.html",
            language,
            ("appeal", slug),
            appeal=appeal,
            other_texts=[text for text in appeal.texts if text.language != appeal.text.language],
            originals=queries.list_originals(slug),
            newest=queries.list_newest_further(slug),
            printed=_list_printed(slug),
            editions=list_editions(slug),
            checks=_count_checks(slug),
        )

    return queries.read_at_one_revision(slug, render)


def render_unpublished_page(appeal: AppealRecord, originals: list[SignatoryRecord]) -> str:
    """Render an appeal that is not published, for editors and for who has its private link."""
    context = {"slug": "", "path": "/", "address": settings.SITE_URL, "appeal": appeal, "originals": originals}
    return render_to_string("appeal/unpublished.html", context)


def _list_printed(slug: str) -> list[SignatoryRecord]:
    """Return all further signatories for printing the appeal's page; none if they are too many."""
    further = queries.list_further_up_to(slug, MAX_PRINTED + 1)  # numbers have no gap
    return further if len(further) <= MAX_PRINTED else []


def render_signatories_page(slug: str, language: str, page: int = 1) -> str:
    """Render one page of the list; the originals are on the first. Raises NotPublished for other pages."""

    def render() -> str:
        last = queries.count_pages(slug)
        if not 1 <= page <= last:
            raise NotPublished
        return _render(
            "signatories/signatories.html",
            language,
            ("signatories", slug),
            query=f"?page={page}" if page > 1 else "",
            appeal=queries.get_appeal(slug, language),
            originals=queries.list_originals(slug) if page == 1 else [],
            further=queries.list_further_page(slug, page),
            page=page,
            ranges=ranges.build_page_links(page, last) if last > 1 else [],
            search=SearchQuery(),
        )

    return queries.read_at_one_revision(slug, render)


def render_search_page(slug: str, language: str, query: SearchQuery) -> str:
    """Render the result of a search in the list. Raises NotPublished."""

    def render() -> str:
        return _render(
            "signatories/search_results.html",
            language,
            ("signatories", slug),
            query=f"?{urlencode({name: value for name, value in asdict(query).items() if value})}",
            appeal=queries.get_appeal(slug, language),
            search=query,
            country=country_name(query.country, language) if query.country else "",
            result=search(slug, query),
        )

    return queries.read_at_one_revision(slug, render)


def render_edition_page(slug: str, language: str, dated: str) -> str:
    """Render the list as it was delivered, and the entries that joined since. Raises NotPublished."""

    def render() -> str:
        edition, appeal = get_edition(slug, dated), queries.get_appeal(slug, language)
        signatories = queries.list_signatories(slug, limit=queries.MAX_NAMES + 1)
        included, joined = split_by_edition(signatories[: queries.MAX_NAMES], edition)
        return _render(
            "signatories/edition.html",
            language,
            ("edition", slug, dated),
            appeal=appeal,
            edition=edition,
            delivered=replace_counts(appeal, edition),
            dated=dated,
            originals=[signatory for signatory in included if signatory.kind == Kind.ORIGINAL],
            further=[signatory for signatory in included if signatory.kind == Kind.FURTHER],
            joined=joined,
            has_more=len(signatories) > queries.MAX_NAMES,
        )

    return queries.read_at_one_revision(slug, render)


def render_changes_page(slug: str, language: str) -> str:
    """Render which listed entries were changed, and which numbers are no longer listed. Raises NotPublished."""

    def render() -> str:
        return _render(
            "signatories/changes.html",
            language,
            ("changes", slug),
            appeal=queries.get_appeal(slug, language),
            changes=[(change, ChangeKind(change.what).label) for change in queries.list_changes(slug)],
            limit=queries.MAX_CHANGES,
            removed={kind.value: ranges.format_ranges(queries.list_removed_numbers(slug, kind)) for kind in Kind},
        )

    return queries.read_at_one_revision(slug, render)


def render_embed_page(slug: str, language: str) -> str:
    """Render the widget: the appeal, how many signed it, and a link. Raises NotPublished."""
    with translation.override(language):
        appeal_path = reverse("appeal", args=[slug])
    appeal = queries.read_at_one_revision(slug, lambda: queries.get_appeal(slug, language))
    return _render("appeal/embed.html", language, ("embed", slug), appeal=appeal, appeal_path=appeal_path)


def render_figures_page(slug: str, language: str) -> str:
    """Render map and growth: listed signatories by country and by month, as tables too. Raises NotPublished."""

    def render() -> str:
        appeal = queries.get_appeal(slug, language)
        totals = queries.count_by_country(slug)
        by_month = queries.count_by_month(slug)
        counts = {country.code: country.total for country in totals.countries}
        map_ = draw_map(counts) if counts else None
        circles = [(circle, country_name(circle.code, language)) for circle in map_.circles] if map_ else []
        growth = draw_growth(by_month, appeal.as_of) if by_month else None
        return _render(
            "figures/figures.html",
            language,
            ("figures", slug),
            appeal=appeal,
            totals=totals,
            countries=_sort_by_count(totals.countries, language),
            map=map_,
            circles=circles,
            beyond=", ".join(name for circle, name in circles if circle.direction is not None),
            growth=growth,
            months=[month for month in growth.months if month.listed] if growth else [],
        )

    return queries.read_at_one_revision(slug, render)


def render_accessibility_page(language: str) -> str:
    """Render the accessibility statement."""
    return _render("site/accessibility.html", language, ("accessibility", ""), slug=_get_newest_slug())


def render_privacy_page(language: str) -> str:
    """Render what is asked, shown, encrypted and kept, with the settings and periods in force in this process."""
    return _render(
        "site/privacy.html",
        language,
        ("privacy", ""),
        slug=_get_newest_slug(),
        controller=settings.CONTROLLER,
        key_is_elsewhere=not settings.CONTACT_PRIVATE_KEYS,
        has_own_login=own_login.has_restricted_login(),
        periods=RETENTION_NOTICE,
    )


def _get_newest_slug() -> str:
    """Return the appeal that pages about the site link to; empty if none is published."""
    return next(iter(queries.list_published_slugs()), "")


def _count_checks(slug: str) -> dict[str, list[tuple[object, int]]]:
    """Return label and count of each way of checking, highest count first; those not named apart."""
    checks = queries.count_checks(slug)
    return {
        kind: sorted(
            ((_CHECK_LABELS.get(how, _BY_MAILBOX), count) for how, count in totals.items()), key=lambda pair: -pair[1]
        )
        for kind, totals in (("further", checks.further), ("withheld", checks.withheld))
    }


def _sort_by_count(countries: tuple[CountryRecord, ...], language: str) -> list[tuple[CountryRecord, str]]:
    """Return each country with its name: highest count first, equal ones in the alphabet of the language."""
    named = [(country, country_name(country.code, language)) for country in countries]
    return sorted(named, key=lambda pair: (-pair[0].total, collation_key(pair[1], language)))


def _render(template: str, language: str, route: tuple[str, ...], *, query: str = "", **context: object) -> str:
    """Render the page of a `route` (name, slug, other arguments of its path) and `query` in `language`."""
    name, slug, *more = route
    with translation.override(language):
        path = reverse(name, args=[slug, *more] if slug else []) + query
        address = f"{settings.SITE_URL}{path}"
        return render_to_string(template, {"path": path, "address": address, "slug": slug, **context})
