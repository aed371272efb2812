"""What search engines read: which pages there are, each in all its languages (sitemaps.org, protocol 0.9)."""

from xml.etree import ElementTree

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from petition.publishing import records

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
OF_AN_APPEAL = ("appeal", "signatories", "figures", "changes")
OF_THE_SITE = ("accessibility", "privacy")


def sitemap() -> bytes:
    """The published pages in each language, with their translations beside them, as XML in UTF-8."""
    ElementTree.register_namespace("", _SITEMAP)
    ElementTree.register_namespace("xhtml", _XHTML)
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    places = [(name, [slug]) for slug in records.published_slugs() for name in OF_AN_APPEAL]
    for name, arguments in [*places, *((name, []) for name in OF_THE_SITE)]:
        addresses = {code: _address(name, arguments, code) for code, _ in settings.LANGUAGES}
        for address in addresses.values():
            page = ElementTree.SubElement(root, f"{{{_SITEMAP}}}url")
            ElementTree.SubElement(page, f"{{{_SITEMAP}}}loc").text = address
            for code, other in addresses.items():
                ElementTree.SubElement(page, f"{{{_XHTML}}}link", rel="alternate", hreflang=code, href=other)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _address(name: str, arguments: list[str], language: str) -> str:
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse(name, args=arguments)}"
