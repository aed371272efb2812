"""Removal in Chromium, on a small phone without JavaScript: removal code, lost link, a message."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.journeys.test_journey import approve
from tests.browser.screens.states import CHANGE, FORM, Visit
from tests.site import SLUG

pytestmark = pytest.mark.long  # each goes from the form over mails to the list and back

LIST = f"/appeals/{SLUG}/signatories/"


def confirm_form(phone: Visit, name: str) -> tuple[str, str]:
    """Send and confirm a form without drawing it; return the removal code and the own-page link of the mail."""
    confirmed = phone.page.context.request.post(phone.send_form(name=name)).text()
    (code,) = re.findall(r'class="code-to-keep">([^<]+)<', confirmed)
    (link,) = re.findall(r"http\S+/endorsements/\S+", phone.site.mail_to(phone.address, number=2))
    return code, link


def wait_until_listed(phone: Visit, words: str) -> None:
    """Wait until `words` are on the list."""
    for _ in range(30):
        phone.open(LIST)
        if phone.page.locator(".roll").get_by_text(words).count():
            break
        phone.page.wait_for_timeout(100)
    expect(phone.page.locator(".roll").get_by_text(words).last).to_be_visible()


def open_from_footer(phone: Visit) -> Page:
    phone.page.locator("footer").get_by_role("link", name="Change or remove a name").click()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Change or remove a name")
    return phone.page


def test_the_code_alone_removes_the_name(phone: Visit, browser: Browser) -> None:
    code, _ = confirm_form(phone, "Фонд «Выход»")
    approve(browser, phone, "Фонд «Выход»")
    wait_until_listed(phone, "Фонд «Выход»")
    number = phone.page.locator(".roll li", has_text="Фонд «Выход»").get_attribute("id")

    page = open_from_footer(phone)
    page.get_by_role("textbox", name="Removal code").fill("AAA-BBB-CCC-DDD")
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_role("textbox", name="Removal code").input_value() == "AAA-BBB-CCC-DDD"
    page.get_by_role("textbox", name="Removal code").fill(code.lower().replace("-", " "))
    page.get_by_role("textbox", name="Removal code").press("Enter")
    expect(page.get_by_text("Фонд «Выход»")).to_be_visible()
    page.get_by_role("button", name="Remove our name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert not re.search(code.replace("-", ".?"), page.url, re.I)

    assert number
    line = page.locator(f"[id='{number}']")
    for _ in range(30):
        phone.open(LIST)
        if "No longer listed" in line.inner_text():
            break
        page.wait_for_timeout(100)
    expect(line).to_contain_text("No longer listed")
    expect(page.get_by_text("Фонд «Выход»")).to_have_count(0)


def test_a_lost_link_is_sent_again_and_the_old_one_can_be_ended(phone: Visit) -> None:
    _, old = confirm_form(phone, "Фонд «Сылка»")
    mailbox, _, domain = phone.address.title().partition("@")
    phone.open("/appeals/demo/")
    phone.open(FORM)
    page = open_from_footer(phone)
    page.get_by_label("E-mail address that confirmed the endorsement").fill(f"{mailbox}@{domain}")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    links = re.findall(r"http\S+/endorsements/\S+", phone.site.mail_to(f"{mailbox}@{domain.lower()}"))
    page.goto(links[0])
    expect(page.get_by_text("Фонд «Сылка»")).to_be_visible()
    page.goto(old)
    expect(page.get_by_text("Фонд «Сылка»")).to_be_visible()
    page.goto(links[0])
    page.get_by_role("link", name="Switch off other links").click()
    page.get_by_role("button", name="Switch off other links").click()
    expect(page.get_by_text("Only the link that you used today still works.")).to_be_visible()
    page.goto(old)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is not valid")


def test_a_message_is_sent_by_keyboard_alone(phone: Visit) -> None:
    page = phone.page
    phone.open(CHANGE)
    page.get_by_label("We did not agree to this.").focus()
    page.keyboard.press("Space")
    for text in ("original-12", "Our organisation was never asked.", "board@asked.example"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your message")


def test_errors_of_one_form_do_not_affect_the_others(phone: Visit) -> None:
    page = phone.page
    phone.open(CHANGE)
    page.get_by_label("Name or number on the list").fill("original-12")
    page.get_by_role("button", name="Send the message").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_role("alert").get_by_role("link").count() == 2  # what it is about, and the message
    assert page.evaluate("document.activeElement.className") == "summary"
    expect(page.get_by_label("Name or number on the list")).to_have_value("original-12")
    expect(page.get_by_role("textbox", name="Removal code")).not_to_have_attribute("aria-invalid", "true")
