"""Put forms and made-up rows into the intake, for the tests beside this file."""

import uuid
from typing import Any

from petition.actions.intake import post
from petition.actions.intake.submissions import Arrival, Submission
from petition.models import Appeal, Endorsement, IntakeRow
from petition.publishing.cache.site_status import SiteStatus, load_status
from petition.security import sealed_boxes
from petition.security.sealed_boxes import Envelope
from tests.factories import a_submission
from tests.web.visitor import publish_intake_keys

BY_HAND = Arrival(network="", seconds=60, honeypot_filled=False)


def open_site() -> SiteStatus:
    publish_intake_keys()
    return load_status()


def send(
    appeal: Appeal, submission: Submission | None = None, *, arrival: Arrival = BY_HAND, once: str = ""
) -> uuid.UUID:
    row, _word = post.post_form(open_site(), appeal, submission or a_submission(), arrival, once=once)
    return row


def insert(appeal_id: int, kind: str, fields: dict[str, Any], *, link_digest: str = "") -> IntakeRow:
    """A row as a stolen public process could make it: sealed rightly, with any content."""
    row = IntakeRow(appeal=appeal_id, link_digest=link_digest)
    row.key_id, row.box = sealed_boxes.seal(Envelope(kind, row.pk, appeal_id, fields))
    row.save()
    return row


def form_fields(**changes: Any) -> dict[str, Any]:
    arrival = {"word": "kamiro", "seconds": 60, "honeypot": False, "level": "normal"}
    return vars(a_submission()) | {"countries": ["KG"]} | arrival | changes


def forms() -> list[Endorsement]:
    return list(Endorsement.objects.filter(origin="form").order_by("pk"))


def is_set_apart(row: IntakeRow) -> bool:
    return IntakeRow.objects.set_apart().filter(pk=row.pk).exists()
