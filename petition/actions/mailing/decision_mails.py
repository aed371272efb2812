"""Build the mail about a decision: the review page shows it before the decision, and the decision queues the same."""

from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from petition.actions.listing import entries
from petition.actions.refusals import UnknownReason
from petition.mail.messages import RenderedMail, render
from petition.models import Display, Endorsement, Kind, Reason

OTHER_REASON = "other"  # the code of the reason that says least
LINK_PLACEHOLDER = "…"  # in a preview, where the mail will have a private link


@dataclass(frozen=True)
class MailSpec:
    """A message of mail/messages.py and its content."""

    message: str
    content: dict[str, str] = field(default_factory=dict)


def build_approval_mail(endorsement: Endorsement, *, kind: str, number: int) -> MailSpec:
    """Return the mail that says under which number the endorsement is listed, or that it is counted without a name."""
    if endorsement.display == Display.WITHHELD:
        return MailSpec("counted")
    with translation.override(endorsement.language):
        path = reverse("signatory", args=[endorsement.appeal.slug, kind, number])
    return MailSpec(
        "listed", {"line": entries.get_entry_text_for_staff(endorsement), "url": f"{settings.SITE_URL}{path}"}
    )


def build_rejection_mail(code: str, language: str) -> MailSpec | None:
    """Return the mail with the words of the reason with this code; None where it sends none. Raises UnknownReason."""
    reason = Reason.objects.offered().filter(code=code).first()
    if reason is None and code != OTHER_REASON:
        raise UnknownReason
    if reason is None:
        return MailSpec("rejected")
    return build_mail_for_reason(reason, language)


def build_mail_for_reason(reason: Reason, language: str) -> MailSpec | None:
    """Return the mail with the words of `reason` in `language`; None where it sends none."""
    words = str(reason.words.get(language) or "")
    return MailSpec("rejected", {"words": words} if words else {}) if reason.sends_mail else None


def preview_approval_mail(endorsement: Endorsement) -> RenderedMail:
    """Return the mail that an approval would send now. The number may differ if another one is listed first."""
    signatory = endorsement.signatory
    next_entry = (Kind.FURTHER, endorsement.appeal.last_number + 1)
    kind, number = (signatory.kind, signatory.number) if signatory else next_entry
    return render_in_language(build_approval_mail(endorsement, kind=kind, number=number), endorsement.language)


def render_in_language(spec: MailSpec, language: str) -> RenderedMail:
    """Return the mail as it reads in `language`."""
    with translation.override(language):
        return render(spec.message, spec.content)
