"""How a form was sent: what is stored of that, and whether it is put on hold. Nothing is refused here."""

from collections.abc import Sequence
from typing import Any

from petition.actions.intake.submissions import Arrival, ReceivedForm
from petition.models import Level, SiteState, Suspicion
from petition.reference.mail_domains import mail_domain, mailbox_hints
from petition.screening.thresholds import MIN_FILL_SECONDS
from petition.security import encryption, rate_limits
from petition.security.rate_limits import Limit


def build_arrival_columns(forms: Sequence[ReceivedForm]) -> list[dict[str, Any]]:
    """Return for each form the columns of its endorsement that say how it was sent; count it against every limit."""
    level = SiteState.objects.level()
    basics = [_describe_mailbox(form) for form in forms]
    sent = [(form, columns) for form, columns in zip(forms, basics, strict=True) if form.arrival]
    limits = [_list_limits(form, columns["domain_index"]) for form, columns in sent]
    counted = [(limit, who, form.at) for (form, _), some in zip(sent, limits, strict=True) for limit, who in some]
    counts = iter(rate_limits.count_many(counted))
    for (form, columns), some in zip(sent, limits, strict=True):
        exceeded = [limit.name for limit, _ in some if next(counts) > limit.most]
        columns.update(_assess(form, exceeded, level))
    return basics


def _describe_mailbox(form: ReceivedForm) -> dict[str, Any]:
    mailbox = form.submission.contact_email
    hints = mailbox_hints(mailbox, form.submission.website)
    domain_index = "" if "free_mail" in hints else encryption.compute_index("domain", mail_domain(mailbox))
    return {"hints": hints, "domain_index": domain_index}


def _assess(form: ReceivedForm, exceeded: list[str], level: str) -> dict[str, Any]:
    arrival = form.arrival
    assert arrival is not None  # noqa: S101  (for the type checker; the caller left the others out)
    suspicion = _suspect_form(arrival) or (exceeded[0] if exceeded else "")
    # The stricter of the level at which it was sent and today's. What was acknowledged is never refused.
    if not suspicion and {arrival.level, level} != {Level.NORMAL}:
        suspicion = Suspicion.STRICTER
    return {
        "network_index": arrival.network,
        "seconds_to_fill": arrival.seconds if arrival.seconds is not None and arrival.seconds >= 0 else None,
        "quarantined_at": form.at if suspicion else None,
        "quarantined_for": suspicion,
    }


def _suspect_form(arrival: Arrival) -> str:
    if arrival.honeypot_filled:
        return Suspicion.HONEYPOT
    if arrival.seconds is None:
        return Suspicion.NO_STAMP
    return Suspicion.TOO_FAST if 0 <= arrival.seconds < MIN_FILL_SECONDS else ""


def _list_limits(form: ReceivedForm, domain_index: str) -> list[tuple[Limit, str]]:
    limits = [(rate_limits.ENDORSEMENTS_BY_MAILBOX, encryption.compute_mailbox_index(form.submission.contact_email))]
    if form.arrival and form.arrival.network:
        limits.append((rate_limits.ENDORSEMENTS_FROM_NETWORK, form.arrival.network))
    if domain_index:
        limits.append((rate_limits.ENDORSEMENTS_AT_DOMAIN, domain_index))
    return [*limits, (rate_limits.ENDORSEMENTS_FOR_APPEAL, str(form.appeal.pk))]
