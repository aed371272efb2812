"""Every public path: what the URL map marks as published, for each published appeal, its editions and its languages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation

from petition.publishing import editions, records
from petition.publishing.exports import json_schemas, text_lists

LINES = frozenset({"slug", "kind", "number"})
"""Arguments of the permanent links, which lead to the list and are no pages: one for each line, left out here."""

Arguments = Iterable[dict[str, str]]
Fill = TypeVar("Fill")


def _texts(slug: str) -> Arguments:
    return [{"language": text.language} for text in records.appeal_record(slug, settings.LANGUAGE_CODE).texts]


def _editions(slug: str) -> Arguments:
    return [{"dated": edition.dated.isoformat()} for edition in editions.editions(slug)]


OF_THE_SITE: dict[frozenset[str], Callable[[], Arguments]] = {
    frozenset(): lambda: [{}],
    frozenset({"name"}): lambda: [{"name": name} for name in json_schemas.NAMES],
}
OF_AN_APPEAL: dict[frozenset[str], Callable[[str], Arguments]] = {
    frozenset(): lambda slug: [{}],
    frozenset({"language"}): _texts,
    frozenset({"dated"}): _editions,
    frozenset({"shape"}): lambda slug: [{"shape": shape} for shape in text_lists.SHAPES],
}
"""What a path takes, beside the slug of the appeal, and everything it can be filled in with."""


@dataclass(frozen=True)
class Place:
    """A page, a document or data: its `path`, with a query for a later page of the list."""

    path: str
    route: str  # its name in the URL map
    language: str  # in the path; where it is the same in all of them, the language of those without a prefix


def places() -> list[Place]:
    """All that can be read without a form, in the order of the URL map."""
    found = []
    for route, needed, languages in _published_routes():
        for arguments in _arguments(needed):
            for language in languages:
                with translation.override(language):
                    path = reverse(route, kwargs=arguments)
                found += [Place(path + query, route, language) for query in _queries(route, arguments)]
    return found


def _published_routes() -> Iterator[tuple[str, frozenset[str], list[str]]]:
    """Name, names of the arguments, languages."""
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


def _arguments(needed: frozenset[str]) -> Iterator[dict[str, str]]:
    """Everything that can be filled in. Raises LookupError for a path that this module does not know to fill in."""
    if needed == LINES:
        return
    if "slug" not in needed:
        yield from _known(OF_THE_SITE, needed)()
        return
    for slug in records.published_slugs():
        for more in _known(OF_AN_APPEAL, needed - {"slug"})(slug):
            yield {"slug": slug, **more}


def _known(table: dict[frozenset[str], Fill], needed: frozenset[str]) -> Fill:
    if needed not in table:
        raise LookupError(f"A published path takes {', '.join(sorted(needed))}: say in manifest.py which there are.")
    return table[needed]


def _queries(route: str, arguments: dict[str, str]) -> list[str]:
    """The list alone comes in pages."""
    if route != "signatories":
        return [""]
    return ["", *(f"?page={page}" for page in range(2, records.page_count(arguments["slug"]) + 1))]
