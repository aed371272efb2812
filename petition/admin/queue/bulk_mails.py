"""The mails that a bulk action would send, as their readers would read them: shown before it is started."""

from dataclasses import dataclass

from django.db.models import Min, QuerySet
from django.utils.translation import get_language

from petition.actions.mailing import decision_mails
from petition.mail.messages import RenderedMail
from petition.models import Endorsement, Reason

MailsByLanguage = list[tuple[str, RenderedMail]]
"""A mail in each language that a recipient has chosen."""


@dataclass(frozen=True)
class RejectionPreview:
    """A reason that many can be rejected for, with its mails; none where it sends no mail."""

    code: str
    label: str
    mails_by_language: MailsByLanguage


def preview_approval_mails(recipients: QuerySet[Endorsement]) -> MailsByLanguage:
    """Return a mail for each language and display, to the first such recipient; others differ in the entry alone."""
    groups = recipients.order_by().values("language", "display").annotate(first=Min("pk"))
    ids = list(groups.values_list("first", flat=True))
    rows = Endorsement.objects.filter(pk__in=ids).select_related("appeal", "signatory").order_by("pk")
    return [(row.language, decision_mails.preview_approval_mail(row)) for row in rows]


def preview_rejection_mails(recipients: QuerySet[Endorsement], *, only: str = "") -> list[RejectionPreview]:
    """Return every reason that is offered, or the one with the code `only`, with its mails to these recipients."""
    languages = sorted(recipients.order_by().values_list("language", flat=True).distinct())
    reasons = Reason.objects.filter(code=only) if only else Reason.objects.offered()
    return [
        RejectionPreview(reason.code, reason.label(get_language() or "en"), _mails_for_reason(reason, languages))
        for reason in reasons
    ]


def _mails_for_reason(reason: Reason, languages: list[str]) -> MailsByLanguage:
    specs = [(language, decision_mails.build_mail_for_reason(reason, language)) for language in languages]
    return [(language, decision_mails.render_in_language(spec, language)) for language, spec in specs if spec]
