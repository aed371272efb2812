"""A window onto the site, and the steps that states of its pages have in common."""

import json
import re
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, Request, ViewportSize

from tests.site import SLUG, Site

FORM = f"/appeals/{SLUG}/endorse/"
CHANGE = f"/appeals/{SLUG}/change/"
NAME = "Ойдон чыгарылган «Үлгү» фонду"
State = Callable[["Visit"], None]
"""A function that opens a page in one state."""


PHONE: ViewportSize = {"width": 360, "height": 740}


class Visit:
    """A page in a window of its own, in one language, and everything it asked for or complained about.

    Starting a window costs more than most of what is done in one: `begin_again` makes a used one like new.
    """

    def __init__(self, context: BrowserContext, site: Site, language: str = "en") -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.prefix = "" if language == "en" else f"/{language}"
        self.address = ""  # the mailbox that filled in the form last
        self.name = ""  # the organisation that `send_form` made up last
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._fetched: list[Request] = []
        self._protocol: CDPSession | None = None
        self._needed: list[tuple[str, str]] = []
        self.page.on("request", self._note)
        self.page.on("requestfinished", self._keep)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def begin_again(self, language: str = "en") -> None:
        """Forget what was done here: cookies, what the tab keeps, further tabs, routes, and what was noted.

        Scripts that a test has added to every page would stay: such a test takes a window of its own.
        """
        if not self._protocol:  # what the browser keeps in memory it does not ask for: the page would weigh too little
            self._protocol = self.page.context.new_cdp_session(self.page)
            self._protocol.send("Network.enable")
            self._protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
        context = self.page.context
        for other in context.pages:
            if other is not self.page:
                other.close()
        context.set_offline(False)
        self.page.unroute_all()
        self.page.goto(f"{self.site.url}/healthz")  # whatever the page before was about to do ends
        self.page.evaluate("sessionStorage.clear(); localStorage.clear()")
        context.clear_cookies()
        self.page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
        self.page.set_viewport_size(PHONE)
        self.prefix = "" if language == "en" else f"/{language}"
        for notes in (self.requests, self.complaints, self._needed, self._fetched):
            notes.clear()

    def show(self, width: int, scheme: Literal["light", "dark"] = "light") -> None:
        """Give the open page another width and other colours, with no transition going on."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate("document.getAnimations().forEach(animation => animation.finish())")  # colours change slowly

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
        """Open `path`, in the language of this visit if it exists."""
        self.requests.clear()
        self.page.goto(self.site.url + (path if path.startswith("/admin/") else self.prefix + path))

    def press(self, button: str, *, until_done: bool = True) -> None:
        """Press `button` and wait for the next page: a click alone returns while the old page is still shown.

        A page that says that a request was received loads itself again, until it shows the result.
        """
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        if until_done:
            self.wait_for_result()

    def wait_for_result(self) -> None:
        """Wait until the open page does not load itself again.

        Between two loads the window shows an empty document for a moment: that is not the result.
        """
        refresh = self.page.locator("meta[http-equiv=refresh]")
        while True:
            refresh.wait_for(state="detached")
            self.page.wait_for_load_state()
            if not refresh.count():
                return

    def reload_until(self, selector: str) -> None:
        """Load the open page again until it shows `selector`: the worker may need a moment on a busy machine."""
        for _ in range(120):
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{self.page.url} shows no {selector}: {self.page.locator('main').inner_text()}")

    def unfold(self, selector: str) -> Locator:
        """Open the sections in which the first `selector` stands, from the outside in, and return it."""
        target = self.page.locator(selector).first
        closed = self.page.locator("details:not([open])", has=target)
        while closed.count():
            closed.first.locator("> summary").click()
        return target

    def decide(self, button: str) -> None:
        """The same for a decision: a press just after the page has opened counts as the second one of a double."""
        self.page.wait_for_timeout(600)
        self.press(button)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
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

    def fill(self, address: str, *, display: str = "named", name: str = NAME) -> None:
        """Fill in the form."""
        for field, value in (
            ("organisation_name", name),
            ("contact_name", "Made-up Person"),
            ("contact_role", "Tester"),
            ("contact_email", address),
        ):
            self.page.locator(f"[name={field}]").fill(value)
        self.page.locator(f"[name=display][value={display}]").check()
        for name in ("authority", "consent_processing", "consent_publication"):
            self.page.locator(f"[name={name}]").check()

    def send_form(self, *, display: str = "named", name: str = "", **more: str) -> str:
        """Send a filled-in form without drawing it, from a mailbox of its own; return the address that confirms it.

        Many states begin with it; `more` are further fields. How the form is filled in by hand, journeys/ and the
        states of the form try.
        """
        self.address = f"visit{next(self.site.numbers)}@demo.example"
        self.name = name or f"{NAME} {self.address.partition('@')[0]}"
        requests, address = self.page.context.request, f"{self.site.url}{self.prefix}{FORM}"
        (opened,) = re.findall(r'name="opened" value="([^"]*)"', requests.get(address).text())
        contact = {"contact_name": "Made-up Person", "contact_role": "Tester", "contact_email": self.address}
        agreed = dict.fromkeys(("authority", "consent_processing", "consent_publication"), "on")
        form = {"organisation_name": self.name, "display": display, "opened": opened, **contact, **agreed, **more}
        answer = requests.post(address, form=form)
        assert answer.ok, answer.text()
        return str(re.findall(r"http\S+/confirm/", self.site.mail_to(self.address))[0])

    def make_own_page(self, *, display: str = "named", name: str = "", **more: str) -> str:
        """Send and confirm a form without drawing anything; return the path of its own page, without the language."""
        assert self.page.context.request.post(self.send_form(display=display, name=name, **more)).ok
        return str(re.findall(r"/endorsements/[\w-]+/", self.site.mail_to(self.address, number=2))[0])

    def find(self, words: str) -> None:
        """The page of the queue on which a row says `words`: to decide, or set aside, as what is sent fast."""
        more = "main a[href*='after=']"
        for tab in ("confirmed", "quarantined"):
            self.open(f"/admin/?state={tab}&appeal={SLUG}")  # another visit may have switched
            while not self.page.locator(".staff-queue").get_by_text(words).count():
                if not self.page.locator(more).count():
                    break
                self.press(more)
            else:
                return
        raise AssertionError(f"{words!r} is nowhere in the queue")

    def sign_in(self, path: str = "/admin/") -> None:
        """Open `path` as the first administrator, who goes on in the session of the last test: one network signs in
        thirty times a minute at most, and tests are many."""
        self.page.context.add_cookies(json.loads(self.site.kept.get("session", "[]")))
        self.open(path)
        if self.page.locator("[name=username]").count():
            self.page.locator("[name=username]").fill("admin")
            self.page.locator("[name=password]").fill(self.site.password)
            self.press("button.default")
            self.keep_session()
            self.open(path)

    def keep_session(self) -> None:
        """Let the next test go on in this session."""
        cookies = self.page.context.cookies(self.site.url)
        self.site.kept["session"] = json.dumps([cookie for cookie in cookies if cookie["name"] == "session"])


def at(path: str) -> Callable[[Visit], None]:
    return lambda visit: visit.open(path)


def confirm_page(visit: Visit) -> None:
    visit.page.goto(visit.send_form())


def confirmed_page(visit: Visit) -> None:
    confirm_page(visit)
    visit.press(".button")


def opened(go: State, section: str) -> State:
    """With this section open, and all that are in it."""

    def open_all(visit: Visit) -> None:
        go(visit)
        visit.page.locator(f"{section} > summary").click()
        closed = visit.page.locator(f"{section} details:not([open]) > summary:visible")
        while closed.count():
            closed.first.click()

    return open_all


def entered(origin: str) -> Callable[[Visit], None]:
    """The form of the secretariat is filled in; `origin` is how the organisation wrote."""

    def go(visit: Visit) -> None:
        number = next(visit.site.numbers)
        visit.address = f"entered{number}@demo.example"
        visit.sign_in()
        visit.open("/admin/enter/")
        visit.page.locator(f"[name=origin][value={origin}]").check()
        visit.page.locator("main [name=appeal]").select_option(SLUG)
        for name, text in (
            ("organisation_name", f"Ойдон чыгарылган бирикме {number}"),
            ("contact_name", "Made-up Person"),
            ("contact_role", "Tester"),
            ("contact_email", visit.address),
            ("note", "In the blue folder."),
        ):
            visit.page.locator(f"[name={name}]").fill(text)
        visit.page.locator("[name=display][value=named]").check()
        visit.press(".staff-enter button.staff-approve")

    return go
