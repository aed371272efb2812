"""What the review page shows beside the endorsement itself: evidence, likenesses side by side, where the line goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from petition.actions.listing import entries
from petition.actions.moderation import verification
from petition.admin.decryption import opened_or_none
from petition.admin.labels import MAILS
from petition.admin.review.action_forms import CheckForm
from petition.models import Display, Endorsement, KnownOrganisation, Origin, OutgoingMail, State
from petition.screening.evaluation import HOW, evidence
from petition.screening.similar_names import Resemblance, resemblances


def weighed(found: Endorsement) -> dict[str, Any]:
    """The findings, and each name that this one resembles; nothing for what was imported or has ended."""
    if found.origin == Origin.IMPORTED or found.state == State.WITHDRAWN:
        return {"findings": [], "alike": []}
    alike = resemblances(found)
    return {"findings": evidence(found, alike), "alike": _side_by_side(alike), "channels": _channels(found)}


def _channels(found: Endorsement) -> list[tuple[str, str]]:
    """Whom the secretariat knows at this mail domain, and how it reaches them."""
    known = KnownOrganisation.objects.filter(domain_index=found.domain_index) if found.domain_index else ()
    opened = ((one.name, opened_or_none(one.sealed_channel)) for one in known)
    return [(name, channel) for name, channel in opened if channel]


def _side_by_side(alike: list[Resemblance]) -> list[dict[str, Any]]:
    numbers = [one.endorsement for one in alike]
    rows = Endorsement.objects.select_related("appeal", "signatory").in_bulk(numbers)
    return [
        {
            "other": rows[one.endorsement],
            "line": entries.line_for_staff(rows[one.endorsement]) or _("Name sealed"),
            "reference": one.reference,
            "how": HOW[one.how],
            "verdict": one.verdict,
        }
        for one in alike
        if one.endorsement in rows
    ]


@dataclass(frozen=True)
class Undelivered:
    """A mail that did not reach the organisation: what it says, the server's code, and until when it is tried."""

    what: str
    error: str
    at: datetime
    is_final: bool


def undelivered(found: Endorsement) -> list[Undelivered]:
    """Return the mails to this organisation that were refused for good, or are being tried in vain, newest first."""
    mails = OutgoingMail.objects.filter(endorsement=found)
    if found.mailbox_index:
        mails |= OutgoingMail.objects.filter(mailbox_index=found.mailbox_index)
    failed = mails.filter(Q(failed_at__isnull=False) | Q(sent_at=None, dropped_at=None) & ~Q(last_error=""))
    return [
        Undelivered(
            str(MAILS.get(mail.message, mail.message)),
            mail.last_error,
            mail.failed_at or mail.created_at,
            mail.failed_at is not None,
        )
        for mail in failed.order_by("-pk")[:10]
    ]


def place(found: Endorsement) -> dict[str, Any]:
    """Where the line stands, or would stand once it is approved: the number is the next one if nobody is faster."""
    return {
        "is_counted_only": found.display == Display.WITHHELD,
        "number": found.signatory.number if found.signatory else found.appeal.last_number + 1,
    }


def neighbours(found: Endorsement, rows: QuerySet[Endorsement]) -> dict[str, int | None]:
    """The endorsements before and after this one among `rows`, which the queue shows, oldest first."""
    numbers = rows.order_by("pk").values_list("pk", flat=True)
    return {
        "next": numbers.filter(pk__gt=found.pk).first(),
        "previous": numbers.filter(pk__lt=found.pk).order_by("-pk").first(),
    }


def next_to_decide(pk: int, rows: QuerySet[Endorsement]) -> int | None:
    """What opens after a decision on `pk`: the next one of `rows`, at the end the oldest; None when nothing waits."""
    numbers = rows.exclude(pk=pk).order_by("pk").values_list("pk", flat=True)
    return numbers.filter(pk__gt=pk).first() or numbers.first()


def check_form(found: Endorsement) -> CheckForm | None:
    """How it is recorded now, to change; None where there is nothing to check."""
    if found.origin == Origin.IMPORTED or found.state == State.WITHDRAWN:
        return None
    initial = {
        "how": found.checked_how,
        "voucher": found.vouched_by.reference if found.vouched_by else "",
        "note": opened_or_none(found.sealed_check_note) or "",
        "member": found.member_confirmed,
        "seen": verification.version(found.pk),
    }
    return CheckForm(initial=initial, auto_id="check-%s", label_suffix="")
