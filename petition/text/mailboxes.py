"""Mailboxes: the one form in which each is stored, counted and written to."""

import re
from typing import Final

from email_validator import EmailNotValidError, validate_email

LONGEST: Final = 254
"""Characters of a mailbox (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
# Dot-atom of RFC 5322, 3.2.3. Quoted local parts and comments are other spellings of the same mailbox, and letters
# beyond ASCII need SMTPUTF8 (RFC 6531), which not every mail server on the way offers.
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def canonical(address: str) -> str | None:
    """Return the mailbox with its domain in lower-case ASCII; None for what is none.

    `=?` in the local part is refused: mail programs decode it (RFC 2047), and one mailbox would have many spellings.
    """
    local, _, domain = address.strip().rpartition("@")
    ascii_domain = canonical_domain(domain)
    if ascii_domain is None or "=?" in local or len(local) > 64 or not _LOCAL.fullmatch(local):
        return None
    mailbox = f"{local}@{ascii_domain}"
    return mailbox if len(mailbox) <= LONGEST else None


def canonical_domain(domain: str) -> str | None:
    """Return a mail domain in lower-case ASCII; None for what is none.

    Letters beyond ASCII are mapped by IDNA 2008 (RFC 5891, UTS 46 non-transitional), as registries and mail servers do.
    The older IDNA 2003, which Python's own codec and Django's mailer follow, makes `fass.de` of `faß.de`: another
    domain, with another owner. What is ASCII already means itself.
    """
    if not domain.isascii():
        try:
            # Which top-level domains there are is not asked: a test installation may use `.test` or a local name.
            found = validate_email(f"a@{domain}", check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            return None
        domain = found.ascii_domain or ""
    domain = domain.lower()
    return domain if _DOMAIN.fullmatch(domain) else None


def readable(mailbox: str) -> str:
    """Return the mailbox with its domain in its own letters, for a page; as it is where that cannot be."""
    if "xn--" not in mailbox:
        return mailbox
    try:
        found = validate_email(mailbox, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return mailbox
    return found.normalized
