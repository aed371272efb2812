"""The sitemap for search engines: the pages, each in all its languages (sitemaps.org, protocol 0.9)."""

from collections.abc import Iterator
from xml.etree import ElementTree

from django.conf import settings
from django.utils import translation

from petition.publishing.absolute_urls import absolute_url
from petition.publishing.queries import list_published_slugs
from petition.publishing.records.editions import list_editions
from petition.reference.languages import DEFAULT_LANGUAGE

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
APPEAL_ROUTES = ("appeal", "signatories", "figures", "changes")
SITE_ROUTES = ("accessibility", "privacy")


def render_sitemap() -> bytes:
    """Return the published pages in each language, each with links to its translations, as XML in UTF-8."""
    ElementTree.register_namespace("", _SITEMAP)
    ElementTree.register_namespace("xhtml", _XHTML)
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    for route, arguments in _list_pages():
        urls = {code: _translated_url(route, arguments, code) for code, _ in settings.LANGUAGES}
        alternates = urls | {"x-default": urls[DEFAULT_LANGUAGE]}
        for url in urls.values():
            page = ElementTree.SubElement(root, f"{{{_SITEMAP}}}url")
            ElementTree.SubElement(page, f"{{{_SITEMAP}}}loc").text = url
            for code, other in alternates.items():
                ElementTree.SubElement(page, f"{{{_XHTML}}}link", rel="alternate", hreflang=code, href=other)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _list_pages() -> Iterator[tuple[str, list[str]]]:
    """Yield route and arguments of each page, those of editions included."""
    for slug in list_published_slugs():
        yield from ((route, [slug]) for route in APPEAL_ROUTES)
        yield from (("edition", [slug, edition.dated.isoformat()]) for edition in list_editions(slug))
    yield from ((route, []) for route in SITE_ROUTES)


def _translated_url(route: str, arguments: list[str], language: str) -> str:
    with translation.override(language):
        return absolute_url(route, *arguments)
