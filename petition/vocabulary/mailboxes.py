"""Mailboxes: the one form in which each is stored, counted and written to."""

import re
from typing import Final

# Dot-atom of RFC 5322, 3.2.3. Quoted local parts and comments are other spellings of the same mailbox.
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def canonical(address: str) -> str | None:
    """The mailbox with its domain in lower-case ASCII (IDNA, RFC 3490); None for what is none.

    `=?` in the local part is refused: mail programs decode it (RFC 2047), and one mailbox would have many spellings.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if not at or "=?" in local or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    return f"{local}@{domain}"
