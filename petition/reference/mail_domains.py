"""Hints from the domain of a mailbox, by two lists of domains; neither is ever a reason to refuse."""

from pathlib import Path
from typing import Final

from disposable_email_domains import blocklist

from petition.text.mailboxes import normalize_domain

_FREE_FILE: Final = Path(__file__).with_name("free_mail.txt")
FREE_DOMAINS: Final = frozenset(
    domain
    for line in _FREE_FILE.read_text(encoding="ascii").splitlines()
    if not line.startswith("#")  # says why the domains below it are there
    for domain in line.split()
)
"""Domains where everybody gets a mailbox."""
DISPOSABLE_DOMAINS: Final = frozenset(blocklist) - FREE_DOMAINS
"""Domains of mailboxes that end after minutes, from a public list. `make lock` renews it."""


def mail_domain(mailbox: str) -> str:
    """Return the domain of a mailbox in its normal form (text/mailboxes.py)."""
    return mailbox.rpartition("@")[2].lower()


def mailbox_hints(mailbox: str, website: str) -> list[str]:
    """Return codes for what mailbox and website show: `free_mail`, `disposable_mail`, `mail_matches_website`."""
    domain = mail_domain(mailbox)
    if domain in FREE_DOMAINS:
        return ["free_mail"]
    hints = ["disposable_mail"] if _is_under(domain, DISPOSABLE_DOMAINS) else []
    host = _host_of(website)
    if host and (_is_under(domain, {host}) or _is_under(host, {domain})):
        hints.append("mail_matches_website")
    return hints


def _is_under(domain: str, names: frozenset[str] | set[str]) -> bool:
    """Return whether `domain` is one of `names` or a subdomain of one."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in names for start in range(len(labels) - 1))


def _host_of(website: str) -> str:
    """Return the host of an address as typed, without `www.`, in lower-case ASCII; '' if there is none."""
    host = website.rpartition("://")[2].partition("/")[0].partition(":")[0]
    host = host.lower() if host.isascii() else normalize_domain(host) or ""
    return host.removeprefix("www.")
