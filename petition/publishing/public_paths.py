"""List every public path: what the URL map marks as published, for each appeal, edition and language."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation

from petition.publishing import queries
from petition.publishing.exports.field_descriptions import SCHEMA_NAMES, TEXT_FORMATS
from petition.publishing.records.editions import list_editions

PERMANENT_LINK: Final = frozenset({"slug", "kind", "number"})
"""Arguments of the permanent links to entries. They redirect to the list and are no pages, so they are left out."""

Arguments = Iterable[dict[str, str]]
Source = TypeVar("Source")


def _list_texts(slug: str) -> Arguments:
    return [{"language": text.language} for text in queries.get_appeal(slug, settings.LANGUAGE_CODE).texts]


def _list_editions(slug: str) -> Arguments:
    return [{"dated": edition.dated.isoformat()} for edition in list_editions(slug)]


# What a path takes, apart from the slug of the appeal, and all the values that there are.
SITE_ARGUMENTS: dict[frozenset[str], Callable[[], Arguments]] = {
    frozenset(): lambda: [{}],
    frozenset({"name"}): lambda: [{"name": name} for name in SCHEMA_NAMES],
}
APPEAL_ARGUMENTS: dict[frozenset[str], Callable[[str], Arguments]] = {
    frozenset(): lambda slug: [{}],
    frozenset({"language"}): _list_texts,
    frozenset({"dated"}): _list_editions,
    frozenset({"shape"}): lambda slug: [{"shape": name} for name in TEXT_FORMATS],
}


@dataclass(frozen=True)
class PublicPage:
    """A page, a document or a data file."""

    path: str  # with the query of a later page of the list
    route: str  # its name in the URL map
    language: str  # of the path; the default language for a path without a language prefix


def list_public_pages() -> list[PublicPage]:
    """Return everything that can be read without a form, in the order of the URL map."""
    pages = []
    for route, names, languages in _iterate_published_routes():
        for arguments in _iterate_arguments(names):
            for language in languages:
                with translation.override(language):
                    path = reverse(route, kwargs=arguments)
                pages += [PublicPage(path + query, route, language) for query in _list_queries(route, arguments)]
    return pages


def _iterate_published_routes() -> Iterator[tuple[str, frozenset[str], list[str]]]:
    """Yield name, names of the arguments and languages of each route."""
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            yield from _if_published(entry, [settings.LANGUAGE_CODE])
        elif isinstance(entry, URLResolver) and isinstance(entry.pattern, LocalePrefixPattern):
            for inner in entry.url_patterns:
                if isinstance(inner, URLPattern):
                    yield from _if_published(inner, [code for code, _ in settings.LANGUAGES])


def _if_published(pattern: URLPattern, languages: list[str]) -> Iterator[tuple[str, frozenset[str], list[str]]]:
    if pattern.name and getattr(pattern.callback, "published", False):
        yield pattern.name, frozenset(pattern.pattern.regex.groupindex), languages


def _iterate_arguments(names: frozenset[str]) -> Iterator[dict[str, str]]:
    """Yield all values of the arguments. Raises LookupError if this module does not know where to find them."""
    if names == PERMANENT_LINK:
        return
    if "slug" not in names:
        yield from _find_source(SITE_ARGUMENTS, names)()
        return
    for slug in queries.list_published_slugs():
        for arguments in _find_source(APPEAL_ARGUMENTS, names - {"slug"})(slug):
            yield {"slug": slug, **arguments}


def _find_source(table: dict[frozenset[str], Source], names: frozenset[str]) -> Source:
    # A new published path must not be missing from the mirror without a word.
    if names not in table:
        raise LookupError(f"A published path takes {', '.join(sorted(names))}: add their values to public_paths.py.")
    return table[names]


def _list_queries(route: str, arguments: dict[str, str]) -> list[str]:
    """Return the queries of the pages of the list; only the list has pages."""
    if route != "signatories":
        return [""]
    return ["", *(f"?page={page}" for page in range(2, queries.count_pages(arguments["slug"]) + 1))]
