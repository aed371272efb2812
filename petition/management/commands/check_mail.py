from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any

import dns.resolver
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.mailing import delivery
from petition.mail import sender_records
from petition.text.mailboxes import normalize_mailbox


class Command(BaseCommand):
    help = (
        "Sends one test mail at once: `manage.py check_mail you@example.org`, and says what SPF, DKIM and DMARC need. "
        "Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="where to send it")
        parser.add_argument("--selector", default="", help="of the DKIM key, as your provider names it")
        parser.add_argument(
            "--dns-server", default="", help="ask this server (address or address:port) and not the system's"
        )

    def handle(self, *args: Any, address: str, selector: str, dns_server: str, **options: Any) -> None:
        mailbox = normalize_mailbox(address)
        if mailbox is None:
            raise CommandError(f"{address!r} is not an e-mail address: write one like you@example.org.")
        error = delivery.try_delivery(mailbox)
        if not error and not settings.EMAIL_URL:
            self.stdout.write(f"EMAIL_URL is not set, so the mail is a file in {settings.MAIL_DIR}.")
            return
        self._describe_records(selector, dns_server)
        if error:
            raise CommandError(
                f"The mail server did not accept the mail ({error}): compare EMAIL_URL with your provider's "
                f"instructions, and check that it lets {settings.SENDER!r} send (SENDER)."
            )
        self.stdout.write(
            f"The mail server accepted the mail. Check that it arrives at {address}, and not in the spam folder."
        )

    def _describe_records(self, selector: str, server: str) -> None:
        domain = _domain_of(settings.SENDER)
        envelope_domain = _domain_of(settings.BOUNCE_ADDRESS) or domain
        if not _can_have_records(domain):
            self.stdout.write(f"SENDER is at {domain}, which has no records: set it to a mailbox of your domain.")
            return
        checks = sender_records.check_sender(
            domain,
            mail_host=settings.EMAIL_HOST,
            envelope_domain=envelope_domain,
            selector=selector,
            resolver=_build_resolver(server) if server else None,
        )
        for check in checks:
            self.stdout.write(f"{check.kind} ({check.name}): {check.outcome}. {check.sentence}")
        if not _is_same_organisation(domain, envelope_domain):
            self.stdout.write(
                f"BOUNCE_ADDRESS is at {envelope_domain} and SENDER at {domain}, so SPF does not count for DMARC: use "
                "one domain for both."
            )


def _domain_of(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2].lower()


def _can_have_records(domain: str) -> bool:
    """Return whether it is a name of the DNS, and not an address or the name of this machine."""
    try:
        ip_address(domain.strip("[]"))
    except ValueError:
        return "." in domain
    return False


def _is_same_organisation(one: str, other: str) -> bool:
    """Return whether one domain is the other or below it, as relaxed alignment asks at least (RFC 7489, 3.1)."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _build_resolver(server: str) -> dns.resolver.Resolver:
    host, _, port = server.partition(":")
    resolver = dns.resolver.Resolver(configure=False)
    try:
        resolver.nameservers, resolver.port = [host], int(port or 53)
    except ValueError as error:
        raise CommandError(f"{server!r} is no address of a DNS server: write 192.0.2.1 or 192.0.2.1:53.") from error
    return resolver
