"""Every public page in every state."""

import json
import re
from collections.abc import Callable
from urllib.request import urlopen

from tests.browser.visit import CHANGE, FORM, Visit, at, confirm_page, confirmed_page, entered
from tests.site import SLUG


def _form_with_errors(visit: Visit) -> None:
    visit.open(FORM)
    visit.page.locator("[name=organisation_name]").fill("=Made-up")
    visit.press("[type=submit]")


def _form_preview(visit: Visit) -> None:
    visit.open(FORM)
    visit.fill("preview@demo.example")
    visit.page.locator("[name=preview]").click()
    visit.page.locator("output .printed:not(:empty)").wait_for()


def _form_after_an_interruption(visit: Visit) -> None:
    visit.open(FORM)
    visit.fill("interrupted@demo.example")
    visit.open(FORM)
    visit.page.locator(".interrupted button").wait_for()


def _check_mail(visit: Visit) -> None:
    visit.open(FORM)
    visit.fill(f"visit{next(visit.site.numbers)}@demo.example", display="withheld")
    visit.press("[type=submit]")


def _own_page(visit: Visit) -> None:
    visit.open(visit.make_own_page())


def _own_step(step: str) -> Callable[[Visit], None]:
    """A step of an own page: always of the same endorsement, since looking at a step changes nothing."""

    def go(visit: Visit) -> None:
        if "own page" not in visit.site.kept:
            visit.site.kept["own page"] = visit.make_own_page()
        visit.open(f"{visit.site.kept['own page']}{step}")

    return go


def _own_step_with_errors(visit: Visit) -> None:
    _own_step("correction/")(visit)
    visit.page.locator("[name=organisation_name]").fill("=Made-up")
    visit.press("main form .button")


def _own_step_done(visit: Visit) -> None:
    _own_step("code/")(visit)
    visit.press("main form button")


def _own_page_with_question(visit: Visit) -> None:
    visit.make_own_page()
    visit.sign_in()
    visit.find(visit.name)
    visit.press(f".staff-queue th a:has-text('{visit.name}')")
    visit.unfold("#ask-words").fill("Who decided this in your organisation?")
    visit.press(".staff-ask")
    (link,) = re.findall(r"http\S+/endorsements/\S+", visit.site.mail_to(visit.address, number=3))
    visit.page.goto(link)


def _way_out(visit: Visit) -> None:
    confirmed_page(visit)
    code = visit.page.locator(".code-to-keep").inner_text()
    visit.open(CHANGE)
    visit.page.locator("[name=code]").fill(code)
    visit.press(f"[action$='{CHANGE}code/'] button")


def _left(visit: Visit) -> None:
    _way_out(visit)
    visit.press("[value=stop_being_named]")


def _change_with_errors(visit: Visit) -> None:
    visit.open(CHANGE)
    visit.page.locator("[name=line]").fill("original-12")
    visit.press(f"[action$='{CHANGE}message/'] button")


def _erased_page(visit: Visit) -> None:
    confirm_page(visit)
    visit.press("[name=not_me]")


def _wrong_code(visit: Visit) -> None:
    visit.open("/code/")
    visit.page.locator("[name=code]").fill("AAA-AAA-AAA-AAA")
    visit.press("form button")


def _confirm_entered(visit: Visit) -> None:
    entered("email")(visit)
    confirm = re.findall(r"/endorsements/\S+/confirm/", visit.site.mail_to(visit.address))[0]
    visit.open(confirm)


def _confirm_entered_errors(visit: Visit) -> None:
    _confirm_entered(visit)
    visit.press(".button")


def _without_database(visit: Visit) -> None:
    path = f"{visit.prefix}/appeals/{SLUG}/"
    page = visit.site.output_of("-m", "tests.browser.screens.without_list", path)
    visit.page.route(f"**{path}", lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"))
    visit.open(f"/appeals/{SLUG}/")


def _form_paused(visit: Visit) -> None:
    visit.site.manage("level", "closed")
    visit.open(FORM)
    visit.site.manage("level", "normal")


def _permanent_link(visit: Visit) -> None:
    with urlopen(f"{visit.site.url}/appeals/demo/signatories.json") as answer:
        listed = json.load(answer)["signatories"]
    visit.open(f"/appeals/demo/signatories/{listed[-1]['id']}/")


def _edition(visit: Visit) -> None:
    """Freeze the edition on the staff pages, unless another visit did."""
    visit.sign_in()
    visit.open("/admin/editions/")
    today = visit.page.locator("[name=dated]").input_value()
    visit.page.locator("[name=addressee]").fill("President of the Kyrgyz Republic")
    visit.press(".staff-approve")
    visit.complaints.clear()  # Chromium reports the 422 of the second visit
    visit.open(f"/appeals/{SLUG}/editions/{today}/")


PUBLIC: dict[str, Callable[[Visit], None]] = {
    "appeal": at(f"/appeals/{SLUG}/"),
    "demonstration": at("/appeals/demo/"),
    "appeal-without-database": _without_database,
    "list": at(f"/appeals/{SLUG}/signatories/"),
    "list-demonstration": at("/appeals/demo/signatories/"),
    "list-line": _permanent_link,
    "list-found": at("/appeals/demo/signatories/?q=vydumannyi&country=KG&kind=further"),
    "list-nothing-found": at(f"/appeals/{SLUG}/signatories/?q=%E2%80%9C"),
    "changes": at("/appeals/demo/changes/"),
    "figures": at(f"/appeals/{SLUG}/figures/"),
    "figures-demonstration": at("/appeals/demo/figures/"),
    "edition": _edition,
    "widget": at(f"/appeals/{SLUG}/embed/"),
    "widget-demonstration": at("/appeals/demo/embed/"),
    "form": at(FORM),
    "form-errors": _form_with_errors,
    "form-preview": _form_preview,
    "form-interrupted": _form_after_an_interruption,
    "check-mail": _check_mail,
    "form-paused": _form_paused,
    "code": at("/code/"),
    "code-wrong": _wrong_code,
    "confirm": confirm_page,
    "confirm-done": confirmed_page,
    "confirm-entered": _confirm_entered,
    "confirm-entered-errors": _confirm_entered_errors,
    "confirm-erased": _erased_page,
    "own-page": _own_page,
    "own-page-question": _own_page_with_question,
    **{
        f"own-{step}": _own_step(f"{step}/")
        for step in ("contact", "correction", "forget", "links", "stop", "withdraw")
    },
    "own-correction-errors": _own_step_with_errors,
    "own-code-done": _own_step_done,
    "own-not-possible": _own_step("named/"),
    "change": at(CHANGE),
    "change-errors": _change_with_errors,
    "change-sent": at(f"{CHANGE}sent/"),
    "change-message-sent": at(f"{CHANGE}message/sent/"),
    "change-way-out": _way_out,
    "change-left": _left,
    "link-unknown": at(f"/endorsements/{'A' * 43}/confirm/"),
    "accessibility": at("/accessibility/"),
    "privacy": at("/privacy/"),
    "not-found": at("/nothing/"),
}
