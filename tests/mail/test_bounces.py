"""Reports of returned mails (RFC 3464) are read, whatever server wrote them; everything else is no report."""

from email.message import EmailMessage

import pytest
from hypothesis import given, strategies as st
from pytest_django.fixtures import Settings

from petition.mail.bounces import DeliveryReport, build_envelope_sender, read_report
from tests.mail.reports import MAIL_ID, a_report

OURS = f"bounces+{MAIL_ID}@desk.example"


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "Bounces <bounces@desk.example>"
    settings.MAIL_DOMAIN = "desk.example"


def test_each_mail_has_an_envelope_sender_of_its_own(settings: Settings) -> None:
    assert build_envelope_sender(f"<{MAIL_ID}@desk.example>") == OURS
    settings.BOUNCE_ADDRESS = ""
    assert build_envelope_sender(f"<{MAIL_ID}@desk.example>") == ""


def test_the_mail_is_found_by_the_address_of_the_report() -> None:
    assert read_report(a_report(to=OURS)) == DeliveryReport(MAIL_ID, "5.1.1", is_final=True)


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_the_mail_is_found_by_the_header_that_comes_back(returned: str, settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = ""
    report = read_report(a_report(to="noreply@desk.example", returned=returned))
    assert report == DeliveryReport(MAIL_ID, "5.1.1", is_final=True)


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.2.2 (mailbox full)", ("5.2.2", True)),
        ("failed", "4.4.7", ("4.4.7", True)),  # gave up after days
        ("delayed", "4.4.1", ("4.4.1", False)),
        ("Failed", "nonsense asel@fund.example", ("", True)),
    ],
)
def test_what_failed_for_good_differs_from_a_delay(action: str, status: str, expected: tuple[str, bool]) -> None:
    report = read_report(a_report(to=OURS, action=action, status=status))
    assert report
    assert (report.status, report.is_final) == expected


def _reply() -> bytes:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = OURS, "Out of office"
    mail.set_content("I am away.")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\0",
        _reply(),
        a_report(to="bounces+0123@desk.example", mail_id="short"),
        a_report(to=f"other+{MAIL_ID}@desk.example", mail_id="of another site"),
        a_report(to=OURS, action=""),
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
    ],
)
def test_everything_else_is_no_report(content: bytes) -> None:
    assert read_report(content) is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_content_raises(header: bytes, body: bytes) -> None:
    read_report(b"To: " + header + b"\nContent-Type: multipart/report; boundary=x\n\n--x\n" + body)
    read_report(a_report(to=OURS).replace(b"Action", header).replace(b"5.1.1", body))
