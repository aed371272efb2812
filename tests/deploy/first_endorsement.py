"""The first sign-in and the first endorsement of a new site, by HTTPS.

Run `main` in `manage.py shell`: the tests' modules that it uses need Django. Mails are files below the folder MAILS.
"""

import os
import re
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.journeys.test_first_endorsement import Browser, Forms
from tests.site import SLUG

NAME = "Test of the first day"
CONTACT = "first@organisation.example"
SECONDS = 60


def main(url: str, password: str) -> None:
    staff = sign_in(Browser(url), password)
    visitor = Browser(url)
    visitor.open(f"{url}/appeals/{SLUG}/endorse/")
    visitor.submit(
        organisation_name=NAME,
        countries=["KG"],
        display="named",
        contact_name="A. First",
        contact_role="chair",
        contact_email=CONTACT,
        authority="on",
        consent_processing="on",
        consent_publication="on",
    )
    assert "Check your e-mail" in visitor.page, visitor.page
    visitor.open(wait_for_link("/confirm/"))
    visitor.submit()
    assert "The secretariat now checks it" in visitor.page, visitor.page
    approve(staff)
    until = time.monotonic() + SECONDS
    while NAME not in visitor.open(f"{url}/appeals/{SLUG}/"):
        assert time.monotonic() < until, "the name is not listed"
        time.sleep(0.1)
    sys.stdout.write("listed\n")


def sign_in(staff: Browser, password: str) -> Browser:
    """Sign in for the first time, which asks for a second factor."""
    staff.open("/admin/")
    staff.submit(username="admin", password=password)
    (secret,) = re.findall(r"<code>([A-Z2-7]+)</code>", staff.page)
    (form,) = [form for form in Forms(staff.page).found if "totp/activate" in form[0]]
    staff.open(form[0], form[1] | {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    assert "recovery" in staff.page.lower(), staff.page
    return staff


def approve(staff: Browser) -> None:
    until = time.monotonic() + SECONDS
    links: list[str] = []
    while not links:
        assert time.monotonic() < until, staff.page
        # On hold if it was filled in within a moment, which nobody does; a slow machine takes longer.
        for place in ("/admin/?state=quarantined", "/admin/"):
            links += re.findall(r'href="(/admin/endorsements/\d+/[^"]*)"', staff.open(place))
    staff.open(links[-1])
    (form,) = [form for form in Forms(staff.page).found if ("decision", "approve") in form[2]]
    staff.open(form[0], form[1] | {"decision": "approve"})
    assert "Approved" in staff.page, staff.page


def wait_for_link(part: str) -> str:
    """Return the newest link with this part that was mailed to the contact."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for file in sorted(Path(os.environ["MAILS"]).glob("new/*"), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            text = mail.get_body(("plain",))
            if CONTACT in str(mail["To"]) and text and (links := re.findall(rf"https\S+{part}", text.get_content())):
                return str(links[0])
        time.sleep(0.1)
    raise AssertionError(f"No mail with a link {part} arrived.")
