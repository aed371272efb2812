"""The functions of models/database/link_functions.py in Python, for SQLite. They take and return exactly the same."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from petition.actions.mailing.mailbox_mails import exclude_endorsed
from petition.actions.refusals import NoSuchLink, NotPossible
from petition.actions.self_service import withdrawal
from petition.actions.self_service.private_links import lock_by_link
from petition.models import Contact, Endorsement, IntakeRow, Origin, PrivateLink, Purpose, State, Status
from petition.models.contacts import CODE_PREFIX
from petition.models.database.link_sql.leave import LEAVING
from petition.models.database.link_sql.open_link import COPIED_FIELDS, HOURS_SHOWN, MOMENTS, MOST_FORMS, MOST_ROWS
from petition.models.database.link_sql.parts import CODE_SECONDS
from petition.models.intake import MOST_WAITING_BY_LINK
from petition.reference import clock

Json = dict[str, Any]
_LEAVE: Final = {"hide": withdrawal.stop_naming, "withdraw": withdrawal.end_by_contact}


def open_link(digest: str) -> Json | None:
    """Return what petition_open does; None for an unknown link."""
    _slow_down_codes(digest)
    now = clock.now()
    link = PrivateLink.objects.live(now).filter(digest=digest).first()
    rows = _rows_of([digest])
    if link is None and not rows.filter(arrived_at__gt=now - timedelta(hours=HOURS_SHOWN)).exists():
        return None
    shown, waiting = _find_shown(link) if link else ([], 0)
    newest = rows.order_by("-arrived_at", "-pk")[:MOST_ROWS]
    return {
        "purpose": link.purpose if link else "",
        "waiting": waiting,
        "forms": [_describe(endorsement) for endorsement in shown],
        "rows": {row.pk.hex: "waiting" if row.done_at is None else row.outcome for row in newest},
    }


def _rows_of(digests: list[str]) -> QuerySet[IntakeRow]:
    """Return what was sent through these links. Rows that came through no link have an empty digest."""
    return IntakeRow.objects.filter(link_digest__in=digests).exclude(link_digest="")


def _find_shown(link: PrivateLink) -> tuple[list[Endorsement], int]:
    """Return the endorsements to show, and how many wait for the mailbox of the link."""
    rows = Endorsement.objects.select_related("appeal", "signatory")
    if link.endorsement_id:
        return list(rows.filter(pk=link.endorsement_id)), 0
    rows = rows.filter(mailbox_index=link.mailbox_index, origin=Origin.FORM)
    is_waiting = Q(state=State.SUBMITTED, withdrawal_due_at=None)
    forms = list(rows.filter(is_waiting).order_by("-submitted_at", "-pk"))
    if len(forms) > 1:
        forms = exclude_endorsed(forms)
    if forms:
        return forms[:MOST_FORMS], len(forms)
    return list(rows.exclude(is_waiting).order_by(F("confirmed_at").desc(nulls_last=True), "-pk")[:1]), 0


def _describe(endorsement: Endorsement) -> Json:
    signatory, question = endorsement.signatory, endorsement.questions.waiting().first()
    moments = {name: getattr(endorsement, name) for name in MOMENTS}
    return {
        **{name: getattr(endorsement, name) for name in COPIED_FIELDS},
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "appeal": endorsement.appeal_id,
        "slug": endorsement.appeal.slug,
        "text": endorsement.text_id,
        "signatory_kind": signatory.kind if signatory else "",
        "signatory_number": signatory.number if signatory else None,
        "is_listed": signatory is not None and signatory.status == Status.LISTED,
        "has_contact": Contact.objects.filter(endorsement=endorsement).exists(),
        "question": question.body if question else "",
        "correction_waits": endorsement.corrections.waiting().exists(),
    }


def leave(digest: str, verb: str) -> str:
    """Hide or withdraw as petition_leave does."""
    _slow_down_codes(digest)
    try:
        return "done" if _leave(digest, verb, at=clock.now()) else "unchanged"
    except NotPossible:
        return "refused"
    except NoSuchLink:
        return "unknown"


@transaction.atomic
def _leave(digest: str, verb: str, *, at: datetime) -> bool:
    endorsement = lock_by_link(digest, at=at, purposes=LEAVING)
    if verb not in _LEAVE:
        raise NotPossible
    return _LEAVE[verb](endorsement, at=at)


def send(digest: str, row_id: UUID, key_id: str, box: bytes) -> str:
    """Insert a row into the intake as petition_send does."""
    _slow_down_codes(digest)
    return _send(digest, row_id, key_id, box)


@transaction.atomic
def _send(digest: str, row_id: UUID, key_id: str, box: bytes) -> str:
    links = PrivateLink.objects.live(clock.now()).filter(digest=digest)
    link = links.exclude(purpose=Purpose.REMOVAL_CODE).first()
    if link is None:
        return "unknown"
    if _rows_of([digest]).filter(pk=row_id).exists():
        return "done"
    same = Q(endorsement=link.endorsement_id) if link.endorsement_id else Q(mailbox_index=link.mailbox_index)
    digests = list(PrivateLink.objects.filter(same).values_list("digest", flat=True))
    if IntakeRow.objects.waiting().filter(link_digest__in=digests).count() >= MOST_WAITING_BY_LINK:
        return "full"
    if not IntakeRow.objects.filter(pk=row_id).exists():  # ignoring a conflict would ignore the size of the box too
        IntakeRow.objects.create(id=row_id, appeal=0, key_id=key_id, box=box, link_digest=digest)
    return "done"


def _slow_down_codes(digest: str) -> None:
    # Before the transaction: on SQLite nobody else could write meanwhile.
    if digest.startswith(CODE_PREFIX):
        time.sleep(CODE_SECONDS)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "petition_open": open_link,
    "petition_leave": leave,
    "petition_send": send,
}
