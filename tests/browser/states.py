"""Every page in every state, as functions that bring a browser there."""

import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import BrowserContext, Page, Request

from tests.site import ROOT, SLUG, Site

FORM = f"/appeals/{SLUG}/endorse/"
CHANGE = f"/appeals/{SLUG}/change/"


class Visit:
    """A page in a window of its own, in one language, and everything it asked for or complained about."""

    def __init__(self, context: BrowserContext, site: Site, language: str = "en") -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.prefix = "" if language == "en" else f"/{language}"
        self.address = ""  # the mailbox that filled in the form last
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
            ("organisation_name", f"Ойдон чыгарылган «Үлгү» фонду {address.partition('@')[0]}"),
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


def _check_mail(visit: Visit) -> None:
    visit.open(FORM)
    visit.fill(f"visit{next(visit.site.numbers)}@demo.example", display="withheld")
    visit.press("[type=submit]")


def _confirm_page(visit: Visit) -> None:
    visit.address = f"visit{next(visit.site.numbers)}@demo.example"
    visit.open(FORM)
    visit.fill(visit.address)
    visit.press("[type=submit]")
    visit.page.goto(re.findall(r"http\S+/confirm/", visit.site.mail_to(visit.address))[0])


def _confirmed_page(visit: Visit) -> None:
    _confirm_page(visit)
    visit.press(".button")


def _own_page(visit: Visit) -> None:
    _confirmed_page(visit)
    visit.press("main a[href*='/endorsements/']")


def _own_step(step: str) -> Callable[[Visit], None]:
    """A step of an own page: always of the same endorsement, since looking at a step changes nothing."""

    def go(visit: Visit) -> None:
        if "own page" not in visit.site.kept:
            _own_page(visit)
            visit.site.kept["own page"] = urlsplit(visit.page.url).path.removeprefix(visit.prefix)
        visit.open(f"{visit.site.kept['own page']}{step}")

    return go


def _own_step_with_errors(visit: Visit) -> None:
    _own_step("correction/")(visit)
    visit.page.locator("[name=organisation_name]").fill("=Made-up")
    visit.press("main form button")


def _own_step_done(visit: Visit) -> None:
    _own_step("code/")(visit)
    visit.press("main form button")


def _own_page_with_question(visit: Visit) -> None:
    _confirm_page(visit)
    line = visit.page.locator(".printed").inner_text()
    visit.press(".button")
    visit.sign_in()
    while not visit.page.locator(".desk-queue").get_by_text(line).count():
        visit.press("main a[href*='after=']")
    visit.press(f".desk-queue th a:has-text('{line}')")
    visit.page.locator(".desk-form textarea").fill("Who decided this in your organisation?")
    visit.press(".desk-ask")
    (link,) = re.findall(r"http\S+/endorsements/\S+", visit.site.mail_to(visit.address, number=3))
    visit.page.goto(link)


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


def _after_saying_who(path: str) -> Callable[[Visit], None]:
    """What is sensitive asks for the password once more."""

    def go(visit: Visit) -> None:
        visit.sign_in()
        visit.open(path)
        if "/reauthenticate/" in visit.page.url:
            visit.page.locator("[name=password]").fill(visit.site.password)
            visit.press("button.default")

    return go


def _invited(visit: Visit, name: str) -> None:
    _after_saying_who("/admin/staff/invite/")(visit)
    visit.page.locator("[name=name]").fill(name)
    visit.page.locator("[name=mailbox]").fill(f"{name}@demo.example")
    visit.page.locator("[name=roles][value=moderator]").check()
    visit.press("button.desk-approve")


def _one_account(visit: Visit) -> None:
    _invited(visit, f"guest-{next(visit.site.numbers)}")
    visit.press(".desk-queue th a[href$='/staff/2/']")


def _invitation(visit: Visit) -> None:
    name = f"invited-{next(visit.site.numbers)}"
    _invited(visit, name)
    visit.page.context.clear_cookies()
    visit.page.goto(re.findall(r"http\S+/invitation/\S+", visit.site.mail_to(f"{name}@demo.example"))[0])


def _contact(visit: Visit) -> None:
    _one_endorsement(visit)
    visit.press("button.desk-contact")


def _text_as_read(visit: Visit) -> None:
    visit.sign_in()
    visit.open(f"/admin/texts/{SLUG}/ru/")
    visit.page.locator("[name=source]").fill((ROOT / "fixtures" / "statement.txt").read_text(encoding="utf-8"))
    visit.press("button.desk-preview")


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
        number = next(visit.site.numbers)
        visit.address = f"entered{number}@demo.example"
        visit.sign_in()
        visit.open("/admin/enter/")
        visit.page.locator(f"[name=origin][value={origin}]").check()
        visit.page.locator("[name=appeal]").select_option(SLUG)
        for name, text in (
            ("organisation_name", f"Ойдон чыгарылган бирикме {number}"),
            ("contact_name", "Made-up Person"),
            ("contact_role", "Tester"),
            ("contact_email", visit.address),
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
    _entered("email")(visit)
    confirm = re.findall(r"/endorsements/\S+/confirm/", visit.site.mail_to(visit.address))[0]
    visit.open(confirm)


def _confirm_entered_errors(visit: Visit) -> None:
    _confirm_entered(visit)
    visit.press(".button")


def _reason_preview(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/reasons/unverified/")
    visit.press(".desk-preview")
    visit.page.locator(".desk-letter summary").first.click()


def _evidence(visit: Visit) -> None:
    """An imitation of a listed name, checked as no rung allows."""
    visit.open(FORM)
    visit.fill(address := f"imitation{next(visit.site.numbers)}@demo.example")
    visit.page.locator("[name=organisation_name]").fill("Freedorn Nоw")
    visit.press("[type=submit]")
    visit.page.goto(re.findall(r"http\S+/confirm/", visit.site.mail_to(address))[0])
    visit.press(".button")
    visit.sign_in()
    visit.open("/admin/?state=confirmed")
    visit.page.locator(".desk-queue th a", has_text="Freedorn").last.click()
    visit.page.locator(".desk-alike").first.wait_for()
    visit.page.locator("[name=how][value=vouched]").check()
    visit.press(".desk-check")


def _keys(visit: Visit) -> None:
    visit.sign_in()
    visit.page.locator(".desk-keys").click()
    visit.page.locator(".desk-help[open]").wait_for()


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


def _without_database(visit: Visit) -> None:
    path = f"{visit.prefix}/appeals/{SLUG}/"
    page = visit.site.output_of("-m", "tests.browser.without_list", path)
    visit.page.route(f"**{path}", lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"))
    visit.open(f"/appeals/{SLUG}/")


def _form_paused(visit: Visit) -> None:
    visit.site.manage("level", "closed")
    visit.open(FORM)
    visit.site.manage("level", "normal")


def _bulk(visit: Visit) -> None:
    """One is released, or set aside where none is: the queue does not run dry."""
    visit.sign_in()
    visit.open("/admin/?state=quarantined")
    is_release = visit.page.locator(".desk-pick").count() > 0
    if not is_release:
        visit.open("/admin/?state=confirmed")
    visit.page.locator(".desk-pick").first.check()
    visit.press(".desk-bulk-release" if is_release else ".desk-bulk-quarantine")


def _batch(visit: Visit) -> None:
    _bulk(visit)
    visit.press(".desk-begin")


def _batches(visit: Visit) -> None:
    _batch(visit)
    visit.open("/admin/batches/")


def _quarantined(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/?state=quarantined")
    if not visit.page.locator(".desk-pick").count():
        _batch(visit)
        visit.open("/admin/?state=quarantined")


def _quarantined_one(visit: Visit) -> None:
    _quarantined(visit)
    visit.press(".desk-queue th a")


def _permanent_link(visit: Visit) -> None:
    with urlopen(f"{visit.site.url}/appeals/demo/signatories.json") as answer:
        listed = json.load(answer)["signatories"]
    visit.open(f"/appeals/demo/signatories/{listed[-1]['id']}/")


def _edition(visit: Visit) -> None:
    """Frozen at the desk, unless another visit was first."""
    visit.sign_in()
    visit.open("/admin/editions/")
    today = visit.page.locator("[name=dated]").input_value()
    visit.page.locator("[name=addressee]").fill("President of the Kyrgyz Republic")
    visit.press(".desk-approve")
    visit.complaints.clear()  # Chromium reports the 422 of whoever comes second
    visit.open(f"/appeals/{SLUG}/editions/{today}/")


def _edition_preview(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/editions/")
    visit.page.locator("[name=addressee]").fill("Жогорку Кеңеш")
    visit.press(".desk-preview")


def _edition_refused(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/editions/")
    visit.page.locator("[name=dated]").fill("2020-10-09")
    visit.page.locator("[name=addressee]").fill("Жогорку Кеңеш")
    visit.press(".desk-approve")


PUBLIC: dict[str, Callable[[Visit], None]] = {
    "appeal": _at(f"/appeals/{SLUG}/"),
    "demonstration": _at("/appeals/demo/"),
    "appeal-without-database": _without_database,
    "list": _at(f"/appeals/{SLUG}/signatories/"),
    "list-demonstration": _at("/appeals/demo/signatories/"),
    "list-line": _permanent_link,
    "list-found": _at("/appeals/demo/signatories/?q=vydumannyi&country=KG&kind=further"),
    "list-nothing-found": _at(f"/appeals/{SLUG}/signatories/?q=%E2%80%9C"),
    "changes": _at("/appeals/demo/changes/"),
    "figures": _at(f"/appeals/{SLUG}/figures/"),
    "figures-demonstration": _at("/appeals/demo/figures/"),
    "edition": _edition,
    "widget": _at(f"/appeals/{SLUG}/embed/"),
    "widget-demonstration": _at("/appeals/demo/embed/"),
    "form": _at(FORM),
    "form-errors": _form_with_errors,
    "form-preview": _form_preview,
    "form-interrupted": _form_after_an_interruption,
    "check-mail": _check_mail,
    "form-paused": _form_paused,
    "code": _at(f"{FORM}code/"),
    "code-wrong": _wrong_code,
    "confirm": _confirm_page,
    "confirm-done": _confirmed_page,
    "confirm-entered": _confirm_entered,
    "confirm-entered-errors": _confirm_entered_errors,
    "confirm-erased": _erased_page,
    "own-page": _own_page,
    "own-page-question": _own_page_with_question,
    **{f"own-{step}": _own_step(f"{step}/") for step in ("contact", "correction", "forget", "stop", "withdraw")},
    "own-correction-errors": _own_step_with_errors,
    "own-code-done": _own_step_done,
    "own-not-possible": _own_step("named/"),
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
    "queue-filtered": _at_the_desk("/admin/?state=approved&q=freedom&age=overdue"),
    "queue-keys": _keys,
    "endorsement": _one_endorsement,
    "endorsement-asked": _asked,
    "endorsement-evidence": _evidence,
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
    "queue-quarantined": _quarantined,
    "endorsement-quarantined": _quarantined_one,
    "floods": _at_the_desk("/admin/floods/"),
    "bulk": _bulk,
    "batch": _batch,
    "batches": _batches,
    "emergency": _at_the_desk("/admin/site/"),
    "lines": _at_the_desk("/admin/lines/"),
    "lines-unknown": _line_unknown,
    "notices": _at_the_desk("/admin/notices/"),
    "notice": _notice_preview,
    "editions": _edition_preview,
    "editions-refused": _edition_refused,
    "contact": _contact,
    "overview": _at_the_desk("/admin/overview/?appeal=demo"),
    "texts": _at_the_desk("/admin/texts/"),
    "text-read": _text_as_read,
    "opening": _at_the_desk(f"/admin/texts/{SLUG}/opening/"),
    "staff": _at_the_desk("/admin/staff/"),
    "invite": _after_saying_who("/admin/staff/invite/"),
    "account": _one_account,
    "invitation": _invitation,
    "trail-export": _after_saying_who("/admin/petition/auditevent/export/?verb=approve"),
    "passkey": _after_saying_who("/admin/second-factor/webauthn/add/"),
    "trail": _at_the_desk("/admin/petition/auditevent/"),
    "second-factor": _at_the_desk("/admin/second-factor/"),
    "password": _at_the_desk("/admin/password/"),
}
STATES = PUBLIC | DESK
