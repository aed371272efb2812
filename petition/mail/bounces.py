"""Find the mail that a report of non-delivery (RFC 3464) is about. Nothing of its addresses or words is returned.

Where BOUNCE_ADDRESS is set, each mail leaves with an envelope sender of its own (VERP), to which its report comes back.
The id in it is the random part of the Message-ID, 128 bits that only those know who had the mail in their hands, so
nobody can report that somebody else's mail came back.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Final

from django.conf import settings

MAX_BYTES: Final = 1 << 20
_ID: Final = re.compile(r"[0-9a-f]{32}")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463, 2
_ADDRESSED: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True)
class DeliveryReport:
    """What a mail server says about a mail of ours."""

    mail_id: str
    status: str  # such as 5.1.1; '' if it gives none
    is_final: bool  # False: it is delayed, and the server tries again


def build_envelope_sender(message_id: str) -> str:
    """Return the envelope sender of the mail with this Message-ID: `bounces+<id>@host`; '' without BOUNCE_ADDRESS."""
    local, at, host = _split_bounce_address()
    return f"{local}+{message_id.lstrip('<').partition('@')[0]}@{host}" if at else ""


def read_report(content: bytes) -> DeliveryReport | None:
    """Return what this mail reports; None if it is no report of non-delivery, or not about a mail of ours."""
    # The old policy: the new one raises errors of its own for headers that strangers make up.
    mail = message_from_bytes(content[:MAX_BYTES], policy=compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    parts = list(mail.walk())
    groups = [
        group for part in parts if part.get_content_type() == "message/delivery-status" for group in _groups(part)
    ]
    actions = {_get(group, "Action").lower() for group in groups} - {""}
    mail_id = _find_address_id(mail) or _find_returned_id(parts)
    if not actions or not mail_id:
        return None
    statuses = [found[0] for group in groups if (found := _STATUS.search(_get(group, "Status")))]
    return DeliveryReport(mail_id, next(iter(statuses), ""), "failed" in actions)


def _split_bounce_address() -> tuple[str, str, str]:
    return parseaddr(settings.BOUNCE_ADDRESS)[1].rpartition("@")


def _groups(part: Message) -> list[Message]:
    """Return the groups of fields of a delivery status: about the mail, then about each recipient."""
    content = part.get_payload()
    return [group for group in content if isinstance(group, Message)] if isinstance(content, list) else []


def _get(message: Message, field: str) -> str:
    return str(message.get(field, "")).strip()


def _find_address_id(mail: Message) -> str:
    """Return the id in the address that the report was sent to."""
    local, at, host = _split_bounce_address()
    address = re.compile(rf"{re.escape(local)}\+({_ID.pattern})@{re.escape(host)}", re.IGNORECASE)
    lines = [str(line) for field in _ADDRESSED for line in mail.get_all(field, [])] if at else []
    return next((found[1].lower() for line in lines if (found := address.search(line))), "")


def _find_returned_id(parts: list[Message]) -> str:
    """Return the id in the Message-ID of the mail, or of its header, that the report brings back."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            part = message_from_bytes(text if isinstance(text, bytes) else b"", policy=compat32)  # noqa: PLW2901
        found = re.fullmatch(rf"<({_ID.pattern})@{re.escape(settings.MAIL_DOMAIN)}>", _get(part, "Message-ID"))
        if found:
            return found[1]
    return ""
