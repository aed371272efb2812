"""The preview of the line in Chromium: by its button without JavaScript, on leaving a field with it."""

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.screens.states import FORM, Visit

pytestmark = pytest.mark.long  # each opens the form and waits for its answer

LINE = "Ойдон чыгарылган «Үлгү» фонду (ҮФ, Kyrgyzstan)"


def fill_line(visit: Visit) -> None:
    visit.page.locator("[name=organisation_name]").fill("Ойдон чыгарылган «Үлгү» фонду")
    visit.page.locator("[name=acronym]").fill("ҮФ")
    visit.page.locator("[name=countries]").first.select_option("KG")


def test_without_javascript_a_button_shows_the_entry(phone: Visit) -> None:
    page = phone.page
    phone.open(FORM)
    fill_line(phone)
    page.locator("[name=contact_name]").fill("Асел")
    page.locator("[name=authority]").check()
    phone.press("[name=preview]")
    expect(page.get_by_role("status").last).to_have_text(f"Your organisation will appear on the public list as: {LINE}")
    expect(page.get_by_role("status").last).to_be_focused()
    expect(page.locator("[name=contact_name]")).to_have_value("Асел")
    expect(page.locator("[name=authority]")).to_be_checked()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.locator("[name=display][value=withheld]").check()
    phone.press("[name=preview]")
    expect(page.get_by_role("status").last).to_have_text("Your name will not be published.")


@pytest.mark.parametrize("field", ["organisation_name", "website", "contact_email"])
def test_enter_in_a_field_sends_the_form_and_shows_no_preview(phone: Visit, field: str) -> None:
    page = phone.page
    phone.open(FORM)
    phone.fill(f"enter-{field.replace('_', '-')}@demo.example")
    with page.expect_navigation():
        page.locator(f"[name={field}]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")


def test_the_default_button_is_no_tab_stop(phone: Visit) -> None:
    page = phone.page
    phone.open(FORM)
    expect(page.get_by_role("button", name="Endorse this appeal")).to_have_count(1)
    page.locator("main .kicker a").focus()
    page.keyboard.press("Tab")
    expect(page.locator("[name=organisation_name]")).to_be_focused()


def output(visit: Visit) -> Locator:
    return visit.page.locator("output")


def test_leaving_a_field_shows_the_entry_and_sends_no_personal_data(tab: Visit) -> None:
    bodies: list[str] = []
    tab.page.on("request", lambda request: bodies.append(request.post_data or "") if request.method == "POST" else None)
    tab.open(FORM)
    tab.page.locator("[name=contact_name]").fill("Canary")
    tab.page.locator("[name=contact_role]").fill("Canary")
    tab.page.locator("[name=contact_email]").fill("canary@demo.example")
    tab.page.locator("[name=authority]").check()
    fill_line(tab)
    expect(output(tab)).to_have_text(f"Your organisation will appear on the public list as: {LINE}")
    tab.page.locator("[name=display][value=withheld]").check()
    expect(output(tab)).to_have_text("Your name will not be published.")
    tab.page.locator("[name=website]").fill("www.canary.example")
    tab.page.locator("[name=display][value=named]").check()
    tab.page.locator("[name=preview]").click()
    expect(output(tab)).to_have_text(f"Your organisation will appear on the public list as: {LINE}")
    assert len(bodies) >= 4
    for body in bodies:
        sent = {name for name, _ in parse_qsl(body, keep_blank_values=True)}
        assert sent <= {"organisation_name", "acronym", "countries", "display", "preview"}
        assert "anary" not in body
    tab.page.locator("[name=consent_processing]").check()
    tab.page.locator("[name=consent_publication]").check()
    bodies.clear()
    with tab.page.expect_navigation():
        tab.page.locator("[name=contact_email]").press("Enter")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    assert ["canary%40demo.example" in body for body in bodies] == [True]


def test_an_error_is_shown_and_an_empty_name_shows_nothing(tab: Visit) -> None:
    tab.open(FORM)
    name = tab.page.locator("[name=organisation_name]")
    name.fill("=Fund")
    name.press("Tab")
    expect(output(tab)).to_contain_text("Begin with a letter")
    name.fill("")
    name.press("Tab")
    expect(output(tab)).to_have_text("")
    tab.page.locator("[name=preview]").click()
    expect(output(tab)).to_contain_text("Enter the name of the organisation.")


def test_a_late_answer_does_not_replace_a_newer_one(tab: Visit) -> None:
    held: list[Route] = []
    tab.open(FORM)
    tab.page.route(f"**{FORM}", lambda route: route.continue_() if held else held.append(route))
    fill_line(tab)
    expect(output(tab)).to_contain_text(LINE)
    held[0].fulfill(json={"said": "Late", "line": "Late"})
    tab.page.evaluate("fetch(location.pathname)")  # an answer that was asked for after it has come as well
    expect(output(tab)).to_have_text(f"Your organisation will appear on the public list as: {LINE}")


def test_without_a_connection_only_the_button_shows_an_error(tab: Visit) -> None:
    tab.open(FORM)
    tab.page.context.set_offline(True)
    with tab.page.expect_event("requestfailed"):
        tab.page.locator("[name=organisation_name]").fill("Фонд")
        tab.page.locator("[name=organisation_name]").blur()
    expect(output(tab)).to_have_text("")
    tab.page.locator("[name=preview]").click()
    expect(output(tab)).to_contain_text("No connection")
    expect(tab.page.locator("[name=organisation_name]")).to_have_value("Фонд")
    tab.page.context.set_offline(False)
    tab.page.locator("[name=preview]").click()
    expect(output(tab)).to_have_text("Your organisation will appear on the public list as: Фонд")
    assert [words for words in tab.complaints if "Failed to load resource" not in words] == []
