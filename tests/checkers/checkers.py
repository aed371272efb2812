"""The table of all checkers. A new one is a module with a function that returns a Report, and a row here."""

from tests.checkers import csv_metadata, heads, html_pages, json_files, mails, xml_files
from tests.checkers.gathering.gathered import Checker

CHECKERS = (
    Checker("pages (Nu HTML Checker)", html_pages.check, html_pages.lacking),
    Checker("heads of pages", heads.check),
    Checker("feeds (RFC 4287)", xml_files.check_feeds),
    Checker("sitemap (sitemaps.org)", xml_files.check_sitemaps),
    Checker("JSON (JSON Schema)", json_files.check),
    Checker("CSV (CSV on the Web)", csv_metadata.check),
    Checker("mails (RFC 5322)", mails.check),
)
