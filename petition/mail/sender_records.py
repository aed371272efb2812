"""What the DNS must say so that others accept mails of this site: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).

Only the command `check_mail` asks the DNS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import dns.exception
import dns.resolver

PRESENT, MISSING, WRONG, UNKNOWN = "present", "missing", "wrong", "not known"
_SECONDS: Final = 10


@dataclass(frozen=True)
class RecordCheck:
    """One record: its name, whether it is there, and one sentence for the operator."""

    kind: str
    name: str
    outcome: str
    sentence: str


class LookUpFailed(Exception):
    """The DNS gave no answer. The message says which one."""


def check_sender(
    domain: str, *, mail_host: str, envelope_domain: str, selector: str, resolver: dns.resolver.Resolver | None = None
) -> list[RecordCheck]:
    """Return what the DNS has for mails whose From is at `domain` and whose envelope sender is at `envelope_domain`.

    `mail_host` is the server of EMAIL_URL; `selector` is that of the DKIM key, '' where it is not known.
    """
    resolver = resolver or _read_system_resolver()
    resolver.lifetime = _SECONDS
    return [
        _run("SPF", envelope_domain, lambda: _check_spf(envelope_domain, mail_host, resolver)),
        _run("DKIM", f"{selector or 'SELECTOR'}._domainkey.{domain}", lambda: _check_dkim(domain, selector, resolver)),
        _run("DMARC", f"_dmarc.{domain}", lambda: _check_dmarc(domain, resolver)),
    ]


def _read_system_resolver() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return dns.resolver.Resolver(configure=False)  # has no server to ask, so each look-up says that it failed


def _run(kind: str, name: str, check: Callable[[], tuple[str, str]]) -> RecordCheck:
    try:
        outcome, sentence = check()
    except LookUpFailed as error:
        outcome, sentence = UNKNOWN, str(error)
    return RecordCheck(kind, name, outcome, sentence)


def _check_spf(domain: str, mail_host: str, resolver: dns.resolver.Resolver) -> tuple[str, str]:
    records = [text for text in _look_up(domain, "TXT", resolver) if text.lower().split(" ")[0] == "v=spf1"]
    wanted = f'Set TXT {domain} "v=spf1 a:{mail_host} -all", or with the include that your provider names.'
    if not records:
        return MISSING, wanted
    if len(records) > 1:
        return WRONG, f"There are {len(records)} SPF records, and others then accept none: join them into one."
    terms = records[0].lower().split()[1:]
    if "+all" in terms or "all" in terms:
        return WRONG, "It lets every server send for you (+all): end it with -all."
    senders = [
        term for term in terms if term.lstrip("+").startswith(("a", "mx", "ip4:", "ip6:", "include:", "exists:"))
    ]
    if not senders and not any(term.startswith("redirect=") for term in terms):
        return WRONG, f"It lets no server send for you: {wanted}"
    return PRESENT, f"It is “{records[0]}”: make sure that it includes {mail_host} or your provider."


def _check_dkim(domain: str, selector: str, resolver: dns.resolver.Resolver) -> tuple[str, str]:
    ask = f"Ask your provider to sign with DKIM for {domain} and which record to set"
    if not selector:
        return UNKNOWN, f"{ask}; then repeat this with --selector, as it stands in the s= of a mail's DKIM-Signature."
    records = _look_up(f"{selector}._domainkey.{domain}", "TXT", resolver)
    if not records:
        return MISSING, f"{ask}: your mail server signs with its private key, this site does not."
    tags = _read_tags("".join(records))
    if "p" not in tags:
        return WRONG, "It has no public key (p=): copy the record from your provider again."
    if not tags["p"]:
        return WRONG, "Its public key is revoked (p= is empty): ask your provider for the present selector."
    return (
        PRESENT,
        "It has a public key. A test mail shows dkim=pass in its Authentication-Results if the server signs.",
    )


def _check_dmarc(domain: str, resolver: dns.resolver.Resolver) -> tuple[str, str]:
    records = [text for text in _look_up(f"_dmarc.{domain}", "TXT", resolver) if text.lower().startswith("v=dmarc1")]
    wanted = f'Set TXT _dmarc.{domain} "v=DMARC1; p=quarantine", and p=none for the first weeks.'
    if not records:
        return MISSING, wanted
    if len(records) > 1:
        return WRONG, f"There are {len(records)} DMARC records, and others then use none: leave one."
    policy = _read_tags(records[0]).get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return WRONG, f"It has no valid policy (p=): {wanted}"
    if policy == "none":
        return PRESENT, "Its policy is none: forged mails still arrive. Set p=quarantine when your own mails pass."
    return PRESENT, f"Its policy is {policy}."


def _read_tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376, 3.2)."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}


def _look_up(name: str, kind: str, resolver: dns.resolver.Resolver) -> list[str]:
    """Return the texts of the records with this name; [] if there is none. Raises LookUpFailed."""
    try:
        answer = resolver.resolve(name, kind)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise LookUpFailed(f"The DNS gave no answer for {name} ({type(error).__name__}): try again later.") from error
    return [b"".join(row.strings).decode(errors="replace") for row in answer]
