"""Tell contacts that their name was hidden or their endorsement withdrawn, and staff where the timeline has the name.

Both happen in the database, or in the public process, which can read no mailbox. The worker does the rest.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from petition.actions.appeals import timeline
from petition.actions.lifecycle import lock_endorsements
from petition.actions.listing.entries import read_name
from petition.actions.mailing import queue, staff_alerts
from petition.actions.refusals import RowsFailed
from petition.models import Endorsement, FollowUp, TimelineText
from petition.security.encryption import CannotDecrypt
from petition.text.error_text import describe_error

IN_ONE_COMMIT: Final = 10
"""So that no lock is held for long."""
MOST_AT_ONCE: Final = 200
"""So that the worker's other duties do not wait for long."""
log = logging.getLogger(__name__)


def process_follow_ups(*, at: datetime) -> bool:
    """Queue the mails about what was hidden or withdrawn, the oldest first; return whether others may still wait.

    Raises RowsFailed at the end if some could not be queued: those stay, and hold up no others.
    """
    last = failed = 0
    for _ in range(MOST_AT_ONCE // IN_ONE_COMMIT):
        group = list(FollowUp.objects.filter(pk__gt=last).order_by("pk")[:IN_ONE_COMMIT])
        if not group:
            break
        failed += _count_failed(group, at=at)
        last = group[-1].pk
    if failed:
        raise RowsFailed(f"no mail queued for {failed} contacts")
    return FollowUp.objects.filter(pk__gt=last).exists()


def _count_failed(group: Sequence[FollowUp], *, at: datetime) -> int:
    """Process the group in one transaction, or if that fails each in its own; return how many failed."""
    try:
        _queue_mails(group, at=at)
    except Exception as error:  # noqa: BLE001  (one that fails holds up no other)
        if len(group) > 1:
            return sum(_count_failed([row], at=at) for row in group)
        log.error("No mail could be queued for the contact of one endorsement: %s", describe_error(error))
        return 1
    return 0


@transaction.atomic
def _queue_mails(group: Sequence[FollowUp], *, at: datetime) -> None:
    # The endorsements are locked before their follow-ups, as where an endorsement is erased.
    lock_endorsements(row.endorsement_id for row in group)
    # Read again: meanwhile another worker may have been faster, or the endorsement was erased.
    rows = FollowUp.objects.filter(pk__in=[row.pk for row in group]).select_related("endorsement").order_by("pk")
    for row in rows:
        queue.queue_mail_to_contact("changed", row.endorsement, at=at)
        _alert_if_in_timeline(row.endorsement, at=at)
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _alert_if_in_timeline(endorsement: Endorsement, *, at: datetime) -> None:
    """Tell the staff where the name stands in an entry of the timeline: only they can change its words."""
    if not TimelineText.objects.filter(entry__appeal=endorsement.appeal_id).exists():
        return
    try:
        name = read_name(endorsement)["organisation_name"]
    except CannotDecrypt:
        return
    if named := timeline.find_entries_naming(endorsement.appeal_id, name):
        staff_alerts.alert_timeline_names([entry.dated for entry in named], at=at)
