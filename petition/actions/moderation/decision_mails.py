"""What an organisation is told of a decision, before it is made (the desk shows it) and when it is owed."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from petition.actions.listing import entries
from petition.mail.messages import Letter, write
from petition.models import Display, Endorsement, Kind, Reason

OTHER = "other"
"""The reason that says least."""
PRIVATE_ADDRESS = "…"
"""Stands in a preview where the mail will have a private link."""


class UnknownReason(Exception):
    """No such reason is offered."""


@dataclass(frozen=True)
class Told:
    """One of mail/messages.py and its content."""

    message: str
    content: dict[str, str] = field(default_factory=dict)


def of_approval(endorsement: Endorsement, *, kind: str, number: int) -> Told:
    """Listed as this line; or counted, where no name is shown."""
    if endorsement.display == Display.WITHHELD:
        return Told("counted")
    with translation.override(endorsement.language):
        path = reverse("signatory", args=[endorsement.appeal.slug, kind, number])
    return Told("listed", {"line": entries.line_for_staff(endorsement), "url": f"{settings.SITE_URL}{path}"})


def of_rejection(code: str, language: str) -> Told | None:
    """In the words of the reason with this code; None where it sends no mail. Raises UnknownReason."""
    reason = Reason.objects.offered().filter(code=code).first()
    if reason is None and code != OTHER:
        raise UnknownReason
    if reason is None:
        return Told("rejected")
    return rejected_for(reason, language)


def rejected_for(reason: Reason, language: str) -> Told | None:
    """The same for a reason at hand."""
    words = str(reason.words.get(language) or "")
    return Told("rejected", {"words": words} if words else {}) if reason.sends_mail else None


def preview_of_approval(endorsement: Endorsement) -> Letter:
    """The mail that an approval would send now; its number may be another when somebody is listed before."""
    line = endorsement.signatory
    kind, number = (line.kind, line.number) if line else (Kind.FURTHER, endorsement.appeal.last_number + 1)
    return in_its_language(of_approval(endorsement, kind=kind, number=number), endorsement.language)


def in_its_language(told: Told, language: str) -> Letter:
    """The letter as it reads in `language`."""
    with translation.override(language):
        return write(told.message, told.content)
