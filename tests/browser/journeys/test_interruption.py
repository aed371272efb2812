"""What is left of a half-filled form: the organisation, in this tab, and never a person."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.screens.states import FORM, Visit
from tests.factories import SLUG

PERSON = ("contact_name", "contact_role", "contact_email")
DECLARATIONS = ("authority", "consent_processing", "consent_publication")


def fill(visit: Visit, address: str = "canary@canary.example") -> None:
    """All of the form, with a person who is easy to find again."""
    visit.fill(address)
    for name, value in (("acronym", "ҮФ"), ("website", "www.ulgu.example"), ("contact_name", "Canary")):
        visit.page.locator(f"[name={name}]").fill(value)
    visit.page.locator("[name=countries]").nth(0).select_option("KG")
    for _ in range(2):
        visit.page.get_by_role("button", name="Add another country").click()
    visit.page.locator("[name=countries]").nth(2).select_option("DE")
    visit.page.locator("[name=member]").check()


def expect_organisation(visit: Visit) -> None:
    page = visit.page
    expect(page.locator("[name=organisation_name]")).to_have_value("Ойдон чыгарылган «Үлгү» фонду")
    expect(page.locator("[name=acronym]")).to_have_value("ҮФ")
    expect(page.locator("[name=website]")).to_have_value("www.ulgu.example")
    for place, code in enumerate(("KG", "", "DE")):
        expect(page.locator("[name=countries]").nth(place)).to_have_value(code)
    expect(page.locator("[name=display][value=named]")).to_be_checked()
    expect(page.locator("[name=member]")).to_be_checked()


def expect_no_person(visit: Visit) -> None:
    for name in PERSON:
        expect(visit.page.locator(f"[name={name}]")).to_have_value("")
    for name in DECLARATIONS:
        expect(visit.page.locator(f"[name={name}]")).not_to_be_checked()


def expect_nothing(visit: Visit) -> None:
    expect_no_person(visit)
    for name in ("organisation_name", "acronym", "website"):
        expect(visit.page.locator(f"[name={name}]")).to_have_value("")
    expect(visit.page.locator("[type=radio]:checked, [type=checkbox]:checked")).to_have_count(0)
    expect(visit.page.locator(".interrupted")).to_be_hidden()


def kept(visit: Visit) -> dict[str, str]:
    """All that this tab and this browser keep for the site."""
    return dict(visit.page.evaluate("({...sessionStorage, ...localStorage})"))


def test_coming_back_restores_the_organisation_and_no_person(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    tab.open(f"/appeals/{SLUG}/")
    tab.open(FORM)
    expect_organisation(tab)
    expect_no_person(tab)
    expect(tab.page.locator(".interrupted")).to_be_visible()
    expect(tab.page.locator("output")).to_contain_text("фонду (ҮФ, Kyrgyzstan, Germany)")
    assert tab.page.context.cookies() == []
    assert tab.overflow() <= 0


@pytest.mark.long
def test_another_language_restores_it_and_another_appeal_does_not(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    tab.press(".languages [lang=ru]")
    expect_organisation(tab)
    tab.open("/appeals/demo/endorse/")
    expect_nothing(tab)


def test_a_form_that_failed_to_send_is_restored(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    tab.page.context.set_offline(True)
    tab.page.locator("[type=submit]").click()
    tab.page.wait_for_url(re.compile("^chrome-error:"))
    tab.page.context.set_offline(False)
    tab.open(FORM)
    expect_organisation(tab)
    expect_no_person(tab)


@pytest.mark.long
def test_reloading_keeps_the_organisation(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    tab.page.reload()
    expect_organisation(tab)


def test_no_personal_data_is_stored(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    assert list(kept(tab)) == [f"endorse:{SLUG}"]
    fields = json.loads(kept(tab)[f"endorse:{SLUG}"])
    assert set(fields) == {"organisation_name", "acronym", "countries", "website", "display", "member"}
    assert "anary" not in str(kept(tab))


@pytest.mark.long
def test_another_tab_restores_nothing(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    other = Visit(tab.page.context, tab.site)
    other.open(FORM)
    expect_nothing(other)


@pytest.mark.long
def test_the_clear_button_empties_the_form(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab)
    tab.open(FORM)
    tab.page.get_by_role("button", name="Clear it").click()
    expect_nothing(tab)
    expect(tab.page.locator("[name=organisation_name]")).to_be_focused()
    expect(tab.page.locator("output")).to_have_text("")
    assert kept(tab) == {}
    tab.open(FORM)
    expect_nothing(tab)


@pytest.mark.long
def test_fields_emptied_by_hand_stay_empty(tab: Visit) -> None:
    tab.open(FORM)
    tab.page.locator("[name=acronym]").fill("ҮФ")
    assert kept(tab)
    tab.page.locator("[name=acronym]").fill("")
    assert kept(tab) == {}


def test_an_accepted_form_leaves_nothing_stored(tab: Visit) -> None:
    tab.open(FORM)
    fill(tab, "accepted@canary.example")
    tab.press("[type=submit]")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    assert kept(tab) == {}
    tab.open(FORM)
    expect_nothing(tab)


@pytest.mark.long
def test_values_from_the_server_are_not_replaced(tab: Visit) -> None:
    tab.open(FORM)
    tab.page.locator("[name=acronym]").fill("ҮФ")
    other = {"organisation_name": ["Other"], "acronym": ["Other"]}
    for typed in ("ҮФ", ""):
        tab.page.locator("[name=acronym]").fill(typed)
        tab.page.evaluate(
            "([key, value]) => sessionStorage.setItem(key, value)", [f"endorse:{SLUG}", json.dumps(other)]
        )
        tab.press("[type=submit]")
        expect(tab.page.locator("[name=acronym]")).to_have_value(typed)
        expect(tab.page.locator("[name=organisation_name]")).to_have_value("")
        expect(tab.page.locator(".interrupted")).to_be_hidden()
        assert "Other" not in str(kept(tab))


@pytest.mark.long
@pytest.mark.parametrize("left", ["no JSON", "null", '"text"', "[]", "{}"])
def test_invalid_stored_data_is_ignored(tab: Visit, left: str) -> None:
    tab.open(FORM)
    tab.page.evaluate("([key, value]) => sessionStorage.setItem(key, value)", [f"endorse:{SLUG}", left])
    tab.open(FORM)
    expect_nothing(tab)
    assert tab.complaints == []


@pytest.mark.long
def test_the_form_works_with_blocked_storage(new_tab: Visit) -> None:
    new_tab.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    new_tab.open(FORM)
    fill(new_tab, "blocked@canary.example")
    expect(new_tab.page.locator("output")).to_contain_text("фонду (ҮФ, Kyrgyzstan, Germany)")
    new_tab.press("[type=submit]")
    expect(new_tab.page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    assert new_tab.complaints == []
