"""Create a demonstration: an appeal with made-up endorsements in every state, which is removed as a whole."""

import random
import secrets
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from petition.actions.appeals.publication import publish_statement
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR, Actor, record
from petition.actions.endorsing import confirmation
from petition.actions.intake import accept
from petition.actions.intake.submissions import Submission
from petition.actions.lifecycle import lock_endorsement, lock_endorsements
from petition.actions.moderation import decisions
from petition.actions.refusals import NotADemonstration
from petition.actions.self_service import private_links, withdrawal
from petition.models import (
    Appeal,
    AppealText,
    Demand,
    Endorsement,
    OutgoingMail,
    Purpose,
    Signatory,
    TextStatus,
    TimelineEntry,
)
from petition.reference import retention_periods as periods
from petition.security.tokens import hash_token
from petition.statements.blocks import Statement

SLUG = "demo"
PERIOD = timedelta(days=60)  # before now, in which the made-up endorsements arrived
_STAFF = Actor.staff(0)  # no account has this number
_NAMES = (
    ("Made-up Fund {}", "en"),
    ("Invented Centre for Human Rights “Example {}”", "en"),
    ("Imaginary International Association of Journalists, Lawyers and Observers of Elections, Section {}", "en"),
    ("MU{}", "en"),
    ("Выдуманный фонд «Пример {}»", "ru"),
    ("Несуществующее общественное объединение защиты прав и свобод № {}", "ru"),
    ("Ойдон чыгарылган «Үлгү {}» фонду", "ky"),
    ("Жок уюм: Өнөр жана Теңдик {}", "ky"),
    ("منظمة خيالية {}", "en"),
    ("Հորինված հիմնադրամ {}", "en"),
    ("გამოგონილი ფონდი {}", "en"),
    ("Vymyšlené sdružení č. {}", "en"),
)
_COUNTRIES = (("KG",), ("KG",), ("KZ",), ("DE",), ("PL", "UA"), ("GE",), ("CZ",), (), ("TJ",), ("US",))
_ENDINGS = ("approve",) * 12 + ("wait",) * 4 + ("unconfirmed", "unconfirmed", "reject", "withdraw", "revoke", "hide")


def get_or_create_appeal(slug: str, statement: Statement, *, at: datetime) -> Appeal:
    """Return the appeal to fill: the one with this slug, or a new demonstration created from `statement`."""
    appeal = Appeal.objects.filter(slug=slug).first()
    if appeal is None:
        dated = statement.dated or date(at.year, 1, 1)
        details = StatementDetails(slug, "Demonstration", "en", TextStatus.OFFICIAL, dated, is_demo=True)
        publish_statement(statement, details, by=OPERATOR, at=at - PERIOD)
        appeal = Appeal.objects.get(slug=slug)
    return appeal


def add_endorsements(appeal: Appeal, count: int, *, at: datetime, seed: int = 0) -> Iterator[int]:
    """Add `count` made-up endorsements in every state to the appeal; yield after each how many were added.

    They go through the same actions as real ones, with times spread over PERIOD before `at`. Their mails are deleted.
    """
    chance = random.Random(seed)  # noqa: S311  (made-up data, the same for the same seed)
    start = Endorsement.objects.filter(appeal=appeal).count()
    moments = sorted(at - PERIOD * chance.random() for _ in range(count))
    for number, moment in enumerate(moments, start + 1):
        _one(appeal, _made_up(number, chance), chance.choice(_ENDINGS), at=moment)
        yield number - start


def _made_up(number: int, chance: random.Random) -> Submission:
    name, language = chance.choice(_NAMES)
    return Submission(
        organisation_name=name.format(number),
        acronym=f"MU{number}" if chance.random() < 0.2 else "",
        countries=chance.choice(_COUNTRIES),
        website="",
        display="withheld" if chance.random() < 0.15 else "named",
        member=chance.random() < 0.3,
        contact_name=f"Made-up Person {number}",
        contact_role="Tester",
        contact_email=f"person{number}.{secrets.token_hex(3)}@demo.example",
        language=language,
    )


@transaction.atomic
def _one(appeal: Appeal, submission: Submission, ending: str, *, at: datetime) -> None:
    accept.submit(appeal, submission, at=at)
    endorsement = Endorsement.objects.filter(appeal=appeal).latest("pk")
    Endorsement.objects.filter(pk=endorsement.pk).update(asked_at=at)  # no mail is sent to a made-up mailbox
    if ending != "unconfirmed":
        token = private_links.create_link(endorsement, Purpose.CONFIRM, expires_at=at + periods.UNCONFIRMED)
        confirmation.confirm(hash_token(token, Purpose.CONFIRM), at=at)
    if ending in ("approve", "revoke", "hide"):
        decisions.approve(endorsement.pk, by=_STAFF, at=at)
    if ending in ("reject", "withdraw", "revoke"):
        deeds: dict[str, Callable[..., object]] = {"reject": decisions.reject, "revoke": decisions.revoke}
        deeds.get(ending, _withdraw)(endorsement.pk, by=_STAFF, at=at)
    endorsement.refresh_from_db()
    if ending == "hide" and endorsement.signatory:
        signatory = endorsement.signatory
        decisions.hide(appeal.slug, signatory.kind, signatory.number, by=_STAFF, at=at)  # type: ignore[arg-type]
    OutgoingMail.objects.filter(endorsement=endorsement).delete()


def _withdraw(endorsement_id: int, *, by: Actor, at: datetime) -> None:
    """Withdraw for good, as when the 24 hours of a withdrawal by staff are over."""
    withdrawal.end_endorsement(lock_endorsement(endorsement_id), by=by, at=at)


@transaction.atomic
def remove(slug: str, *, at: datetime) -> None:
    """Delete the demonstration but for its events in the audit log, which are marked. Raises NotADemonstration."""
    lock_endorsements(Endorsement.objects.filter(appeal__slug=slug, appeal__is_demo=True).values_list("pk", flat=True))
    appeal = Appeal.objects.select_for_update().filter(slug=slug, is_demo=True).first()
    if appeal is None:
        raise NotADemonstration
    record("remove", subject=appeal, by=OPERATOR, at=at)
    TimelineEntry.objects.filter(appeal=appeal).delete()
    Endorsement.objects.filter(appeal=appeal).delete()
    Signatory.objects.filter(appeal=appeal).delete()
    Demand.objects.filter(text__appeal=appeal).delete()
    AppealText.objects.filter(appeal=appeal).delete()
    appeal.delete()
