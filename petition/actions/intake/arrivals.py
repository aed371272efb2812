"""How a form was sent: what is stored of that, and whether it is put on hold. Nothing is refused here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from petition.models import Appeal, Level, SiteState, Suspicion
from petition.reference.mail_domains import mail_domain, mailbox_hints
from petition.screening.thresholds import MIN_FILL_SECONDS
from petition.security import encryption, rate_limits
from petition.security.rate_limits import Limit


@dataclass(frozen=True)
class Arrival:
    """How a visitor sent the form. There is none for demonstrations and for entries by staff."""

    network: str  # /24 or /64, or ''; only its hash is stored
    seconds: int | None  # since the form was opened; None if not credible, negative if unknown
    honeypot_filled: bool  # the field that people do not see was filled in


@transaction.atomic
def build_arrival_columns(
    appeal: Appeal, mailbox: str, website: str, arrival: Arrival | None, *, at: datetime
) -> dict[str, Any]:
    """Return the columns of an endorsement that say how it was sent. Counts the form against every limit."""
    hints, domain = mailbox_hints(mailbox, website), mail_domain(mailbox)
    columns: dict[str, Any] = {
        "hints": hints,
        "domain_index": "" if "free_mail" in hints else encryption.compute_index("domain", domain),
    }
    if arrival is None:
        return columns
    exceeded = rate_limits.consume_all(_list_limits(appeal, mailbox, columns["domain_index"], arrival.network), at=at)
    suspicion = _suspect_form(arrival) or (exceeded[0] if exceeded else "")
    if not suspicion and SiteState.objects.level() == Level.STRICTER:
        suspicion = Suspicion.STRICTER
    return columns | {
        "network_index": rate_limits.compute_network_index(arrival.network, at=at),
        "seconds_to_fill": arrival.seconds if arrival.seconds is not None and arrival.seconds >= 0 else None,
        "quarantined_at": at if suspicion else None,
        "quarantined_for": suspicion,
    }


def _suspect_form(arrival: Arrival) -> str:
    if arrival.honeypot_filled:
        return Suspicion.HONEYPOT
    if arrival.seconds is None:
        return Suspicion.NO_STAMP
    return Suspicion.TOO_FAST if 0 <= arrival.seconds < MIN_FILL_SECONDS else ""


def _list_limits(appeal: Appeal, mailbox: str, domain_index: str, network: str) -> list[tuple[Limit, str]]:
    # Always in this order, so that two transactions never wait for each other's counters in a circle.
    limits = [(rate_limits.ENDORSEMENTS_BY_MAILBOX, encryption.compute_mailbox_index(mailbox))]
    if network:
        limits.append((rate_limits.ENDORSEMENTS_FROM_NETWORK, network))
    if domain_index:
        limits.append((rate_limits.ENDORSEMENTS_AT_DOMAIN, domain_index))
    return [*limits, (rate_limits.ENDORSEMENTS_FOR_APPEAL, str(appeal.pk))]
