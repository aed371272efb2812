"""Made-up rows, made by the actions themselves, so that no test stands on a state that the site cannot reach."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from petition.actions.appeals import publication
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR, Actor
from petition.actions.endorsing import confirmation
from petition.actions.intake import accept, process
from petition.actions.intake.submissions import Submission
from petition.actions.lifecycle import lock_endorsement
from petition.actions.mailing import mailbox_mails, pre_send_checks
from petition.actions.moderation import decisions, manual_entry
from petition.actions.refusals import MailboxLimitReached, NoLongerTrue
from petition.actions.self_service import follow_ups, private_links, withdrawal
from petition.models import (
    Appeal,
    AppealText,
    AuditEvent,
    Demand,
    Endorsement,
    FollowUp,
    LinkRequest,
    Origin,
    OutgoingMail,
    Signatory,
    TextStatus,
)
from petition.security import encryption
from petition.security.tokens import generate_code, hash_removal_code, hash_token
from petition.statements.blocks import BlockKind, Statement
from petition.statements.proposal import propose, to_statement
from tests import site
from tests.recordings import recorded, reset_sequences
from tests.snapshots import Snapshot

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
def statement(signatories: int = 35) -> Statement:
    """Return the statement, with fewer signatories where that is quicker."""
    read = to_statement(propose(STATEMENT.read_text(encoding="utf-8")))
    left_out = set(read.texts(BlockKind.SIGNATORY)[signatories:])
    return Statement(tuple(block for block in read.blocks if block.text not in left_out))


@cache
def russian_source() -> str:
    """Return a plain text in Cyrillic letters with the statement's blocks, without its list: as a translation looks."""
    latin = "abcdefghijklmnopqrstuvwxyz"
    letters = "абцдефгхижклмнопкрстуввхыз"
    cyrillic = str.maketrans(latin + latin.upper(), letters + letters.upper())
    lines = []
    for block in statement().blocks:
        if block.kind == BlockKind.SIGNATORY or block.text == "Signed by:":
            continue
        known = {BlockKind.DATE: "9 октября 2020 года", BlockKind.HEADING: "Справка:"}
        words = known.get(block.kind, block.text.translate(cyrillic))
        lines.append(f"- {words}" if block.kind == BlockKind.DEMAND else f"\n{words}\n")
    return "\n".join(lines)


def _publish(slug: str, at: datetime) -> None:
    dated = statement().dated
    assert dated
    edition = StatementDetails(slug, "Civic Solidarity Platform", "en", TextStatus.OFFICIAL, dated)
    publication.publish_statement(statement(), edition, by=OPERATOR, at=at)


_published = Snapshot(
    lambda: _publish(SLUG, NOON),
    tables=[AuditEvent, Appeal, AppealText, Demand, Signatory, Endorsement],
    late=(AppealText, "published_at"),
)


def an_appeal(slug: str = SLUG, *, at: datetime = NOON, **changes: Any) -> Appeal:
    """A published appeal with the text and the 35; `changes` are set on its row. The first one of a test begins anew
    to number what `a_submission` makes up, so that tests do the same and can share recordings."""
    global _serial  # noqa: PLW0603
    if (slug, at) == (SLUG, NOON) and not AuditEvent.objects.exists() and not Appeal.objects.exists():
        _published.insert()
        reset_sequences()
        _serial = itertools.count(1)
    else:
        _publish(slug, at)
    if changes:
        Appeal.objects.filter(slug=slug).update(**changes)
    return Appeal.objects.get(slug=slug)


def a_submission(**changes: Any) -> Submission:
    """A form that differs from all others in name and mailbox, unless `changes` say otherwise."""
    number = next(_serial)
    apart = {"organisation_name": f"Made-up Fund {number}", "contact_email": f"asel{number}@fund.example"}
    return replace(SUBMISSION, **(apart | changes))


def ask_mailboxes() -> None:
    """Let the worker make the mails that forms and requests for links call for, at the moment of the newest."""
    forms = Endorsement.objects.to_ask_for_confirmation().values_list("mailbox_index", "submitted_at")
    asked = [*forms, *LinkRequest.objects.values_list("mailbox_index", "requested_at")]
    if not asked:
        return
    for mail in OutgoingMail.objects.owed().filter(mailbox_index__in={mailbox for mailbox, _ in asked}):
        if _as_it_leaves(mail) is None:
            OutgoingMail.objects.filter(pk=mail.pk).delete()  # the worker would have dropped it, and made another
    while mailbox_mails.queue_due_mails(at=max(moment for _, moment in asked)):
        pass


def mails() -> list[tuple[str, str, dict[str, Any]]]:
    """What will leave, oldest first: message, address, content, as the worker writes it when it is due."""
    if newest := FollowUp.objects.order_by("-at").first():
        follow_ups.process_follow_ups(at=newest.at)
    ask_mailboxes()
    return [written for mail in OutgoingMail.objects.owed().order_by("pk") if (written := _as_it_leaves(mail))]


def _as_it_leaves(mail: OutgoingMail) -> tuple[str, str, dict[str, Any]] | None:
    try:
        address, content = pre_send_checks.prepare(mail, at=mail.due_at)
    except NoLongerTrue:
        return None
    except MailboxLimitReached:
        address, content = (
            encryption.decrypt_column(mail, "sealed_address"),
            encryption.decrypt_column(mail, "sealed_content"),
        )
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
    return _submitted(appeal, a_submission(**changes), at)


def confirmed(appeal: Appeal, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    return _confirmed(appeal, a_submission(**changes), at)


def approved(appeal: Appeal, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    return _approved(appeal, a_submission(**changes), at)


def entered(appeal: Appeal, origin: Origin, *, at: datetime = NOON, **changes: Any) -> Endorsement:
    """What a moderator entered for an organisation that wrote or called."""
    return _entered(appeal, a_submission(**changes), origin, at)


@recorded
def _submitted(appeal: Appeal, submission: Submission, at: datetime) -> tuple[Endorsement, str]:
    accept.submit(appeal, submission, at=at)
    ask_mailboxes()
    mail = OutgoingMail.objects.latest("pk")
    assert mail.message == "confirm_mailbox"
    return Endorsement.objects.latest("pk"), token_in(encryption.decrypt_column(mail, "sealed_content"))


@recorded
def _confirmed(appeal: Appeal, submission: Submission, at: datetime) -> Endorsement:
    endorsement, token = _submitted(appeal, submission, at)
    mails_left(endorsement, at=at)
    result = confirmation.confirm(hash_token(token, "confirm"), at=at)
    private_links.create_own_page_link(result)  # as the mail does that leaves then
    return result


@recorded
def _approved(appeal: Appeal, submission: Submission, at: datetime) -> Endorsement:
    return decisions.approve(_confirmed(appeal, submission, at).pk, by=MODERATOR, at=at)


@recorded
def _entered(appeal: Appeal, submission: Submission, origin: Origin, at: datetime) -> Endorsement:
    note = "In the blue folder."
    return manual_entry.enter_endorsement(appeal, submission, origin=origin, note=note, by=MODERATOR, at=at)


def give_removal_code(endorsement: Endorsement) -> str:
    """A removal code that works for the endorsement, as the page shows it after the confirmation."""
    code = generate_code()
    private_links.add_removal_code(endorsement, hash_removal_code(code, endorsement.appeal.slug))
    return code


def a_code_digest() -> str:
    """The hash of a removal code that nobody has."""
    return hash_removal_code(generate_code(), SLUG)


def withdraw_for_good(endorsement_id: int, *, by: Actor = MODERATOR, at: datetime = NOON) -> Endorsement:
    """Withdrawn by staff, and the 24 hours in which that can be cancelled are over."""
    with transaction.atomic():
        endorsement = lock_endorsement(endorsement_id)
        withdrawal.end_endorsement(endorsement, by=by, at=at)
    return endorsement


def screen_due(*, at: datetime) -> int:
    """Screen all endorsements that are due at once, as the worker does one by one; return how many."""
    return sum(1 for _ in process.screen_in_steps(at=at))
