"""Made-up rows, made by the deeds themselves, so that no test stands on a state that the site cannot reach."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from petition.actions import (
    appeals,
    confirmation,
    endorsements,
    entering,
    leaving,
    mail_claims,
    mailbox_mails,
    moderation,
    weighing,
)
from petition.actions.audit import OPERATOR, Actor
from petition.actions.endorsements import Submission
from petition.actions.lifecycle import locked
from petition.models import Appeal, Endorsement, LinkRequest, Origin, OutgoingMail, SiteState, TextStatus
from petition.protection import contacts
from petition.protection.tokens import digest_of_token
from petition.reading import Reading, read_statement
from tests import site

STATEMENT = Path(__file__).parent.parent / "fixtures" / "statement.txt"
SLUG = site.SLUG
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODERATOR, SECOND = Actor.staff(1), Actor.staff(2)
_serial = itertools.count(1)

SUBMISSION = Submission(
    organisation_name="Made-up Fund",
    acronym="",
    countries=("KG",),
    website="",
    display="named",
    member=False,
    contact_name="Asel Made-up",
    contact_role="Director",
    contact_email="asel@fund.example",
    language="en",
)


@cache
def reading() -> Reading:
    return read_statement(STATEMENT.read_text(encoding="utf-8"))


def an_appeal(slug: str = SLUG, *, at: datetime = NOON, **changes: Any) -> Appeal:
    """A published appeal with the text and the 35; `changes` are set on its row."""
    dated = reading().dated
    assert dated
    edition = appeals.Edition(slug, "Civic Solidarity Platform", "en", TextStatus.OFFICIAL, dated)
    appeals.publish_statement(reading(), edition, by=OPERATOR, at=at)
    Appeal.objects.filter(slug=slug).update(**changes)
    return Appeal.objects.get(slug=slug)


def a_submission(**changes: Any) -> Submission:
    """A form that differs from all others in name and mailbox, unless `changes` say otherwise."""
    number = next(_serial)
    apart = {"organisation_name": f"Made-up Fund {number}", "contact_email": f"asel{number}@fund.example"}
    return replace(SUBMISSION, **(apart | changes))


def ask_mailboxes() -> None:
    """Let the worker make the mails that forms and requests for links call for, at the moment of the newest."""
    moments = [*Endorsement.objects.to_ask().values_list("submitted_at", flat=True)]
    moments += LinkRequest.objects.values_list("requested_at", flat=True)
    if not moments:
        return
    for mail in OutgoingMail.objects.owed().exclude(mailbox_index=""):
        if _as_it_leaves(mail) is None:
            OutgoingMail.objects.filter(pk=mail.pk).delete()  # the worker would have dropped it, and made another
    while mailbox_mails.queue(at=max(moments)):
        pass


def mails() -> list[tuple[str, str, dict[str, Any]]]:
    """What will leave, oldest first: message, address, content, as the worker writes it when it is due."""
    ask_mailboxes()
    return [told for mail in OutgoingMail.objects.owed().order_by("pk") if (told := _as_it_leaves(mail))]


def _as_it_leaves(mail: OutgoingMail) -> tuple[str, str, dict[str, Any]] | None:
    try:
        address, content = mail_claims.departure_of(mail, at=mail.due_at)
    except mail_claims.NoLongerTrue:
        return None
    except mail_claims.NotYet:
        address, content = contacts.opened(mail.sealed_address), contacts.opened(mail.sealed_content)
    return mail.message, address, {name: text for name, text in content.items() if name != "tokens"}


def mails_left(endorsement: Endorsement, *, at: datetime = NOON) -> None:
    """The mail that asks this mailbox has left."""
    asked = OutgoingMail.objects.owed().filter(mailbox_index=endorsement.mailbox_index)
    asked.update(sent_at=at, sealed_address="", sealed_content="")


def token_in(content: dict[str, str]) -> str:
    """The token of the private link in a mail."""
    return content["url"].split("/endorsements/")[1].split("/")[0]


def submitted(appeal: Appeal, *, at: datetime = NOON, **changes: Any) -> tuple[Endorsement, str]:
    """An endorsement that waits for its mailbox, and the token that was mailed."""
    endorsements.submit(appeal, a_submission(**changes), at=at)
    message, _, content = mails()[-1]
    assert message == "confirm_mailbox"
    return Endorsement.objects.latest("pk"), token_in(content)


def confirmed(appeal: Appeal, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    endorsement, token = submitted(appeal, at=at, **changes)
    mails_left(endorsement, at=at)
    return confirmation.confirm(digest_of_token(token, "confirm"), at=at).endorsement


def entered(appeal: Appeal, origin: Origin, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    """What a moderator entered for an organisation that wrote or called."""
    note = "In the blue folder."
    return entering.enter(appeal, a_submission(**changes), origin=origin, note=note, by=MODERATOR, at=at)


def approved(appeal: Appeal, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    return moderation.approve(confirmed(appeal, at=at, **changes).pk, by=MODERATOR, at=at)


def withdraw_for_good(endorsement_id: int, *, by: Actor = MODERATOR, at: datetime = NOON) -> Endorsement:
    """Withdrawn by staff, and the 24 hours in which that can be cancelled are over."""
    with transaction.atomic():
        endorsement = locked(endorsement_id)
        leaving.end(endorsement, by=by, at=at)
    return endorsement


def weigh_due(*, at: datetime) -> int:
    """Weigh all endorsements that are due at once, as the worker does one by one; return how many."""
    return sum(1 for _ in weighing.in_pieces(at=at))


def see_worker(*, at: datetime) -> None:
    """Note that the worker was at work at `at`, as its check of the clock does."""
    SiteState.objects.update_or_create(pk=1, defaults={"worker_seen_at": at})
