"""From form to list in Chromium without JavaScript: errors, mail, confirmation, approval."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.screens.states import Visit
from tests.factories import SLUG


def test_from_the_appeal_to_the_list_without_javascript(phone: Visit, browser: Browser) -> None:
    page = phone.page
    phone.open("/")
    page.get_by_role("link", name="Endorse this appeal").first.click()

    page.get_by_label("Name of the organisation").fill("Чын “Жарык” Фонду")
    page.get_by_label("Country 1").select_option("KG")
    page.get_by_label("Your name").fill("Бакыт")
    page.get_by_label("Your e-mail address").fill("bakyt@jaryk.example")
    page.get_by_role("button", name="Endorse this appeal").click()
    expect(page).to_have_title(re.compile("^Error: "))
    assert page.get_by_role("alert").get_by_role("link").count() == 4  # display, role and two declarations
    assert page.get_by_label("Name of the organisation").input_value() == "Чын “Жарык” Фонду"
    assert page.get_by_label("Country 1").input_value() == "KG"

    page.get_by_label("Publish our name.", exact=True).check()
    page.get_by_label("Your role").fill("директор")
    for declaration in ("I am authorised", "The secretariat may store", "If named:"):
        page.get_by_label(declaration).check()
    page.get_by_role("button", name="Endorse this appeal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")

    (link,) = re.findall(r"http\S+/confirm/", phone.site.mail_to("bakyt@jaryk.example"))
    page.goto(link)
    expect(page.get_by_text("Чын “Жарык” Фонду (Kyrgyzstan)")).to_be_visible()
    page.get_by_role("button", name="Confirm this endorsement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your endorsement is confirmed")
    assert page.context.cookies() == []

    approve(browser, phone, "Чын “Жарык” Фонду")
    phone.open(f"/appeals/{SLUG}/")
    for _ in range(20):
        if page.get_by_text("Чын “Жарык” Фонду (Kyrgyzstan)").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator(".roll:not(.paper)").get_by_text("Чын “Жарык” Фонду (Kyrgyzstan)")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your endorsement was accepted")


def approve(browser: Browser, visitor: Visit, name: str) -> None:
    """Sign in as a moderator, review it and press the button, also without JavaScript."""
    staff = Visit(browser.new_context(java_script_enabled=False), visitor.site)
    staff.sign_in()
    staff.find(name)
    staff.page.get_by_role("row", name=name).get_by_role("link", name="Review").click()
    staff.page.get_by_role("button", name="Approve").click()
    expect(staff.page.locator(".success")).to_have_text(re.compile(r": Approved\."))
    staff.page.context.close()


def test_the_keyboard_alone_sends_the_form(phone: Visit) -> None:
    page = phone.page
    phone.open(f"/appeals/{SLUG}/endorse/")
    page.get_by_label("Name of the organisation").focus()
    type_and_tab = ["Тез Фонд", "", "", "", "", ""]  # name, acronym, three lists, website
    for text in type_and_tab:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # named
    for _ in range(3):
        page.keyboard.press("Tab")  # past “a member” and the preview
    for text in ("Айгүл", "тең төрага", "aigul@tez.example"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past “how we handle what you enter”
    for _ in range(3):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the text that is joined
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")


def test_the_code_can_be_typed_instead(phone: Visit) -> None:
    page = phone.page
    phone.open(f"/ru/appeals/{SLUG}/endorse/")
    page.locator("[name=organisation_name]").fill("Фонд Код")
    page.locator("[name=contact_name]").fill("Н. Н.")
    page.locator("[name=contact_role]").fill("директор")
    page.locator("[name=contact_email]").fill("nn@kod.example")
    page.locator("[name=display][value=withheld]").check()
    page.locator("[name=authority]").check()
    page.locator("[name=consent_processing]").check()
    phone.press("[type=submit]")
    mail = phone.site.mail_to("nn@kod.example")
    (code,) = re.findall(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b", mail)
    assert "/ru/endorsements/" in mail
    page.locator("[name=code]").fill("AAA-AAA-AAA-AAA")
    phone.press("form button")
    expect(page.locator("[name=code]")).to_have_value("AAA-AAA-AAA-AAA")
    page.locator("[name=code]").fill(code.lower())
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ваша заявка подтверждена")
