"""How a form came in: what is kept of that, and whether it is set aside until somebody looks. Nothing is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from petition.models import Appeal, Level, SiteState, Suspicion
from petition.reference.mail_domains import domain_of, hints_of
from petition.security import encryption, rate_limits
from petition.security.rate_limits import Limit

LEAST_SECONDS = 3
"""Nobody reads and fills in the form faster."""


@dataclass(frozen=True)
class Arrival:
    """What the door saw of a form that a visitor sent; a demonstration and the desk have no arrival."""

    network: str  # /24 or /64, '' where there is none; only hashed, never stored
    seconds: int | None  # since the form was opened; None when that cannot be believed, below zero when it is not known
    trapped: bool  # the field that people do not see was filled in


@transaction.atomic
def columns_of(appeal: Appeal, mailbox: str, website: str, arrival: Arrival | None, *, at: datetime) -> dict[str, Any]:
    """The columns of an endorsement that say how it came in. Each form counts against every limit, whatever it is."""
    hints, domain = hints_of(mailbox, website), domain_of(mailbox)
    columns: dict[str, Any] = {
        "hints": hints,
        "domain_index": "" if "free_mail" in hints else encryption.index_of("domain", domain),
    }
    if arrival is None:
        return columns
    passed = rate_limits.exceeded(_counted(appeal, mailbox, columns["domain_index"], arrival.network), at=at)
    suspicion = _of_its_making(arrival) or (passed[0] if passed else "")
    if not suspicion and SiteState.objects.level() == Level.STRICTER:
        suspicion = Suspicion.STRICTER
    return columns | {
        "network_index": rate_limits.network_index(arrival.network, at=at),
        "seconds_to_fill": arrival.seconds if arrival.seconds is not None and arrival.seconds >= 0 else None,
        "quarantined_at": at if suspicion else None,
        "quarantined_for": suspicion,
    }


def _of_its_making(arrival: Arrival) -> str:
    if arrival.trapped:
        return Suspicion.HONEYPOT
    if arrival.seconds is None:
        return Suspicion.NO_STAMP
    return Suspicion.TOO_FAST if 0 <= arrival.seconds < LEAST_SECONDS else ""


def _counted(appeal: Appeal, mailbox: str, domain_index: str, network: str) -> list[tuple[Limit, str]]:
    """Always in this order: those who wait for each other's counts never wait in a circle."""
    wanted = [(rate_limits.ENDORSEMENTS_BY_MAILBOX, encryption.mailbox_index(mailbox))]
    if network:
        wanted.append((rate_limits.ENDORSEMENTS_FROM_NETWORK, network))
    if domain_index:
        wanted.append((rate_limits.ENDORSEMENTS_AT_DOMAIN, domain_index))
    return [*wanted, (rate_limits.ENDORSEMENTS_FOR_APPEAL, str(appeal.pk))]
