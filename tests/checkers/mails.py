"""Every mail as an SMTP server received it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.checkers.gathering.gathered import Finding, Gathered, Report
from tests.site import free_port

_LONGEST = 998  # bytes without CR LF (RFC 5322, 2.1.1)
_ENCODED = ("quoted-printable", "base64")


def check(gathered: Gathered) -> Report:
    """Check lines and encodings of each mail."""
    findings = [
        Finding(f"mail “{_subject(mail)}”", words) for mail in gathered.mails for words in list_violations(mail)
    ]
    return Report(
        len(gathered.mails), findings if gathered.mails or gathered.is_partial else [Finding("mails", "none came")]
    )


def list_violations(raw: bytes) -> Iterator[str]:
    """Yield what a server that knows neither 8BITMIME nor SMTPUTF8 could not pass on as it is."""
    for number, line in enumerate(re.split(rb"\r\n", raw), 1):
        if len(line) > _LONGEST:
            yield f"line {number} has {len(line)} bytes"
        if not line.isascii():
            yield f"line {number} is not ASCII"
        if b"\n" in line or b"\r" in line:
            yield f"line {number} has a bare CR or LF"
    for part in message_from_bytes(raw, policy=policy.default).walk():
        encoding = part.get("Content-Transfer-Encoding", "7bit")
        if not part.is_multipart() and str(encoding).lower() not in _ENCODED:
            yield f"{part.get_content_type()} is sent as {encoding}"
        for defect in part.defects:
            yield f"{part.get_content_type()}: {defect!r}"


def _subject(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=policy.default)["Subject"])


class Postmaster:
    """An SMTP server's handler that keeps each mail as it came and writes it where a site without SMTP does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[bytes] = []

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{len(self.taken):05}.eml"
        path.with_suffix(".part").write_bytes(raw)
        path.with_suffix(".part").rename(path)
        self.taken.append(raw)
        return "250 Message accepted for delivery"


@contextmanager
def run_server(folder: Path) -> Iterator[tuple[Postmaster, int]]:
    """Run a server on loopback inside the block; its handler and port are given."""
    postmaster, port = Postmaster(folder), free_port()
    controller = Controller(postmaster, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield postmaster, port
    finally:
        controller.stop()
