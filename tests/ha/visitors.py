"""Who uses the site during the trial: organisations that endorse and confirm, readers, and a moderator."""

import html
import http.client
import itertools
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty
from typing import Final
from urllib.parse import urlencode, urlsplit

from tests.ha.site import Mailbox
from tests.site import SLUG

PAGE: Final = f"/appeals/{SLUG}/"
FORM: Final = f"{PAGE}endorse/"
_RIGHT: Final[dict[str, object]] = {
    "countries": ["KG", "", "DE"],
    "display": "named",
    "contact_name": "Made-up Person",
    "contact_role": "director",
    **dict.fromkeys(("authority", "consent_processing", "consent_publication"), "on"),
}
READ_SECONDS: Final = 2.0
"""Within which every public page is promised."""
_PAUSE: Final = 2.0
_FILL_SECONDS: Final = 4.0
_FORMS_FROM_ONE_PAGE: Final = 5
_POST_SECONDS: Final = 40.0
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_OPENED: Final = re.compile(r'name="opened" value="([^"]+)"')


@dataclass
class Response:
    status: int
    location: str
    body: str
    seconds: float


class Browser:
    """Sends requests through nginx from an address of its own on loopback; `cookies` are kept."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._port, self._address = port, address
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, fields: Mapping[str, object] | None = None, *, seconds: float = _POST_SECONDS) -> Response:
        """Return the response; its status is 0 if none came."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=seconds, source_address=(self._address, 0)
        )
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        body = urlencode(fields, doseq=True) if fields is not None else None
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        try:
            connection.request("POST" if body is not None else "GET", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            status, location = response.status, response.headers.get("Location", "")
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
        except (OSError, http.client.HTTPException):
            status, location, text = 0, "", ""
        finally:
            connection.close()
        return Response(status, location, text, time.monotonic() - began)


@dataclass
class Record:
    """What was promised to visitors, and how long they waited."""

    acknowledged: dict[str, str] = field(default_factory=dict)  # row of the intake: mailbox
    confirmed: set[str] = field(default_factory=set)  # mailboxes
    acknowledged_at: list[tuple[float, float]] = field(default_factory=list)  # began and ended, monotonic
    reads: int = 0
    slowest: float = 0.0
    slow_or_wrong: list[str] = field(default_factory=list)
    refused_posts: Counter[int] = field(default_factory=Counter)
    approvals: int = 0
    began: float = field(default_factory=time.monotonic)
    fault: str = "none yet"
    guard: threading.Lock = field(default_factory=threading.Lock)

    def forget_reads(self) -> None:
        with self.guard:
            self.reads, self.slowest = 0, 0.0
            self.slow_or_wrong.clear()

    def note_read(self, path: str, response: Response) -> None:
        with self.guard:
            self.reads += 1
            self.slowest = max(self.slowest, response.seconds)
            if response.seconds > READ_SECONDS or response.status not in (200, 301, 302):
                at = time.monotonic() - self.began
                self.slow_or_wrong.append(
                    f"{path}: {response.status} after {response.seconds:.1f} s, {at:.0f} s into the run ({self.fault})"
                )


class Visitors:
    """All visitors, in threads that run until `end` is called."""

    def __init__(self, port: int, mailbox: Mailbox, record: Record, paths: list[str], password: str) -> None:
        self.port, self.mailbox, self.record, self.paths, self.password = port, mailbox, record, paths, password
        self.is_over, self.is_sending = threading.Event(), threading.Event()
        self.is_sending.set()
        self._numbers = itertools.count(1)
        self._threads: list[threading.Thread] = []

    def start(self, *, senders: int, readers: int, pause: float) -> None:
        self._pause = pause
        jobs = [self._send] * senders + [self._read] * readers + [self._confirm] * 2 + [self._approve]
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.is_over.set()
        for thread in self._threads:
            thread.join(_POST_SECONDS)

    def _send(self) -> None:
        while not self.is_over.is_set():
            form = Browser(self.port).ask(FORM, seconds=15)
            self.record.note_read(FORM, form)
            # Who sends a form within seconds is put on hold.
            for turn in range(_FORMS_FROM_ONE_PAGE):
                if self.is_over.wait(_FILL_SECONDS if turn == 0 else self._pause * random.uniform(0.5, 1.5)):
                    return
                if self.is_sending.is_set():
                    self._endorse(next(self._numbers), _OPENED.findall(form.body)[:1])

    def _endorse(self, number: int, opened: list[str]) -> None:
        """Send the form until it is acknowledged, as its page asks; the same fields, so that it is stored once."""
        browser = Browser(self.port, f"127.{1 + number // 250 % 250}.{number % 250}.7")
        mailbox = f"office@fund-{number}.example"
        own = {"organisation_name": f"Made-up Fund {number} {random.randbytes(4).hex()}", "contact_email": mailbox}
        fields = _RIGHT | own | {"opened": opened}
        while not self.is_over.is_set():
            began = time.monotonic()
            response = browser.ask(FORM, fields)
            if response.status == 302 and "post=" in response.location:
                row = response.location.split("post=")[1][:32]
                with self.record.guard:
                    self.record.acknowledged[row] = mailbox
                    self.record.acknowledged_at.append((began, time.monotonic()))
                self.record.note_read("check-mail/", browser.ask(response.location, seconds=15))
                return
            self.record.refused_posts[response.status] += 1
            time.sleep(_PAUSE)

    def _read(self) -> None:
        """Read public pages: also those that nobody asked for before, since each change drops all, and searches."""
        browser = Browser(self.port)
        while not self.is_over.wait(0.15):
            path = random.choice(self.paths)
            if random.random() < 0.3:
                path = f"{PAGE}signatories/?q={random.randbytes(3).hex()}"
            self.record.note_read(path, browser.ask(path, seconds=25))

    def _confirm(self) -> None:
        """Open the link of each mail that asks for a confirmation, and press the button."""
        while not self.is_over.is_set():
            with suppress(Empty):
                mail = self.mailbox.mails.get(timeout=0.5)
                content = mail.get_body(("plain",))
                link = re.search(r"http\S+/endorsements/\S+/confirm/", str(content.get_content()) if content else "")
                if link and mail["To"] not in self.record.confirmed:
                    self._press(urlsplit(link[0]).path, str(mail["To"]))

    def _press(self, path: str, mailbox: str) -> None:
        browser = Browser(self.port)
        while not self.is_over.is_set():
            page = browser.ask(path)
            if page.status == 200:
                fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.body)}
                response = browser.ask(path, fields)
                if response.status == 303:
                    with self.record.guard:
                        self.record.confirmed.add(mailbox)
                    return
            elif page.status == 404:
                return  # a newer mail has replaced the link
            time.sleep(_PAUSE)

    def _approve(self) -> None:
        """Sign in, and approve what is confirmed, a few at a time, until the end."""
        browser = Browser(self.port)
        while not self.is_over.wait(4):
            with suppress(IndexError, StopIteration):
                self._approve_some(browser)

    def _approve_some(self, browser: Browser) -> None:
        queue = browser.ask("/admin/?state=confirmed")
        if queue.status == 302:
            self._sign_in(browser)
            return
        numbers = re.findall(r'name="pk" value="(\d+)"', queue.body)[:6]
        if not numbers:
            return
        form = {"csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', queue.body)[0]}
        chosen = {"deed": "approve", "which": "ticked", "query": "state=confirmed", "pk": numbers}
        shown = browser.ask("/admin/bulk/", form | chosen)
        value = html.unescape(re.findall(r'name="shown" value="([^"]+)"', shown.body)[0])
        if browser.ask("/admin/bulk/", form | {"shown": value}).status in (302, 303):
            self.record.approvals += len(numbers)

    def _sign_in(self, browser: Browser) -> None:
        page = browser.ask("/admin/login/")
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)[0]
        fields = {"csrfmiddlewaretoken": token, "username": "moderator", "password": self.password}
        browser.ask("/admin/login/", fields)
