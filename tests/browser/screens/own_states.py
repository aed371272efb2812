"""The organisation's own page after each thing that is done there, and what its mails lead to."""

import re
from collections.abc import Callable

from tests.browser.visit import CHANGE, FORM, State, Visit, at, confirm_page
from tests.site import SLUG


def _done(step: str) -> State:
    def go(visit: Visit) -> None:
        visit.open(f"{visit.make_own_page()}{step}/")
        visit.press("main form button")

    return go


def _correction_done(visit: Visit) -> None:
    visit.open(f"{visit.make_own_page()}correction/")
    visit.page.locator("[name=organisation_name]").fill("Оңдолгон фонд")
    visit.press("main form .button")


def _contact_errors(visit: Visit) -> None:
    visit.open(f"{visit.make_own_page()}contact/")
    visit.press("main form button")


def _contact_done(visit: Visit) -> None:
    visit.open(f"{visit.make_own_page()}contact/")
    visit.address = f"new{next(visit.site.numbers)}@demo.example"
    for name, text in (("name", "Made-up Other"), ("role", "Tester"), ("email", visit.address)):
        visit.page.locator(f"[name=contact_{name}]").fill(text)
    visit.press("main form button")


def _agree_contact(visit: Visit) -> None:
    _contact_done(visit)
    visit.page.goto(re.findall(r"http\S+/agree-contact/", visit.site.mail_to(visit.address))[0])


def _agreed(visit: Visit) -> None:
    _agree_contact(visit)
    visit.press("main form button")


def _withdrawn(visit: Visit) -> str:
    path = visit.make_own_page()
    visit.open(f"{path}withdraw/")
    visit.press("main form button")
    visit.open(path)
    return path


def _withdrawn_forget(visit: Visit) -> None:
    _own_page_of(_withdrawn, "forget")(visit)


def _withdrawn_forgotten(visit: Visit) -> None:
    _withdrawn_forget(visit)
    visit.press("main form button")


def _decided(visit: Visit, decision: str, display: str = "named") -> str:
    """A moderator has decided on a fresh endorsement; the path of its own page."""
    name = f"Чечилген фонд {next(visit.site.numbers)}"
    path = visit.make_own_page(display=display, name=name)
    visit.sign_in()
    visit.find(name)
    visit.press(f".staff-queue th a:has-text('{name}')")
    if decision == "reject":
        visit.unfold("[name=reason][value=unverified]").check()
    visit.decide(f"[name=decision][value={decision}]")
    visit.open(path)
    return path


def _rejected(visit: Visit) -> str:
    return _decided(visit, "reject")


def _own_page_of(bring: Callable[[Visit], str], step: str = "") -> State:
    """Of the endorsement whose own page `bring` opens; with `step` that step of it."""

    def go(visit: Visit) -> None:
        path = bring(visit)
        if step:
            visit.open(f"{path}{step}/")

    return go


def _withheld(visit: Visit) -> str:
    return _decided(visit, "approve", display="withheld")


def _once(bring: Callable[[Visit], str]) -> Callable[[Visit], str]:
    """Do `bring` once for the site, for states that only look at what it leads to."""

    def go(visit: Visit) -> str:
        kept = visit.site.kept
        if bring.__name__ not in kept:
            kept[bring.__name__] = bring(visit)
        else:
            visit.open(kept[bring.__name__])
        return kept[bring.__name__]

    return go


def _named_again(visit: Visit) -> None:
    visit.open(f"{_withheld(visit)}named/")
    visit.press("main form button")
    mails = "".join(visit.site.mail_to(visit.address, number=number) for number in (3, 4))
    visit.page.goto(re.findall(r"http\S+/name-again/", mails)[0])


def _agreed_to_be_named(visit: Visit) -> None:
    _named_again(visit)
    visit.press("main form button")


def _code_done(visit: Visit) -> None:
    """Type in the short code on another device."""
    confirm_page(visit)
    (code,) = re.findall(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b", visit.site.mail_to(visit.address))
    visit.open("/code/")
    visit.page.locator("[name=code]").fill(code)
    visit.press("main form button")


def _wrong_removal_code(visit: Visit) -> None:
    visit.open(CHANGE)
    visit.page.locator("[name=code]").fill("AAA-BBB-CCC-DDD")
    visit.press(f"[action$='{CHANGE}code/'] button")


def _after_the_closing(go: State) -> State:
    """The appeal is closed while the page is made; what has to be done before is not in `go`."""

    def closed(visit: Visit) -> None:
        visit.site.output_of("-m", "tests.browser.closing", SLUG, "closed")
        try:
            go(visit)
        finally:
            visit.site.output_of("-m", "tests.browser.closing", SLUG, "open")

    return closed


def _confirm_closed(visit: Visit) -> None:
    confirm_page(visit)
    _after_the_closing(lambda visit: visit.press(".button"))(visit)


OWN: dict[str, State] = {
    **{f"own-{step}-done": _done(step) for step in ("forget", "links", "stop", "withdraw")},
    "own-correction-done": _correction_done,
    "own-contact-errors": _contact_errors,
    "own-contact-done": _contact_done,
    "own-agree-contact": _agree_contact,
    "own-agree-contact-done": _agreed,
    "own-withdrawn": _own_page_of(_withdrawn),
    "own-withdrawn-forget": _withdrawn_forget,
    "own-withdrawn-forgotten": _withdrawn_forgotten,
    "own-rejected": _own_page_of(_once(_rejected)),
    "own-rejected-withdraw": _own_page_of(_once(_rejected), "withdraw"),
    "own-rejected-forget": _own_page_of(_once(_rejected), "forget"),
    "own-withheld": _own_page_of(_once(_withheld)),
    "own-named": _own_page_of(_once(_withheld), "named"),
    "own-named-again": _named_again,
    "own-named-again-done": _agreed_to_be_named,
    "own-link-unknown": at(f"/endorsements/{'A' * 43}/"),
    "code-done": _code_done,
    "change-code-wrong": _wrong_removal_code,
    "form-closed": _after_the_closing(at(FORM)),
    "confirm-closed": _confirm_closed,
}
