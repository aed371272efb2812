"""What an organisation does over the years, on a small phone, without JavaScript and by keyboard alone."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.journeys.test_journey import approve
from tests.browser.journeys.test_way_out import confirm_form, wait_until_listed
from tests.browser.screens.states import FORM, Visit
from tests.site import SLUG

MOST_TABS = 80
LANGUAGES = ("en", "ru", "ky")


def tab_to(page: Page, target: Locator) -> None:
    """Move the focus to `target` with the Tab key."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


def press(page: Page, role: str, name: str) -> None:
    """Press the link or button by keyboard and wait for the next page."""
    control = page.locator("main").get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    tab_to(page, control)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def expect_heading(page: Page, words: str, language: str) -> None:
    """Wait for the heading `words` in `language`."""
    with translation.override(language):
        expect(heading(page)).to_have_text(gettext(words))
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize(
    "language",
    [language if language == "ru" else pytest.param(language, marks=pytest.mark.long) for language in LANGUAGES],
)
def test_endorsing_by_name_in_each_language(phone: Visit, language: str) -> None:
    page, address = phone.page, f"{language}@three.example"
    phone.prefix = "" if language == "en" else f"/{language}"
    phone.open(FORM)
    for name, text in (
        ("organisation_name", f"Үч тил {language}"),
        ("display", " "),
        ("contact_name", "Асел"),
        ("contact_role", "төрайым"),
        ("contact_email", address),
        *((name, " ") for name in ("authority", "consent_processing", "consent_publication")),
    ):
        tab_to(page, page.locator(f"[name={name}]").first)
        page.keyboard.type(text)
    tab_to(page, page.locator("form .button[type=submit]"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect_heading(page, "Check your e-mail", language)
    word = page.locator("[lang=zxx]").inner_text()
    mail = phone.site.mail_to(address)
    assert word in mail
    page.goto(re.findall(r"http\S+/confirm/", mail)[0])
    expect_heading(page, "Confirm your endorsement", language)
    tab_to(page, page.locator("main .button"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect_heading(page, "Your endorsement is confirmed", language)
    assert page.context.cookies() == []


@pytest.mark.long
def test_endorsing_without_a_name(phone: Visit, browser: Browser) -> None:
    page = phone.page
    phone.open(FORM)
    phone.fill("unseen@fund.example", display="withheld")
    page.locator("[name=organisation_name]").fill("Көрүнбөс фонд")
    page.locator("[name=consent_publication]").uncheck()
    phone.press("form .button[type=submit]")
    page.goto(re.findall(r"http\S+/confirm/", phone.site.mail_to("unseen@fund.example"))[0])
    expect(page.get_by_text("We will count this organisation and not publish its name:")).to_be_visible()
    press(page, "button", "Confirm this endorsement")
    expect(page.get_by_text("You do not need to do anything")).to_be_visible()
    approve(browser, phone, "Көрүнбөс фонд")
    (own,) = re.findall(r"http\S+/endorsements/\S+", phone.site.mail_to("unseen@fund.example", number=2))
    page.goto(own)
    expect(page.get_by_text("We do not publish your name.")).to_be_visible()
    for path in (f"/appeals/{SLUG}/", f"/appeals/{SLUG}/signatories/"):
        phone.open(path)
        expect(page.get_by_text("Көрүнбөс фонд")).to_have_count(0)


@pytest.mark.long  # twelve seconds: a moderator signs in twice
def test_correcting_an_entry_and_answering_a_question(phone: Visit, browser: Browser) -> None:
    page = phone.page
    _, own = confirm_form(phone, "Туура эмес фонд")
    page.goto(own)
    press(page, "link", "Correct the entry")
    name = page.locator("[name=organisation_name]")
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type("=1")
    press(page, "button", "Send the correction")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(name).to_have_value("=1")
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type("Туура фонд")
    press(page, "button", "Send the correction")
    expect(page.get_by_text("The secretariat checks your correction")).to_be_visible()
    press(page, "link", "Back to your organisation’s page")
    expect(page.get_by_text("Туура эмес фонд")).to_be_visible()

    return_with_question(browser, phone, "Туура эмес фонд", "Who are you?")
    page.goto(re.findall(r"http\S+/endorsements/\S+", phone.site.mail_to(phone.address, number=3))[0])
    expect(page.get_by_text("Who are you?")).to_be_visible()
    tab_to(page, page.locator("[name=answer]"))
    page.keyboard.type("A fund in Osh.")
    press(page, "button", "Send the answer")
    expect(page.get_by_text("We have your answer.")).to_be_visible()


def return_with_question(browser: Browser, visitor: Visit, name: str, question: str) -> None:
    """Return the endorsement with a question, as a moderator."""
    visit = Visit(browser.new_context(java_script_enabled=False), visitor.site)
    visit.sign_in()
    visit.find(name)
    visit.page.get_by_role("link", name=name).first.click()
    visit.page.get_by_text("Ask…", exact=True).click()
    visit.page.get_by_label("Question to the organisation").fill(question)
    visit.page.get_by_role("button", name="Send the question").click()
    visit.page.context.close()


@pytest.mark.parametrize(
    ("link", "done"),
    [
        ("Remove our name", "no longer publish your name"),
        pytest.param("Withdraw the endorsement", "is withdrawn", marks=pytest.mark.long),
    ],
)
def test_removal_takes_two_presses_and_is_immediate(phone: Visit, browser: Browser, link: str, done: str) -> None:
    page, name = phone.page, f"Кетүүчү фонд {len(link)}"
    _, own = confirm_form(phone, name)
    approve(browser, phone, name)
    wait_until_listed(phone, name)
    page.goto(own)
    press(page, "link", link)
    expect(page.get_by_text(name)).to_be_visible()
    press(page, "button", link)
    expect(page.locator("main").get_by_text(done)).to_be_visible()
    for _ in range(30):
        phone.open(f"/appeals/{SLUG}/signatories/")
        if not page.get_by_text(name).count():
            break
        page.wait_for_timeout(100)
    expect(page.get_by_text(name)).to_have_count(0)
