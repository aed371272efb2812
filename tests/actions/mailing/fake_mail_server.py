"""A real SMTP server on loopback, whose responses a test sets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

OK = "250 OK"


@dataclass
class FakeMailServer:
    """The responses at each stage, in order, then OK; and the mails that were accepted."""

    port: int
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    envelope_senders: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802  (aiosmtpd names it)
        self, server: SMTP, session: Session, envelope: Envelope, mail: str, options: list[str]
    ) -> str:
        envelope.mail_from = mail
        return self.senders.pop(0) if self.senders else OK

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, mail: str, options: list[str]
    ) -> str:
        self.tried.append(mail)
        answer = self.recipients.pop(0) if self.recipients else OK
        if answer == OK:
            envelope.rcpt_tos.append(mail)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        answer = self.contents.pop(0) if self.contents else OK
        if answer == OK:
            self.taken.append(message)
            self.envelope_senders.append(str(envelope.mail_from))
        return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_server(office: FakeMailServer, *, password: str = "") -> Iterator[FakeMailServer]:
    """Run the server inside the block; with a `password` it accepts only that one."""

    def is_right(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
        return AuthResult(success=getattr(login, "password", b"") == password.encode(), handled=False)

    wanted: dict[str, Any] = {"auth_require_tls": False, "authenticator": is_right} if password else {}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **wanted)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def create_fake_server() -> FakeMailServer:
    """Not opened yet."""
    return FakeMailServer(_free_port())
