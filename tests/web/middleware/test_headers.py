"""Headers of every response. An address of the URL map that is not listed here fails."""

import re
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.actions.listing.editions import freeze
from petition.models import Appeal
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from tests.admin.test_pages import ROUTES
from tests.factories import MODERATOR, NOON, SLUG, approved, statement
from tests.publishing.once import documents_in_process

PUBLIC = {
    "home": "/",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "robots": "/robots.txt",
    "sitemap": "/sitemap.xml",
    "security_txt": "/.well-known/security.txt",
    "schema": "/schemas/signatories.json",
    "appeal_json": f"/appeals/{SLUG}.json",
    "feed": f"/appeals/{SLUG}.atom",
    "signatories_json": f"/appeals/{SLUG}/signatories.json",
    "signatories_csv": f"/appeals/{SLUG}/signatories.csv",
    "signatories_csvw": f"/appeals/{SLUG}/signatories.csv-metadata.json",
    "signatories_spreadsheet": f"/appeals/{SLUG}/signatories.spreadsheet.csv",
    "copy_text": f"/appeals/{SLUG}/signatories/numbered.txt",
    "changes": f"/appeals/{SLUG}/changes/",
    "text": f"/appeals/{SLUG}/text.en.txt",
    "appeal": f"/appeals/{SLUG}/",
    "signatories": f"/appeals/{SLUG}/signatories/",
    "signatory": f"/appeals/{SLUG}/signatories/further-1/",
    "pdf": f"/appeals/{SLUG}.pdf",
    "docx": f"/appeals/{SLUG}.docx",
    "plain_text": f"/appeals/{SLUG}.txt",
    "accessibility": "/accessibility/",
    "privacy": "/privacy/",
    "figures": f"/appeals/{SLUG}/figures/",
    "card": f"/appeals/{SLUG}/card.png",
    "embed": f"/appeals/{SLUG}/embed/",
    "edition": f"/appeals/{SLUG}/editions/2026-11-23/",
    "edition_pdf": f"/appeals/{SLUG}/editions/2026-11-23.pdf",
    "edition_docx": f"/appeals/{SLUG}/editions/2026-11-23.docx",
    "edition_txt": f"/appeals/{SLUG}/editions/2026-11-23.txt",
    "endorse": f"/appeals/{SLUG}/endorse/",
    "check_mail": f"/appeals/{SLUG}/endorse/check-mail/",
    "confirm_code": f"/appeals/{SLUG}/endorse/code/",
    "code": "/code/",
    "choose_appeal": "/change/",
    "change": f"/appeals/{SLUG}/change/",
    "change_sent": f"/appeals/{SLUG}/change/sent/",
    "change_code": f"/appeals/{SLUG}/change/code/",
    "change_message": f"/appeals/{SLUG}/change/message/",
    "change_message_sent": f"/appeals/{SLUG}/change/message/sent/",
    "own_page": f"/endorsements/{'A' * 43}/",
    "agree_contact": f"/endorsements/{'A' * 43}/agree-contact/",
    "name_again": f"/endorsements/{'A' * 43}/name-again/",
    "own_receipt": f"/endorsements/{'A' * 43}/receipt.txt",
    **{
        f"own_{step}": f"/endorsements/{'A' * 43}/{step}/"
        for step in ("code", "contact", "correction", "forget", "links", "named", "stop", "withdraw")
    },
    "locked_text": f"/drafts/{'A' * 43}/",
    "confirm": f"/endorsements/{'A' * 43}/confirm/",
}
STAFF = ["/admin/", "/admin/login/", "/admin/endorsements/1/", "/admin/petition/auditevent/", "/admin/second-factor/"]
DATA = {"schema", "appeal_json", "feed", "signatories_json", "signatories_csv", "signatories_csvw"} | {
    "signatories_spreadsheet",
    "text",
}
REVALIDATED = (
    DATA
    | {"appeal", "signatories", "signatory", "figures", "changes", "copy_text"}
    | {"card", "embed", "edition", "edition_pdf", "edition_docx", "edition_txt"}
    | {
        "accessibility",
        "privacy",
        "robots",
        "sitemap",
        "pdf",
        "docx",
        "plain_text",
    }
)
SHOWN_ELSEWHERE = {"card", "embed", "copy_text"}
"""Responses that other sites may show, in every language."""
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CSP = {
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
}


def route_names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "admin/":
                yield from route_names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def test_every_public_address_is_listed_here() -> None:
    assert set(route_names(get_resolver().url_patterns)) == set(PUBLIC)


def assert_headers(response: Any, *, shared: bool = False, framed: bool = False) -> None:
    headers, path = response.headers, response.wsgi_request.path
    for name, value in EXPECTED.items():
        assert headers.get(name) == (None if framed and name == "X-Frame-Options" else value), path
    ancestors = {"frame-ancestors *"} if framed else {"frame-ancestors 'none'"}
    assert set(headers["Content-Security-Policy"].split("; ")) == CSP - {"frame-ancestors 'none'"} | ancestors, path
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin"), path
    assert "geolocation=()" in headers["Permissions-Policy"], path
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), path
    assert "Server" not in headers, path
    assert "Set-Cookie" not in headers, path
    assert "X-Robots-Tag" not in headers, path


def test_public_addresses_have_the_expected_headers(client: Client, appeal: Appeal) -> None:
    """Each address in each language once: eight seconds."""
    approved(appeal)
    get_or_create_appeal("demo", statement(), at=NOON)  # beside it: X-Robots-Tag is for its pages alone
    freeze(SLUG, dated=NOON.date(), addressee="The President", by=MODERATOR, at=NOON)
    with documents_in_process():
        responses = {
            (prefix, name): client.get(prefix + PUBLIC[name]) for prefix in ("", "/ru", "/ky") for name in PUBLIC
        }
    for (prefix, name), response in responses.items():
        shared = name in SHOWN_ELSEWHERE or (name in DATA and not prefix)
        assert_headers(response, shared=shared, framed=name == "embed")
        cached = "public, no-cache" if name in REVALIDATED and response.status_code < 400 else "no-store"
        assert response["Cache-Control"] == cached, prefix + PUBLIC[name]
        assert "Cookie" not in response.get("Vary", "")


def test_staff_addresses_are_never_stored(staff: Client, client: Client, appeal: Appeal) -> None:
    for browser in (staff, client):
        for path in STAFF:
            response = browser.get(path)
            assert "no-store" in response["Cache-Control"], path
            assert set(response["Content-Security-Policy"].split("; ")) == CSP, path
            assert response["X-Frame-Options"] == "DENY", path


def test_static_files_have_the_headers_too(client: Client, appeal: Appeal) -> None:
    page = client.get(f"/appeals/{SLUG}/").content.decode()
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    response = client.get(address)
    assert b"".join(response)  # reads the file, which closes it
    assert response.status_code == 200
    assert_headers(response)
    assert "immutable" in response["Cache-Control"]


def test_the_site_is_served_through_the_page_cache(db: None) -> None:
    from petition import wsgi  # loads the static files, which a fixture collects

    assert isinstance(wsgi._published_pages, PublishedPagesMiddleware)


ERRORS = {
    400: ("get", f"/appeals/{SLUG}/signatories/?q=%00"),
    403: ("foreign post", f"/appeals/{SLUG}/endorse/"),
    404: ("get", "/nowhere/"),
    405: ("put", f"/appeals/{SLUG}/"),
    413: ("large post", f"/appeals/{SLUG}/endorse/"),
    302: ("get", "/"),
    301: ("get", f"/appeals/{SLUG}"),
}


def send_for(status: int) -> Any:
    """Send what gives this status."""
    client, (kind, path) = Client(headers={"host": "127.0.0.1:8000"}), ERRORS[status]
    if kind == "foreign post":
        return client.post(path, {"a": "b"}, headers={"origin": "https://evil.example"})
    if kind == "large post":
        return client.post(path, "a" * 70_000, content_type="application/x-www-form-urlencoded")
    return client.put(path) if kind == "put" else client.get(path)


def test_errors_and_redirects_have_the_headers_too(appeal: Appeal) -> None:
    for status in ERRORS:
        response = send_for(status)
        assert response.status_code == status
        assert_headers(response)
        assert response["Cache-Control"] == "no-store", status


def test_every_staff_address_has_the_headers_for_staff_and_strangers(staff: Client, appeal: Appeal) -> None:
    """Each address below /admin/ by GET, a hundred twice: what is refused or not there is a page with them too."""
    paths = {"/" + re.sub(r"<[^>]+>", "1", route) for route in ROUTES.values()} - {"/admin/logout/"}
    assert len(paths) > 60
    for browser in (staff, Client(headers={"host": "127.0.0.1:8000"})):
        for path in sorted(paths):
            response = browser.get(path)
            headers = response.headers
            assert "no-store" in headers["Cache-Control"], path
            assert set(headers["Content-Security-Policy"].split("; ")) == CSP, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
            assert headers["X-Frame-Options"] == "DENY", path
