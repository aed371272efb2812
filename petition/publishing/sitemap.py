"""The sitemap for search engines: the pages, each in all its languages (sitemaps.org, protocol 0.9)."""

from xml.etree import ElementTree

from django.conf import settings
from django.utils import translation

from petition.publishing.absolute_urls import absolute_url
from petition.publishing.queries import list_published_slugs

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
APPEAL_ROUTES = ("appeal", "signatories", "figures", "changes")
SITE_ROUTES = ("accessibility", "privacy")


def render_sitemap() -> bytes:
    """Return the published pages in each language, each with links to its translations, as XML in UTF-8."""
    ElementTree.register_namespace("", _SITEMAP)
    ElementTree.register_namespace("xhtml", _XHTML)
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    pages = [(route, [slug]) for slug in list_published_slugs() for route in APPEAL_ROUTES]
    for route, arguments in [*pages, *((route, []) for route in SITE_ROUTES)]:
        urls = {code: _translated_url(route, arguments, code) for code, _ in settings.LANGUAGES}
        for url in urls.values():
            page = ElementTree.SubElement(root, f"{{{_SITEMAP}}}url")
            ElementTree.SubElement(page, f"{{{_SITEMAP}}}loc").text = url
            for code, other in urls.items():
                ElementTree.SubElement(page, f"{{{_XHTML}}}link", rel="alternate", hreflang=code, href=other)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml


def _translated_url(route: str, arguments: list[str], language: str) -> str:
    with translation.override(language):
        return absolute_url(route, *arguments)
