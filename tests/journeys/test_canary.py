"""Unmistakable texts in every private field, a whole scenario on the site as shipped, and a search of all its output.

Each is found where the allow-list says and nowhere else: not on a page, in a document, in data, in a mail to somebody
else, in what the processes print, in a row or in the database's files. The same search finds four leaks when they are
planted, one on each way out.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.journeys.crawler import crawl, opened_at
from tests.journeys.test_first_endorsement import Browser
from tests.site import ROOT, SECONDS, SLUG, Site

ROLES = ("listed", "withheld", "rejected", "asked", "withdrawn", "unconfirmed", "forgotten", "hidden")
"""What happens to each organisation."""
SECRET_NAMES = ROLES[1:]
WORDS = (
    *("question", "answer", "proposal", "dispute", "dispute mailbox", "note", "check note", "forgotten question"),
    *(f"proposed {field}" for field in ("person", "role", "mailbox")),
)
"""Texts between an organisation and the secretariat."""
STEPS = ("", "correction/", "contact/", "stop/", "withdraw/", "named/", "code/", "links/", "forget/", "receipt.txt")
"""Texts on an own page, which its private link shows."""
SLOW_OR_FIXED = (".pdf", ".docx", ".css", ".js", ".png", ".svg", ".ico", ".woff2")
"""Not read again after the purge: documents have the same lines as the pages, and files are the same."""
Found = set[tuple[str, str]]
"""Which canary was found where."""

IN_ROWS: Found = {
    ("question", "row Question.body"),  # the organisation reads it where no private key is
    ("listed website", "row Endorsement.website"),  # helps the check; sealed with the name
    *((f"{role} website", "row Endorsement.website") for role in ("asked", "forgotten")),
    *((f"{role} name", "row Endorsement.organisation_name") for role in ("asked", "forgotten")),  # still to decide
}
"""A month later. Nothing else that is private lies readable in the database."""
IN_ROWS_BEFORE: Found = IN_ROWS | {
    (f"{role} {field}", f"row Endorsement.{column}")
    for role in ("rejected", "unconfirmed")  # until they are sealed and erased
    for field, column in (("name", "organisation_name"), ("website", "website"))
}

BEHIND_LINKS: Found = {(f"{role} name", f"link of {role}") for role in ("asked", "rejected", "unconfirmed")}
"""The line, while it can be read; no person, no mailbox, nothing that the secretariat noted."""

WEIGHED: Found = {(f"{role} name", "row Endorsement.folded") for role in ("asked", "rejected", "forgotten")}
"""What staff search through goes with the name; there once the worker has weighed it."""

LEAKS = {
    "petition.web.endorse.endorse": (
        "            post = accept.submit(",
        "            __import__('logging').getLogger('petition').warning(form.cleaned_data['contact_role'])\n"
        "            post = accept.submit(",
    ),
    "petition.actions.intake.accept": ("wording_version=WORDING_VERSION", "wording_version=submission.contact_name"),
    "petition.publishing.pages": (
        '        return render_to_string(template, {"path"',
        "        from petition.models import Endorsement\n"
        '        slug += " ".join(Endorsement.objects.values_list("website", flat=True)) if name == "privacy" else ""\n'
        '        return slug + render_to_string(template, {"path"',
    ),
    "petition.actions.mailing.delivery": (
        "        rendered.subject,\n",
        "        rendered.subject + ' '.join(__import__('petition.models').models.Endorsement.objects"
        ".values_list('organisation_name', flat=True)[35:]),\n",
    ),
}
"""In a log, in a row, on a page, in a mail: module, what it says, what it says instead."""
PLANT = """
import importlib.machinery, sys
LEAKS = {leaks!r}

class Leaking(importlib.machinery.SourceFileLoader):
    def get_code(self, name):
        old, new = LEAKS[name]
        source = self.get_data(self.path).decode()
        assert old in source, (name, old)
        return compile(source.replace(old, new), self.path, "exec")

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in LEAKS:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.loader = Leaking(name, spec.origin)
            return spec

sys.meta_path.insert(0, Finder)
"""


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

    def endorse(self) -> None:
        """Fill in the form for each role, and confirm the mailboxes unless the scenario is that nobody does.

        All forms are sent first, then all are confirmed, so that their mails leave together.
        """
        browsers = {role: Browser(self.site.url) for role in ROLES}
        for role, browser in browsers.items():
            self.send_form(browser, role)
        for role, browser in browsers.items():
            token = re.findall(r"/endorsements/([^/]+)/confirm/", self.mail_to(self.address_of(role), number=1))[0]
            self.canaries[f"{role} token"] = token
            if role != "unconfirmed":
                self.confirm(browser, role)
        for role in browsers.keys() - {"unconfirmed"}:
            own = re.findall(r"/endorsements/([^/]+)/", self.mail_to(self.address_of(role), number=2))[0]
            self.canaries[f"{role} own page"] = own

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
        self.endorse()
        self.stage("live")

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


@pytest.fixture
def life(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Life]:
    """Run the whole scenario; with `leaks` as the parameter, on a site that leaks."""
    site = Site(tmp_path)
    with run_server(create_fake_server()) as office:
        site.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{office.port}"
        if getattr(request, "param", "") == "leaks":
            (tmp_path / "leaks").mkdir()
            (tmp_path / "leaks" / "sitecustomize.py").write_text(PLANT.format(leaks=LEAKS), encoding="utf-8")
            site.environment["PYTHONPATH"] = str(tmp_path / "leaks")
        try:
            site.start()
            life = Life(site, office)
            life.live()
            yield life
        finally:
            site.remove()


def test_nothing_private_is_shown_anywhere(life: Life) -> None:
    pages = life.pages()
    assert "/privacy/" in pages, "where the leak is planted below"
    assert sum(life.listed_name in text for text in pages.values()) > 20, "what is public is found, in every format"
    assert all(life.listed_name in pages[f"/appeals/{SLUG}{end}"] for end in ("/", ".pdf", ".docx", ".txt"))
    assert life.on_pages(pages) == set()
    assert life.behind_links() == BEHIND_LINKS
    assert life.in_mails() == set()
    assert life.in_output() == set()

    before, after = life.in_rows("purge")
    assert before - WEIGHED == IN_ROWS_BEFORE
    assert after - WEIGHED == IN_ROWS
    assert life.on_pages(life.pages(leave_out=SLOW_OR_FIXED)) == set()
    if "DATABASE_URL" not in os.environ:
        allowed = {name for name, _ in IN_ROWS}
        assert {name for name, _ in life.in_files()} == allowed


@pytest.mark.evidence
@pytest.mark.parametrize("life", ["leaks"], indirect=True)
def test_leaks_that_were_planted_are_found(life: Life) -> None:
    planted = {"/privacy/": opened_at(f"{life.site.url}/privacy/")[1]}
    assert ("listed website", "page /privacy/") in life.on_pages(planted)
    assert any(name == "rejected name" for name, _ in life.in_mails())
    assert ("unconfirmed role", "output") in life.in_output()
    assert ("asked person", "row Endorsement.wording_version") in life.in_rows("dump")[0]
