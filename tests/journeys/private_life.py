"""A scenario with unmistakable texts in every private field, and searches of everything that a site shows or keeps."""

import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from tests.actions.mailing.fake_mail_server import FakeMailServer
from tests.journeys.crawler import crawl, opened_at
from tests.journeys.test_first_endorsement import Browser, wait_for_worker
from tests.site import ROOT, SECONDS, SLUG, Site

ROLES = ("listed", "withheld", "rejected", "asked", "withdrawn", "unconfirmed", "forgotten", "hidden")
"""What happens to each organisation."""
SECRET_NAMES = ROLES[1:]
WORDS = (
    *(
        "question",
        "answer",
        "proposal",
        "dispute",
        "dispute mailbox",
        "message answer",
        "note",
        "check note",
        "forgotten question",
    ),
    *(f"proposed {field}" for field in ("person", "role", "mailbox")),
    *(f"table {field}" for field in ("name", "person", "role", "mailbox", "note")),
    *(f"draft {part}" for part in ("title", "paragraph", "signatory")),
)
"""Texts between an organisation and the secretariat, of a table that nobody adds, of an appeal that is not public."""
STEPS = ("", "correction/", "contact/", "stop/", "withdraw/", "named/", "code/", "links/", "forget/", "receipt.txt")
"""Texts on an own page, which its private link shows."""
SLOW_OR_FIXED = (".pdf", ".docx", ".css", ".js", ".png", ".svg", ".ico", ".woff2")
"""Not read again after the purge: documents have the same lines as the pages, and files are the same."""
Found = set[tuple[str, str]]
"""Which canary was found where."""


class Life:
    """A site, its mails, and all private texts that were given to it."""

    def __init__(self, site: Site, office: FakeMailServer) -> None:
        self.site, self.office = site, office
        self.canaries = {
            f"{role} {field}": _unmistakable()
            for role in ROLES
            for field in ("person", "role", "mailbox", "website", "name")
        } | {
            name: _unmistakable()
            for name in (*WORDS, *(f"proposed {field}" for field in ("person", "role", "mailbox")))
        }
        self.listed_name = self.canaries.pop("listed name")
        self.withheld = {f"{role} name" for role in SECRET_NAMES}
        self.before_worker: Found = set()  # found while what was sent waited, before the worker had seen it

    def endorse(self) -> None:
        """Fill in the form for each role, and confirm the mailboxes unless the scenario is that nobody does.

        All forms are sent first, then all are confirmed, so that their mails leave together.
        """
        browsers = {role: Browser(self.site.url) for role in ROLES}
        with self.waiting():
            for role, browser in browsers.items():
                self.send_form(browser, role)
                self.before_worker |= self.seen_in(browser.address + browser.page, "page after sending")
        for role, browser in browsers.items():
            token = re.findall(r"/endorsements/([^/]+)/confirm/", self.mail_to(self.address_of(role), number=1))[0]
            self.canaries[f"{role} token"] = token
            if role != "unconfirmed":
                self.confirm(browser, role)
        for role in browsers.keys() - {"unconfirmed"}:
            own = re.findall(r"/endorsements/([^/]+)/", self.mail_to(self.address_of(role), number=2))[0]
            self.canaries[f"{role} own page"] = own

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let what is sent within the block wait, and search all rows, files and logs at its end."""
        with self.site.stopped_worker():
            before = self.in_rows("dump")[0] | self.in_files() | self.in_output()
            yield
            self.before_worker |= (self.in_rows("dump")[0] | self.in_files() | self.in_output()) - before

    def write(self) -> None:
        """Send what organisations send through their links, and a message, while the worker stands still."""
        words = self.canaries
        contact = {field: words[f"proposed {field}"] for field in ("person", "role")}
        new_contact = {"contact_name": contact["person"], "contact_role": contact["role"]}
        new_contact["contact_email"] = f"{words['proposed mailbox']}@fund.example"
        message = {"about": "not_agreed", "line": "further-1", "words": words["dispute"]}
        message["answer_to"] = f"{words['dispute mailbox']}@fund.example"
        posts: list[tuple[str, dict[str, str]]] = [
            (f"/endorsements/{words['asked own page']}/", {"answer": words["answer"]}),
            (f"/endorsements/{words['listed own page']}/contact/", new_contact),
            (f"/endorsements/{words['listed own page']}/correction/", {"organisation_name": words["proposal"]}),
            (f"/endorsements/{words['forgotten own page']}/forget/", {}),
            (f"/appeals/{SLUG}/change/message/", message),
            (f"/endorsements/{words['withdrawn own page']}/withdraw/", {}),
            (f"/endorsements/{words['hidden own page']}/stop/", {}),
        ]
        browsers = [Browser(self.site.url, is_patient=True) for _ in posts]
        with self.waiting():
            for browser, (path, fields) in zip(browsers, posts, strict=True):
                browser.open(path, fields)
                self.before_worker |= self.seen_after_sending(browser)
        for browser in browsers[:4]:
            assert "We have your request" in browser.page
            browser.is_patient = False
            browser.open(browser.address)
            assert "<h1>" in browser.page
            assert "not possible" not in browser.page
            self.before_worker |= self.seen_after_sending(browser)

    def seen_after_sending(self, browser: Browser) -> Found:
        """Return what is on the page after a request through a link, except the link itself."""
        seen = self.seen_in(browser.page, "page after sending")
        return {(name, place) for name, place in seen if not name.endswith("own page")}

    def send_form(self, browser: Browser, role: str) -> None:
        texts = self.canaries
        browser.open(f"/appeals/{SLUG}/endorse/")
        browser.submit(
            organisation_name=texts.get(f"{role} name", self.listed_name),
            website=f"{texts[f'{role} website']}.example",
            display="withheld" if role == "withheld" else "named",
            contact_name=texts[f"{role} person"],
            contact_role=texts[f"{role} role"],
            contact_email=self.address_of(role),
            authority="on",
            consent_processing="on",
            consent_publication="on",
        )

    def confirm(self, browser: Browser, role: str) -> None:
        browser.open(f"/endorsements/{self.canaries[f'{role} token']}/confirm/")
        browser.submit()
        (code,) = re.findall(r"\b(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}\b", browser.page)
        self.canaries[f"{role} removal code"] = code

    def address_of(self, role: str) -> str:
        return f"{self.canaries[f'{role} mailbox']}@fund.example"

    def mail_to(self, address: str, *, number: int) -> str:
        """Return the `number`th mail to `address`, as soon as it is there."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            mails = [mail for mail in self.office.taken if mail["To"] == address]
            if len(mails) >= number:
                return _words_of(mails[number - 1])
            time.sleep(0.02)
        raise AssertionError(f"no mail {number} to {address}: {self.site.output}")

    def stage(self, name: str) -> str:
        """Run a stage of tests/journeys/scenario.py in a process of its own on this site's database."""
        environment = self.site.environment | {"DJANGO_SETTINGS_MODULE": "petition.settings"}
        environment |= {"SITE_URL": self.site.url}
        command = [sys.executable, "-m", "tests.journeys.scenario", name]
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            input=json.dumps(self.canaries),
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def seen_in(self, text: str, place: str) -> Found:
        lower = text.lower()
        return {(name, place) for name, canary in self.canaries.items() if canary.lower() in lower}

    def pages(self, *, leave_out: tuple[str, ...] = ()) -> dict[str, str]:
        """Return the text of everything that the site shows to everybody, by path."""
        return dict(crawl(self.site.url, leave_out=leave_out))

    def on_pages(self, pages: dict[str, str]) -> Found:
        return set().union(*(self.seen_in(text, f"page {path}") for path, text in pages.items()))

    def behind_links(self) -> Found:
        """Return what is found on the pages behind an organisation's links, except its own address."""
        places: Found = set()
        for role in ROLES:
            own, confirm = self.canaries.get(f"{role} own page"), self.canaries[f"{role} token"]
            paths = [f"{confirm}/confirm/", *(f"{own}/{step}" for step in STEPS if own)]
            for path in paths:
                shown = self.seen_in(opened_at(f"{self.site.url}/endorsements/{path}")[1], f"link of {role}")
                places |= {(name, place) for name, place in shown if name not in {f"{role} own page", f"{role} token"}}
        return places

    def in_mails(self) -> Found:
        """Found in mails to anybody but whom it belongs to: a canary's first word is the organisation in the story."""
        self.wait_for_mails()
        places: Found = set()
        for mail in self.office.taken:
            known = (*ROLES, "proposed")
            role = next((role for role in known if self.canaries[f"{role} mailbox"] in str(mail["To"])), "nobody")
            shown = self.seen_in(_words_of(mail), f"mail to {role}")
            own = {f"{role} {field}" for field in ("mailbox", "name", "token", "own page")}
            places |= {(name, place) for name, place in shown if name not in own}
        return places

    def in_output(self) -> Found:
        return self.seen_in(self.site.output, "output")

    def in_rows(self, stage: str) -> list[Found]:
        """Run a stage that prints all rows, and return what is found in each of its prints."""
        prints: list[dict[str, list[str]]] = json.loads(self.stage(stage))
        return [
            set().union(*(self.seen_in("\n".join(texts), f"row {column}") for column, texts in columns.items()))
            for columns in prints
        ]

    def in_files(self) -> Found:
        """Return what is found in the site's files, except static ones: database, journals, keys."""
        var = self.site.folder / "var"
        paths = [path for path in var.rglob("*") if path.is_file() and "static" not in path.parts]
        texts = [path.read_bytes().decode("latin-1") for path in paths]
        return set().union(*(self.seen_in(text, "file") for text in texts))

    def live(self) -> None:
        """Run the scenario; its last mails leave meanwhile."""
        wait_for_worker(Browser(self.site.url))
        self.endorse()
        self.stage("decide")
        self.write()
        self.stage("answer")

    def wait_for_mails(self) -> None:
        """Wait until every mail has left, or was dropped since it was not true: all are queued with what they tell."""
        until = time.monotonic() + SECONDS
        while self.is_mail_owed():
            assert time.monotonic() < until, f"Mail is owed still: {self.site.output}"
            time.sleep(0.1)

    def is_mail_owed(self) -> bool:
        shown = json.loads(opened_at(f"{self.site.url}/readyz")[1])
        return shown["oldest_unsent_mail_seconds"] is not None


def _unmistakable() -> str:
    return f"zq{secrets.token_hex(8)}"


def _words_of(mail: EmailMessage) -> str:
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])
