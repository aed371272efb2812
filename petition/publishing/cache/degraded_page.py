"""The appeal's page while there is no database or while its list is on hold after a restore.

It has the text, and no list, name or number of anybody who signed it.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from petition.models.appeals import Appeal, AppealText
from petition.publishing.cache.rendering import WITHOUT_LIST, Application, render_path
from petition.publishing.cache.request_paths import add_language_prefix, get_appeal_path
from petition.publishing.cache.responses import CachedResponse
from petition.publishing.queries import get_appeal


def list_published_texts() -> frozenset[tuple[str, object]]:
    """Return the slug of each published appeal, with a value that changes when its degraded page may change."""
    texts = AppealText.objects.published().filter(appeal__in=Appeal.objects.published())
    rows = texts.values_list("appeal__slug", "pk", "appeal__issuer")
    return frozenset((slug, (pk, issuer)) for slug, pk, issuer in rows)


def render_degraded_page(slug: str, language: str, *, is_held_back: bool = False) -> str:
    """Render the appeal without signatories and their number, and the reason for it. Raises NotPublished."""
    with translation.override(language):
        context = {
            "slug": slug,
            "path": reverse("appeal", args=[slug]),
            "appeal": get_appeal(slug, language),
            "is_held_back": is_held_back,
        }
        return render_to_string("appeal/degraded.html", context)


def render_degraded_responses(django: Application, slugs: Iterable[str]) -> dict[str, CachedResponse] | None:
    """Return by path what is served without a database: each appeal's page, and the redirects of the home pages.

    None if one of the pages could not be made now.
    """
    languages = [language for language, _ in settings.LANGUAGES]
    appeal_paths = {get_appeal_path(slug, language) for slug in slugs for language in languages}
    home_paths = [add_language_prefix(language, "") for language in languages]
    pages = {path: render_path(django, path, WITHOUT_LIST) for path in appeal_paths}
    homes = {path: render_path(django, path) for path in home_paths}
    if not all(page.is_ok for page in pages.values()):
        return None
    redirects = {path: home for path, home in homes.items() if home.status.startswith("302 ")}
    return {path: replace(page, for_any_query=True) for path, page in (pages | redirects).items()}
