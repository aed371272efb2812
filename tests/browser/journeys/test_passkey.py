"""A passkey from the first press to the second sign-in, with a made-up authenticator, under the site's own policy."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens.states import STATES, Visit
from tests.site import Site

pytestmark = pytest.mark.long  # a passkey is set up first

PASS_PHRASE = "seven horses over the pass"


def test_a_passkey_is_the_second_factor(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    chief = Visit(context, site)
    STATES["invitation"](chief)
    link = chief.page.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    name = re.sub(r"\s+", "", chief.page.locator("form strong").inner_text())
    context.close()

    context = browser.new_context(locale="en-GB")
    visit = Visit(context, site)
    with_an_authenticator(visit.page)
    page, home = visit.page, site.url.replace("127.0.0.1", "localhost")
    page.goto(link)
    for field in ("new_password1", "new_password2"):
        page.locator(f"[name={field}]").fill(PASS_PHRASE)
    visit.press("button.default")
    sign_in(visit, name)
    page.goto(f"{home}/admin/second-factor/webauthn/add/")
    page.locator("[name=password]").fill(PASS_PHRASE)
    visit.press("button.default")
    visit.press("#mfa_webauthn_add")
    assert "/recovery-codes/" in page.url
    context.clear_cookies()
    page.goto(f"{home}/admin/")
    sign_in(visit, name)
    assert "/second-factor/authenticate/" in page.url
    visit.press("#mfa_webauthn_authenticate")
    assert page.url == f"{home}/admin/"
    assert [words for words in visit.complaints if "Content Security Policy" in words] == []
    context.close()


def sign_in(visit: Visit, name: str) -> None:
    visit.page.locator("[name=username]").fill(name)
    visit.page.locator("[name=password]").fill(PASS_PHRASE)
    visit.press("button.default")


def with_an_authenticator(page: Page) -> None:
    """Chromium's virtual authenticator, which accepts."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": kind | {"hasResidentKey": True}})
