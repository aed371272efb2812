"""The whole way of an organisation in Chromium, through a public process that holds no private key.

On PostgreSQL that process uses a login that can only add to the intake, count, and call three functions. Staff and
worker are other processes, as on a server.
"""

import itertools
import os
import re
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screens.states import CHANGE, FORM, Visit
from tests.browser.visit import PHONE
from tests.processes import Installation
from tests.site import SECONDS, SLUG, Site

pytestmark = [pytest.mark.both_databases, pytest.mark.long]  # each walk takes a minute

CODE = re.compile(r"(?:[0-9A-Z]{3}-){3}[0-9A-Z]{3}")
LIST = f"/appeals/{SLUG}/signatories/"
DECIDE = """
from petition.actions.audit import Actor
from petition.actions.moderation import decisions
from petition.models import Endorsement
from petition.reference import clock
from petition.security.encryption import compute_mailbox_index

row = Endorsement.objects.get(mailbox_index=compute_mailbox_index({address!r}))
decisions.{decision}(row.pk, {words} by=Actor.staff(1), at=clock.now())
"""


class PublicSite(Site):
    """The part of a site that visitors reach; staff decide in processes of their own."""

    def __init__(self, installation: Installation) -> None:
        self.folder, self.url = installation.folder, installation.url
        self.environment = installation.environment
        self.output = ""
        self.numbers = itertools.count(1)
        self.kept: dict[str, str] = {}
        self._read_before: dict[Path, EmailMessage] = {}
        self._installation = installation

    def decide(self, address: str, decision: str, words: str = "") -> None:
        """Do what a moderator does, in another process."""
        code = DECIDE.format(address=address, decision=decision, words=f"{words!r}," if words else "")
        self._installation.python("manage.py", "shell", "--no-imports", "-v", "0", "-c", code)


@pytest.fixture(scope="module")
def public_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    """Starts three processes, which takes seconds."""
    installation = Installation(tmp_path_factory.mktemp("public"), os.environ.get("DATABASE_URL"), has_logins=True)
    try:
        with (
            installation.process(sys.executable, "manage.py", "worker"),
            installation.server(role="public", port=installation.port),
        ):
            yield PublicSite(installation)
    finally:
        installation.remove()


@pytest.fixture(params=[False, True], ids=["without JavaScript", "with JavaScript"])
def visit(request: pytest.FixtureRequest, browser: Browser, public_site: PublicSite) -> Iterator[Visit]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, locale="en-GB")
    yield Visit(context, public_site)
    context.close()


def own_link(visit: Visit, number: int) -> str:
    """Return the link to the own page in this mail to the organisation."""
    return str(re.findall(r"http\S+/endorsements/\S+", visit.site.mail_to(visit.address, number=number))[0])


def own_link_again(visit: Visit) -> str:
    """Return the link in the mail that is sent to those who lost theirs, as soon as it is there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for mail in visit.site.mails():
            if mail["To"] == visit.address and mail["Subject"] == "Your private link":
                body = mail.get_body(("plain",))
                assert body
                return str(re.findall(r"http\S+/endorsements/\S+", body.get_content())[0])
        time.sleep(0.1)
    raise AssertionError("no mail with a link again")


def is_listed(visit: Visit, name: str, *, wanted: bool) -> bool:
    """Return whether the name is on the list, as soon as it is as `wanted`."""
    for _ in range(30):
        visit.open(LIST)
        if (shown := visit.page.locator(".roll").get_by_text(name).count() > 0) == wanted:
            break
        visit.page.wait_for_timeout(100)
    return shown


def test_the_whole_way_through_a_public_process(visit: Visit, public_site: PublicSite) -> None:
    page, main, heading = visit.page, visit.page.locator("main"), visit.page.get_by_role("heading", level=1)
    number = next(visit.site.numbers)
    visit.address, name = f"fund{number}@public.example", f"Made-up Fund {number}"

    # The form cannot be sent before the worker has told the site that it is there.
    for _ in range(100):
        visit.open(FORM)
        visit.fill(visit.address, name=name)
        visit.press("form .button[type=submit]")
        if heading.inner_text() == "Check your e-mail":
            break
        page.wait_for_timeout(200)
    expect(heading).to_have_text("Check your e-mail")

    page.goto(re.findall(r"http\S+/confirm/", visit.site.mail_to(visit.address))[0])
    expect(page.get_by_text(name)).to_be_visible()
    with visit.page.expect_navigation():
        page.get_by_role("button", name="Confirm this endorsement").click()
    expect(heading).to_have_text(re.compile("We have your request|Your endorsement is confirmed"))
    first_code = page.locator(".code-to-keep").inner_text()
    visit.wait_for_result()
    expect(heading).to_have_text("Your endorsement is confirmed")
    assert page.locator(".code-to-keep").inner_text() == first_code
    assert page.get_by_role("link", name="Your organisation’s page").count() == 0, "its link comes only by mail"

    page.goto(own_link(visit, 2))
    page.get_by_role("link", name="Correct the entry").click()
    page.locator("[name=organisation_name]").fill(f"Corrected Fund {number}")
    visit.press("main form .button")
    expect(main.get_by_text("The secretariat checks your correction")).to_be_visible()

    public_site.decide(visit.address, "ask_question", "Who are you?")
    page.goto(own_link(visit, 3))
    expect(page.get_by_text("Who are you?")).to_be_visible()
    page.locator("[name=answer]").fill("A fund in Osh.")
    visit.press("main form button")
    expect(main.get_by_text("We have your answer.")).to_be_visible()

    page.goto(own_link(visit, 2))
    visit.press("main a[href$='/code/']")
    visit.press("main form button")
    code = page.locator(".code-to-keep").inner_text()
    assert CODE.fullmatch(code)
    assert code != first_code
    for typed, status in ((first_code, 422), (code, 200)):
        visit.open(CHANGE)
        page.locator("[name=code]").fill(typed)
        with page.expect_response(re.compile("/change/code/")) as answer:
            page.get_by_role("button", name="Continue").click()
        assert answer.value.status == status

    public_site.decide(visit.address, "approve")
    assert is_listed(visit, name, wanted=True)
    page.goto(own_link(visit, 2))
    visit.press("main a[href$='/stop/']")
    visit.press("main form button")
    expect(main.get_by_text("no longer publish your name")).to_be_visible()
    assert not is_listed(visit, name, wanted=False)

    visit.open(CHANGE)
    page.get_by_label("E-mail address that confirmed the endorsement").fill(visit.address)
    page.get_by_role("button", name="Send the link").click()
    expect(heading).to_have_text("Check your e-mail")
    page.goto(own_link_again(visit))
    expect(page.get_by_text("We do not publish your name.")).to_be_visible()

    visit.open(CHANGE)
    page.get_by_label("Something else.").check()
    page.locator("[name=words]").fill("Thank you.")
    page.get_by_role("button", name="Send the message").click()
    expect(heading).to_have_text("We have your message")

    page.goto(own_link(visit, 2))
    visit.press("main a[href$='/withdraw/']")
    visit.press("main form button")
    expect(main.get_by_text("Your endorsement is withdrawn.")).to_be_visible()
    assert page.context.cookies() == []
    assert [line for line in visit.complaints if "status of 4" not in line] == []
