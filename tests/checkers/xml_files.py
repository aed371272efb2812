"""The Atom feed against RFC 4287 and the sitemap against the schema of its protocol."""

from pathlib import Path
from typing import Final

from lxml import etree

from tests.checkers.gathering.gathered import Document, Finding, Gathered, Report
from tests.site import ROOT

_ATOM: Final = ROOT / "tests" / "publishing" / "exports" / "atom.rng"
_SITEMAP: Final = Path(__file__).parent / "schemas" / "sitemap.xsd"
_XHTML_LINK: Final = "{http://www.w3.org/1999/xhtml}link"


def check_feeds(gathered: Gathered) -> Report:
    """Hold each feed, in each phase, against the grammar of Atom."""
    feeds = gathered.files("application/atom+xml")
    grammar = etree.RelaxNG(file=str(_ATOM))
    return Report(len(feeds), [finding for feed in feeds for finding in _violations(feed, grammar)])


def check_sitemaps(gathered: Gathered) -> Report:
    """Hold the sitemap against its schema and against the pages: every page that search engines may list is in it."""
    schema = etree.XMLSchema(file=str(_SITEMAP))
    sitemaps = [one for one in gathered.files("application/xml") if one.path.endswith("/sitemap.xml")]
    findings = [finding for one in sitemaps for finding in _violations(one, schema)]
    for one in sitemaps:
        findings += _compare_with_pages(one, gathered)
    return Report(len(sitemaps), findings if sitemaps else [Finding("/sitemap.xml", "is not there")])


def _violations(document: Document, schema: etree.RelaxNG | etree.XMLSchema) -> list[Finding]:
    schema.validate(etree.fromstring(document.body))
    return [Finding(f"{document.path}, line {error.line}", error.message) for error in schema.error_log]


def _compare_with_pages(sitemap: Document, gathered: Gathered) -> list[Finding]:
    """Report what is listed and is no page, and editions that are not listed."""
    root = etree.fromstring(sitemap.body)
    listed = {str(url[0].text) for url in root}
    linked = {str(link.get("href")) for link in root.iter(_XHTML_LINK)}
    pages = {page.url for page in gathered.published if page.is_page and page.status == 200}
    editions = {page for page in pages if "/editions/" in page and "/demo/" not in page}
    return [
        *(Finding(sitemap.path, f"lists {address}, which is no page") for address in sorted((listed | linked) - pages)),
        *(Finding(sitemap.path, f"does not list the edition {address}") for address in sorted(editions - listed)),
    ]
