"""The preview of the line in Chromium: by its button without JavaScript, on leaving a field with it."""

import pytest
from playwright.sync_api import expect

from tests.browser.states import FORM, Visit

LINE = "Ойдон чыгарылган «Үлгү» фонду (ҮФ, Kyrgyzstan)"


def fill_line(visit: Visit) -> None:
    visit.page.locator("[name=organisation_name]").fill("Ойдон чыгарылган «Үлгү» фонду")
    visit.page.locator("[name=acronym]").fill("ҮФ")
    visit.page.locator("[name=countries]").first.select_option("KG")


def test_without_javascript_a_button_shows_the_line(phone: Visit) -> None:
    page = phone.page
    phone.open(FORM)
    fill_line(phone)
    page.locator("[name=contact_name]").fill("Асел")
    page.locator("[name=authority]").check()
    phone.press("[name=preview]")
    expect(page.get_by_role("status").last).to_have_text(f"This is how the line will be printed: {LINE}")
    expect(page.get_by_role("status").last).to_be_focused()
    expect(page.locator("[name=contact_name]")).to_have_value("Асел")
    expect(page.locator("[name=authority]")).to_be_checked()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.locator("[name=display][value=withheld]").check()
    phone.press("[name=preview]")
    expect(page.get_by_role("status").last).to_have_text("Not named: no line will be printed.")


@pytest.mark.parametrize("field", ["organisation_name", "website", "contact_email"])
def test_enter_in_a_field_sends_the_form_and_shows_no_preview(phone: Visit, field: str) -> None:
    page = phone.page
    phone.open(FORM)
    phone.fill(f"enter-{field.replace('_', '-')}@demo.example")
    with page.expect_navigation():
        page.locator(f"[name={field}]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")


def test_the_button_of_enter_is_nobodys_stop(phone: Visit) -> None:
    page = phone.page
    phone.open(FORM)
    expect(page.get_by_role("button", name="Join the appeal")).to_have_count(1)
    page.locator(".truth a").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[name=organisation_name]")).to_be_focused()
