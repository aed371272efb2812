"""Mailboxes: the one form in which each is stored, counted and written to."""

from typing import Final

import email_validator
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

LONGEST: Final = 254
"""Characters of a mailbox (RFC 5321, 4.5.3.1.3, less the angle brackets)."""
# Which top-level domains are in use is not asked: a test installation may have mailboxes at `.test` or a local name.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def canonical(address: str) -> str | None:
    """Return the mailbox with its domain in lower-case ASCII; None for what is none.

    `=?` in the local part is refused: mail programs decode it (RFC 2047), and one mailbox would have many spellings.
    """
    found = _validate(address.strip())
    return found.ascii_email if found and "=?" not in found.local_part else None


def canonical_domain(domain: str) -> str | None:
    """Return a mail domain in lower-case ASCII; None for what is none."""
    found = _validate(f"a@{domain}")
    return found.ascii_domain if found else None


def readable(mailbox: str) -> str:
    """Return the mailbox with its domain in its own letters, for a page; as it is where that cannot be."""
    found = _validate(mailbox) if "xn--" in mailbox else None
    return found.normalized if found else mailbox


def _validate(address: str) -> ValidatedEmail | None:
    """Return the parts of an address that every mail server on the way can take; None for any other.

    Its domain is read by IDNA 2008 (RFC 5891, UTS 46 non-transitional), as registries and mail servers do. The older
    IDNA 2003, which Python's own codec and Django's mailer follow, makes `fass.de` of `faß.de`: another domain, with
    another owner. Letters beyond ASCII before the @ need SMTPUTF8 (RFC 6531), which not every mail server offers.
    """
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
