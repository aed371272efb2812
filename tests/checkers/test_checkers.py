"""Each checker finds a planted defect, and none in what is right."""

import json
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.checkers import html_pages, json_files, mails, xml_files
from tests.checkers.gathering.gathered import Document, Gathered

SITE = "https://appeal.example"
URLSET = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:x="http://www.w3.org/1999/xhtml"'
EDITION = f"{SITE}/appeals/a/editions/2026-11-23/"


def document(path: str, kind: str, body: str) -> Document:
    return Document(path, SITE + path, 200, {"content-type": f"{kind}; charset=utf-8"}, body.encode())


def sitemap(inner: str) -> Document:
    return document("/sitemap.xml", "application/xml", f"<urlset {URLSET}>{inner}</urlset>")


@pytest.mark.parametrize(
    ("inner", "finding"),
    [
        (f'<url><loc>{EDITION}</loc><x:link rel="alternate" hreflang="en" href="{EDITION}"/></url>', ""),
        (f"<url><lastmod>2026</lastmod><loc>{EDITION}</loc></url>", "lastmod"),
        (f'<url><loc>{EDITION}</loc><x:link rel="next" hreflang="en" href="{EDITION}"/></url>', "rel"),
        (f'<url><loc>{EDITION}</loc><x:link rel="alternate" hreflang="english" href="{EDITION}"/></url>', "hreflang"),
        (f"<url><loc>{EDITION}</loc></url><url><loc>{SITE}/gone/</loc></url>", "which is no page"),
        (f"<url><loc>{SITE}/</loc></url>", "does not list the edition"),
    ],
)
def test_the_sitemap(inner: str, finding: str) -> None:
    pages = [document(path, "text/html", "") for path in ("/", "/appeals/a/editions/2026-11-23/")]
    found = xml_files.check_sitemaps(Gathered(SITE, published=[*pages, sitemap(inner)])).findings
    assert finding in " ".join(words for _, words in found)
    assert bool(found) == bool(finding)


def test_a_feed_without_a_title() -> None:
    feed = "<feed xmlns='http://www.w3.org/2005/Atom'><id>a:b</id><updated>2026-11-23T00:00:00Z</updated></feed>"
    report = xml_files.check_feeds(Gathered(SITE, phases={"open": [document("/a.atom", "application/atom+xml", feed)]}))
    assert report.looked_at == 1
    assert report.findings


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ({"$schema": f"{SITE}/schemas/a.json", "count": 1}, ""),
        ({"$schema": f"{SITE}/schemas/a.json", "count": "1"}, "'1' is not of type 'integer'"),
        ({"$schema": f"{SITE}/schemas/b.json"}, "names a schema that is not there"),
        ({"count": 1}, "names no schema"),
    ],
)
def test_json(content: dict[str, object], finding: str) -> None:
    schema = json.dumps({"type": "object", "properties": {"count": {"type": "integer"}}})
    files = [document("/schemas/a.json", "application/schema+json", schema)]
    files.append(document("/a.json", "application/json", json.dumps(content)))
    found = json_files.check(Gathered(SITE, published=files)).findings
    assert [finding in words for _, words in found] == ([True] if finding else [])


def mail(encoding: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Кайрылуу"
    message.set_content("Кайрылуу\n", cte=encoding)
    return message.as_bytes()


def test_mails() -> None:
    for encoding in ("quoted-printable", "base64"):
        assert list(mails.list_violations(mail(encoding))) == []
    assert set(mails.list_violations(mail("8bit"))) == {"line 6 is not ASCII", "text/plain is sent as 8bit"}
    long = mail("base64") + b"a" * 999
    assert list(mails.list_violations(long)) == ["line 7 has 999 bytes"]
    assert [words for _, words in mails.check(Gathered(SITE)).findings] == ["none came"]


def test_errors_and_warnings_of_pages_are_findings_and_notes_are_not() -> None:
    assert html_pages.is_ours({"type": "error", "message": "Stray end tag “p”."})
    assert html_pages.is_ours({"type": "info", "subType": "warning", "message": "Section lacks heading."})
    assert not html_pages.is_ours({"type": "info", "message": "Trailing slash on void elements has no effect."})


def test_each_different_page_is_looked_at_once() -> None:
    pages = [document(f"/{number}/", "text/html", body) for number, body in enumerate("aab")]
    pages.append(document("/a.json", "application/json", "{}"))
    assert [page.path for page in html_pages.different(pages)] == ["/0/", "/2/"]
