"""End all private links and codes after a break-in, and let the worker mail new ones.

An attacker in the public process may have seen which links and codes visitors used meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, record, record_for
from petition.actions.lifecycle import lock_endorsements
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import manual_entry
from petition.models import Endorsement, Invitation, Origin, PrivateLink, Purpose, State
from petition.security import encryption

RENEWED: Final = "renewed"
"""The reason, in the audit log of an endorsement, why its links ended."""
_AT_ONCE: Final = 100


@dataclass
class Renewal:
    """What a run did."""

    links: int = 0  # links and codes that no longer work
    forms: int = 0  # not confirmed yet, whose contact is asked again
    mailboxes: set[str] = field(default_factory=set)  # keyed hashes of those that get new links to their own pages
    codes_kept: int = 0  # removal codes of endorsements without a mailbox, which have no other way
    invitations: int = 0  # of staff


def renew_links(*, by: Actor, at: datetime, on_progress: Callable[[int, int], None] = lambda done, of: None) -> Renewal:
    """End every private link and code, and request new ones for each mailbox; return what was done.

    The mails leave as if each mailbox had asked for them, so at most three a day go to one. A run that was killed can
    be repeated. `on_progress` is called with how many endorsements are done, and of how many.
    """
    renewal = Renewal()
    _ask_for_confirmation_again(renewal, by=by, at=at)
    done, of = 0, Endorsement.objects.count()
    for numbers in _in_steps():
        for mailbox, language in _end_links(numbers, renewal, by=by, at=at):
            try:
                with transaction.atomic():
                    mailbox_mails.request_links(mailbox, language=language, at=at)
            except IntegrityError:  # its owner has just requested them
                pass
        done += len(numbers)
        on_progress(done, of)
    return renewal


@transaction.atomic
def _ask_for_confirmation_again(renewal: Renewal, *, by: Actor, at: datetime) -> None:
    """End the links and codes that confirm the forms of a mailbox, and the invitations of staff."""
    record_for("sitestate", None, "renew_links", by=by, at=at)
    renewal.links += PrivateLink.objects.exclude(mailbox_index="").delete()[0]
    forms = Endorsement.objects.filter(state=State.SUBMITTED, origin=Origin.FORM, withdrawal_due_at=None)
    renewal.forms = forms.update(asked_at=None)
    renewal.invitations = Invitation.objects.all().delete()[0]


def _in_steps() -> Iterator[list[int]]:
    last = 0
    while numbers := list(
        Endorsement.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    ):
        yield numbers
        last = numbers[-1]


@transaction.atomic
def _end_links(numbers: list[int], renewal: Renewal, *, by: Actor, at: datetime) -> list[tuple[str, str]]:
    """End the links of these endorsements; return mailbox and language of each contact that is to get new ones."""
    lock_endorsements(numbers)
    rows = Endorsement.objects.filter(pk__in=numbers).select_related("appeal", "signatory", "contact").order_by("pk")
    asking = []
    for row in rows:
        mailbox = _read_mailbox(row)
        _end_links_of(row, renewal, keeps_code=not mailbox, by=by, at=at)
        if mailbox and row.state == State.SUBMITTED and row.origin == Origin.EMAIL:
            manual_entry.queue_request_to_confirm(row, at=at)
            renewal.forms += 1
        elif mailbox and row.confirmed_at and row.mailbox_index not in renewal.mailboxes:
            renewal.mailboxes.add(row.mailbox_index)
            asking.append((mailbox, row.language))
    return asking


def _read_mailbox(endorsement: Endorsement) -> str:
    """Return the mailbox of its contact; '' where there is none, or it cannot be read."""
    if not (endorsement.mailbox_index and hasattr(endorsement, "contact")):
        return ""
    try:
        return str(encryption.decrypt_column(endorsement.contact, "sealed_mailbox"))
    except encryption.CannotDecrypt:
        return ""


def _end_links_of(endorsement: Endorsement, renewal: Renewal, *, keeps_code: bool, by: Actor, at: datetime) -> None:
    links = endorsement.links.all()
    purposes = set(links.values_list("purpose", flat=True))
    if keeps_code and Purpose.REMOVAL_CODE in purposes:
        renewal.codes_kept += 1
        purposes.remove(Purpose.REMOVAL_CODE)
    renewal.links += links.filter(purpose__in=purposes).delete()[0]
    # Recorded for each endorsement, so that no restored backup brings the old ones back (removal_journal.py).
    if purposes - {Purpose.REMOVAL_CODE}:
        record("end_links", subject=endorsement, by=by, at=at, reason=RENEWED)
    if Purpose.REMOVAL_CODE in purposes:
        record("end_code", subject=endorsement, by=by, at=at, reason=RENEWED)
