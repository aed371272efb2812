"""What the page of an endorsement shows to judge it by: findings, similar names, undelivered mails, its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from petition.actions.listing import entries
from petition.admin.decryption import decrypt_or_none
from petition.admin.labels import MAILS
from petition.admin.review.forms import CheckForm
from petition.models import Display, Endorsement, KnownOrganisation, Origin, OutgoingMail, State
from petition.screening.evaluation import LIKENESS_LABELS, evaluate
from petition.screening.similar_names import Resemblance, find_resemblances
from petition.security.encrypted_names import get_name


def screening_context(endorsement: Endorsement) -> dict[str, Any]:
    """Return the findings and the similar names; neither for what was imported or withdrawn."""
    if endorsement.origin == Origin.IMPORTED or endorsement.state == State.WITHDRAWN:
        return {"findings": [], "similar": []}
    similar = find_resemblances(endorsement)
    return {
        "findings": evaluate(endorsement, similar),
        "similar": _compare(similar),
        "channels": _channels(endorsement),
    }


def _channels(endorsement: Endorsement) -> list[tuple[str, str]]:
    """Return the organisations that the secretariat knows at this mail domain, and how it reaches them."""
    known = KnownOrganisation.objects.filter(domain_index=endorsement.domain_index) if endorsement.domain_index else ()
    channels = ((one.name, decrypt_or_none(one, "sealed_channel")) for one in known)
    return [(name, channel) for name, channel in channels if channel]


def _compare(similar: list[Resemblance]) -> list[dict[str, Any]]:
    ids = [one.endorsement for one in similar]
    rows = Endorsement.objects.select_related("appeal", "signatory").in_bulk(ids)
    return [
        {
            "other": rows[one.endorsement],
            "website": get_name(rows[one.endorsement])["website"],
            "line": entries.get_entry_text_for_staff(rows[one.endorsement]) or _("Name encrypted"),
            "reference": one.reference or f"№ {one.endorsement}",
            "how": LIKENESS_LABELS[one.how],
            "verdict": one.verdict,
        }
        for one in similar
        if one.endorsement in rows
    ]


@dataclass(frozen=True)
class UndeliveredMail:
    """A mail that did not reach the organisation; `error` is the code that the server gave."""

    what: str
    error: str
    at: datetime
    is_final: bool
    came_back: bool  # after the mail server had accepted it


def list_undelivered_mails(endorsement: Endorsement) -> list[UndeliveredMail]:
    """Return the mails to this organisation that came back, were refused or are being tried in vain, newest first."""
    mails = OutgoingMail.objects.filter(endorsement=endorsement)
    if endorsement.mailbox_index:
        mails |= OutgoingMail.objects.filter(mailbox_index=endorsement.mailbox_index)
    waits = Q(sent_at=None, dropped_at=None) & ~Q(last_error="")
    failed = mails.filter(Q(failed_at__isnull=False) | Q(bounced_at__isnull=False) | waits)
    return [
        UndeliveredMail(
            str(MAILS.get(mail.message, mail.message)),
            mail.last_error.removeprefix("dsn "),
            mail.bounced_at or mail.failed_at or mail.created_at,
            mail.failed_at is not None,
            mail.bounced_at is not None,
        )
        for mail in failed.order_by("-pk")[:10]
    ]


def find_returned(endorsements: Sequence[Endorsement]) -> set[int]:
    """Return the ids of those to whose contact a mail came back. One query, however many there are."""
    pks, mailboxes = [one.pk for one in endorsements], {one.mailbox_index for one in endorsements} - {""}
    mails = OutgoingMail.objects.filter(bounced_at__isnull=False)
    about = mails.filter(Q(endorsement__in=pks) | Q(mailbox_index__in=mailboxes))
    found = {value for pair in about.values_list("endorsement", "mailbox_index") for value in pair} - {"", None}
    return {one.pk for one in endorsements if one.pk in found or one.mailbox_index in found}


def entry_context(endorsement: Endorsement) -> dict[str, Any]:
    """Return the number of the entry, or the one it would get now if it were approved."""
    return {
        "is_counted_only": endorsement.display == Display.WITHHELD,
        "number": endorsement.signatory.number if endorsement.signatory else endorsement.appeal.last_number + 1,
    }


def neighbour_context(endorsement: Endorsement, queryset: QuerySet[Endorsement]) -> dict[str, int | None]:
    """Return the ids of the endorsements before and after this one in `queryset`, oldest first."""
    ids = queryset.order_by("pk").values_list("pk", flat=True)
    return {
        "next": ids.filter(pk__gt=endorsement.pk).first(),
        "previous": ids.filter(pk__lt=endorsement.pk).order_by("-pk").first(),
    }


def find_next(pk: int, queryset: QuerySet[Endorsement]) -> int | None:
    """Return the id of the endorsement after `pk` in `queryset`, else of the oldest; None when nothing is left."""
    ids = queryset.exclude(pk=pk).order_by("pk").values_list("pk", flat=True)
    return ids.filter(pk__gt=pk).first() or ids.first()


def build_check_form(endorsement: Endorsement, seen: int) -> CheckForm | None:
    """Return the form with the recorded check, or None where there is nothing to check."""
    if endorsement.origin == Origin.IMPORTED or endorsement.state == State.WITHDRAWN:
        return None
    initial = {
        "how": endorsement.checked_how,
        "voucher": endorsement.vouched_by.reference if endorsement.vouched_by else "",
        "note": decrypt_or_none(endorsement, "sealed_check_note") or "",
        "member": endorsement.member_confirmed,
        "seen": seen,
    }
    return CheckForm(initial=initial, auto_id="check-%s", label_suffix="")
