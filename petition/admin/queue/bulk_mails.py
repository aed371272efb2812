"""The mails that many at once would send, as their readers would read them: shown before anything is begun."""

from dataclasses import dataclass

from django.db.models import Min, QuerySet
from django.utils.translation import get_language

from petition.actions.moderation import decision_mails
from petition.mail.messages import Letter
from petition.models import Endorsement, Reason

Letters = list[tuple[str, Letter]]
"""A letter in each language that somebody of them reads."""


@dataclass(frozen=True)
class Rejection:
    """A reason that many can be rejected for, with its letters; none where it sends no mail."""

    code: str
    label: str
    letters: Letters


def of_approval(told: QuerySet[Endorsement]) -> Letters:
    """One letter for each language and each way to appear, about the first of them; the others differ in the line."""
    first = told.order_by().values("language", "display").annotate(first=Min("pk")).values_list("first", flat=True)
    rows = Endorsement.objects.filter(pk__in=list(first)).select_related("appeal", "signatory").order_by("pk")
    return [(row.language, decision_mails.preview_of_approval(row)) for row in rows]


def of_rejection(told: QuerySet[Endorsement], *, only: str = "") -> list[Rejection]:
    """Every reason that is offered, or `only` one, with its letters to those who are told anything."""
    languages = sorted(told.order_by().values_list("language", flat=True).distinct())
    reasons = Reason.objects.filter(code=only) if only else Reason.objects.offered()
    return [
        Rejection(reason.code, reason.label(get_language() or "en"), _letters(reason, languages)) for reason in reasons
    ]


def _letters(reason: Reason, languages: list[str]) -> Letters:
    told = [(language, decision_mails.rejected_for(reason, language)) for language in languages]
    return [(language, decision_mails.in_its_language(mail, language)) for language, mail in told if mail]
