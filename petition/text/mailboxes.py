"""Mailboxes: the normal form in which each is stored, counted and written to."""

from typing import Final

import email_validator
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

MAX_LENGTH: Final = 254  # characters (RFC 5321, 4.5.3.1.3, less the angle brackets)

# Whether the top-level domain exists is not checked: a test installation may use `.test` or a local name.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def normalize_mailbox(address: str) -> str | None:
    """Return the mailbox with its domain in lower-case ASCII; None if `address` is not a mailbox."""
    result = _validate(address.strip())
    # `=?` is refused: mail programs decode it (RFC 2047), and one mailbox would have many spellings.
    return result.ascii_email if result and "=?" not in result.local_part else None


def normalize_domain(domain: str) -> str | None:
    """Return a mail domain in lower-case ASCII; None if `domain` is not one."""
    result = _validate(f"a@{domain}")
    return result.ascii_domain if result else None


def readable_mailbox(mailbox: str) -> str:
    """Return the mailbox with its domain in its own letters, for a page; unchanged if that is not possible."""
    result = _validate(mailbox) if "xn--" in mailbox else None
    return result.normalized if result else mailbox


def _validate(address: str) -> ValidatedEmail | None:
    """Return the parts of an address that every mail server on the way accepts; None for any other."""
    # The domain is read by IDNA 2008 (RFC 5891, UTS 46 non-transitional), as registries and mail servers do. The older
    # IDNA 2003, which Python's own codec and Django's mailer follow, makes `fass.de` of `faß.de`: a domain of another
    # owner. Letters beyond ASCII before the @ need SMTPUTF8 (RFC 6531), which not every mail server offers.
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
