"""Every page in every state, as functions that bring a browser there."""

import json
import re
from collections.abc import Callable
from urllib.request import urlopen

from playwright.sync_api import BrowserContext, Page, Request

from tests.site import SLUG, Site

FORM = f"/appeals/{SLUG}/endorse/"
CHANGE = f"/appeals/{SLUG}/change/"


class Visit:
    """A page in a window of its own, in one language, and everything it asked for or complained about."""

    def __init__(self, context: BrowserContext, site: Site, language: str = "en") -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.prefix = "" if language == "en" else f"/{language}"
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._fetched: list[Request] = []
        self._needed: list[tuple[str, str]] = []
        self.page.on("request", self._note)
        self.page.on("requestfinished", self._keep)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request: Request) -> None:
        if request.is_navigation_request():
            self._needed.clear()
        if request.resource_type != "fetch":  # what a script asks later, when somebody has typed something
            self._needed.append((request.method, request.url))
        self.requests.append(request.url)

    def _keep(self, request: Request) -> None:
        if request.resource_type in {"document", "stylesheet", "script"}:
            self._fetched.append(request)

    def open(self, path: str) -> None:
        """The page at `path`, in the language of this visit where it has one."""
        self.requests.clear()
        self.page.goto(self.site.url + (path if path.startswith("/admin/") else self.prefix + path))

    def press(self, button: str) -> None:
        """The page that answers a press of `button` is there: a click alone returns while the old page still stands."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def weight(self) -> tuple[int, int]:
        """Requests that this page needed; bytes of its HTML, style and script as sent, as if nothing had been kept.

        The icon is no part of the bytes: the browser asks for it when it likes, after the page is there.
        """
        sizes: dict[tuple[str, str], int] = {}
        for request in self._fetched:  # kept by the browser, the second of two counts less: 304, or below zero
            key = (request.method, request.url)
            sizes[key] = max(request.sizes()["responseBodySize"], sizes.get(key, 0))
        return len(self._needed), sum(sizes.get(key, 0) for key in self._needed)

    def fill(self, address: str, *, display: str = "named") -> None:
        """The form as somebody would fill it in."""
        for name, value in (
            ("organisation_name", "Ойдон чыгарылган «Үлгү» фонду"),
            ("contact_name", "Made-up Person"),
            ("contact_role", "Tester"),
            ("contact_email", address),
        ):
            self.page.locator(f"[name={name}]").fill(value)
        self.page.locator(f"[name=display][value={display}]").check()
        for name in ("authority", "consent_processing", "consent_publication"):
            self.page.locator(f"[name={name}]").check()

    def sign_in(self) -> None:
        """As the first administrator."""
        self.open("/admin/")
        if self.page.locator("[name=username]").count():
            self.page.locator("[name=username]").fill("admin")
            self.page.locator("[name=password]").fill(self.site.password)
            self.press("button.default")


def _at(path: str) -> Callable[[Visit], None]:
    return lambda visit: visit.open(path)


def _at_the_desk(path: str) -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        visit.sign_in()
        visit.open(path)

    return go


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


def _confirm_page(visit: Visit) -> None:
    address = f"visit{len(visit.site.mails())}@demo.example"
    visit.open(FORM)
    visit.fill(address)
    visit.press("[type=submit]")
    visit.page.goto(re.findall(r"http\S+/confirm/", visit.site.mail_to(address))[0])


def _confirmed_page(visit: Visit) -> None:
    _confirm_page(visit)
    visit.press(".button")


def _own_page(visit: Visit) -> None:
    _confirmed_page(visit)
    visit.press("main a[href*='/endorsements/']")


def _way_out(visit: Visit) -> None:
    _confirmed_page(visit)
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
    _confirm_page(visit)
    visit.press("[name=not_me]")


def _wrong_code(visit: Visit) -> None:
    visit.open(f"{FORM}code/")
    visit.page.locator("[name=code]").fill("AAA-AAA-AAA")
    visit.press("form button")


def _wrong_password(visit: Visit) -> None:
    visit.open("/admin/login/")
    visit.page.locator("[name=username]").fill("admin")
    visit.page.locator("[name=password]").fill("wrong")
    visit.press("button.default")


def _one_endorsement(visit: Visit) -> None:
    _confirmed_page(visit)
    visit.sign_in()
    visit.press(".desk-queue th a")


def _asked(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.page.locator("#ask-words").fill("Who decided this in your organisation?")
    visit.press(".desk-ask")


def _rejected(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.page.locator("[name=reason][value=unverified]").check()
    visit.page.locator("#reject-note").fill("Nobody answers at their number.")
    visit.press(".desk-reject")


def _respelled(visit: Visit) -> None:
    _one_endorsement(visit)
    here, typed = visit.page.url, visit.page.locator("#spelling-organisation_name")
    stale = visit.page.locator("#spelling-seen").input_value()
    typed.fill("Ойдон чыгарылган «Үлгү» коомдук фонду")
    visit.press(".desk-spelling")
    visit.page.goto(here)
    visit.page.locator("#spelling-seen").evaluate("(field, stale) => { field.value = stale }", stale)
    visit.press(".desk-spelling")


def _entered(origin: str) -> Callable[[Visit], None]:
    """The form of the secretariat is filled in; `origin` is how the organisation wrote."""

    def go(visit: Visit) -> None:
        visit.sign_in()
        visit.open("/admin/enter/")
        visit.page.locator(f"[name=origin][value={origin}]").check()
        visit.page.locator("[name=appeal]").select_option(SLUG)
        for name, text in (
            ("organisation_name", f"Ойдон чыгарылган бирикме {len(visit.site.mails())}"),
            ("contact_name", "Made-up Person"),
            ("contact_role", "Tester"),
            ("contact_email", f"entered{len(visit.site.mails())}@demo.example"),
            ("note", "In the blue folder."),
        ):
            visit.page.locator(f"[name={name}]").fill(text)
        visit.page.locator("[name=display][value=named]").check()
        visit.press(".desk-enter button")

    return go


def _enter_with_errors(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/enter/")
    visit.page.locator(".desk-enter").evaluate("form => { form.noValidate = true }")
    visit.press(".desk-enter button")


def _confirm_entered(visit: Visit) -> None:
    address = f"entered{len(visit.site.mails())}@demo.example"
    _entered("email")(visit)
    confirm = re.findall(r"/endorsements/\S+/confirm/", visit.site.mail_to(address))[0]
    visit.open(confirm)


def _confirm_entered_errors(visit: Visit) -> None:
    _confirm_entered(visit)
    visit.press(".button")


def _reason_preview(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/reasons/unverified/")
    visit.press(".desk-preview")
    visit.page.locator(".desk-letter summary").first.click()


def _link_issued(visit: Visit) -> None:
    _line(visit)
    visit.page.locator("[name=checked]").check()
    visit.press(".desk-link")


def _line(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/lines/")
    visit.page.locator("[name=appeal]").select_option(SLUG)
    visit.page.locator("[name=reference]").fill("original-12")
    visit.press(".desk-open")


def _line_with_note(visit: Visit) -> None:
    _line(visit)
    visit.page.locator("#note-words").fill("Outlawed in Russia in 2023.")
    visit.press("button.desk-note")


def _line_unknown(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/lines/?reference=original-99")


def _notice_preview(visit: Visit) -> None:
    visit.sign_in()
    visit.open(f"/admin/notices/{SLUG}/ru/")
    visit.page.locator(".desk-form textarea").fill("Ваша организация будет названа отдельно от тех, кто подписал.")
    visit.press(".desk-preview")


def _permanent_link(visit: Visit) -> None:
    with urlopen(f"{visit.site.url}/appeals/demo/signatories.json") as answer:
        listed = json.load(answer)["signatories"]
    visit.open(f"/appeals/demo/signatories/{listed[-1]['id']}/")


PUBLIC: dict[str, Callable[[Visit], None]] = {
    "appeal": _at(f"/appeals/{SLUG}/"),
    "demonstration": _at("/appeals/demo/"),
    "list": _at(f"/appeals/{SLUG}/signatories/"),
    "list-demonstration": _at("/appeals/demo/signatories/"),
    "list-line": _permanent_link,
    "figures": _at(f"/appeals/{SLUG}/figures/"),
    "figures-demonstration": _at("/appeals/demo/figures/"),
    "form": _at(FORM),
    "form-errors": _form_with_errors,
    "form-preview": _form_preview,
    "form-interrupted": _form_after_an_interruption,
    "check-mail": _at(f"{FORM}check-mail/"),
    "code": _at(f"{FORM}code/"),
    "code-wrong": _wrong_code,
    "confirm": _confirm_page,
    "confirm-done": _confirmed_page,
    "confirm-entered": _confirm_entered,
    "confirm-entered-errors": _confirm_entered_errors,
    "confirm-erased": _erased_page,
    "own-page": _own_page,
    "change": _at(CHANGE),
    "change-errors": _change_with_errors,
    "change-sent": _at(f"{CHANGE}sent/"),
    "change-message-sent": _at(f"{CHANGE}message/sent/"),
    "change-way-out": _way_out,
    "change-left": _left,
    "link-unknown": _at(f"/endorsements/{'A' * 43}/confirm/"),
    "accessibility": _at("/accessibility/"),
    "privacy": _at("/privacy/"),
    "not-found": _at("/nothing/"),
}
DESK: dict[str, Callable[[Visit], None]] = {
    "sign-in": _at("/admin/login/"),
    "sign-in-wrong": _wrong_password,
    "queue": _at_the_desk("/admin/"),
    "queue-approved": _at_the_desk("/admin/?state=approved"),
    "endorsement": _one_endorsement,
    "endorsement-asked": _asked,
    "endorsement-line": _line_with_note,
    "endorsement-rejected": _rejected,
    "endorsement-respelled": _respelled,
    "endorsement-letter": _entered("letter"),
    "enter": _at_the_desk("/admin/enter/"),
    "enter-errors": _enter_with_errors,
    "hide": _at_the_desk("/admin/hide/"),
    "reasons": _at_the_desk("/admin/reasons/"),
    "reason": _reason_preview,
    "link-issued": _link_issued,
    "lines": _at_the_desk("/admin/lines/"),
    "lines-unknown": _line_unknown,
    "notices": _at_the_desk("/admin/notices/"),
    "notice": _notice_preview,
    "trail": _at_the_desk("/admin/petition/auditevent/"),
    "second-factor": _at_the_desk("/admin/second-factor/"),
    "password": _at_the_desk("/admin/password/"),
}
STATES = PUBLIC | DESK
