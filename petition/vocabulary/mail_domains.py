"""What the domain of a mailbox tells, by two lists to know it by; neither is ever a reason to refuse."""

from pathlib import Path
from typing import Final

from disposable_email_domains import blocklist

from petition.vocabulary.mailboxes import canonical_domain

_FREE_FILE: Final = Path(__file__).with_name("free_mail.txt")
FREE: Final = frozenset(
    domain
    for line in _FREE_FILE.read_text(encoding="ascii").splitlines()
    if not line.startswith("#")  # says why the domains below it are there
    for domain in line.split()
)
"""Domains where everybody gets a mailbox."""
DISPOSABLE: Final = frozenset(blocklist) - FREE
"""Domains of mailboxes that end after minutes, as a public list has them. `make lock` renews it."""


def domain_of(mailbox: str) -> str:
    """The domain of a mailbox in its one spelling (vocabulary/mailboxes.py)."""
    return mailbox.rpartition("@")[2].lower()


def hints_of(mailbox: str, website: str) -> list[str]:
    """What mailbox and website tell, as codes: `free_mail`, `disposable_mail`, `mail_matches_website`."""
    domain = domain_of(mailbox)
    if domain in FREE:
        return ["free_mail"]
    hints = ["disposable_mail"] if _is_under(domain, DISPOSABLE) else []
    host = _host_of(website)
    if host and (_is_under(domain, {host}) or _is_under(host, {domain})):
        hints.append("mail_matches_website")
    return hints


def _is_under(domain: str, names: frozenset[str] | set[str]) -> bool:
    """Whether it is one of `names` or a part of one."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in names for start in range(len(labels) - 1))


def _host_of(website: str) -> str:
    """The host in the address as it was typed, without `www.`, in lower-case ASCII; '' where there is none."""
    host = website.rpartition("://")[2].partition("/")[0].partition(":")[0]
    host = host.lower() if host.isascii() else canonical_domain(host) or ""
    return host.removeprefix("www.")
