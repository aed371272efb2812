"""What each mail says: one function per mail. Neutral subjects; no word of the appeal there or in the preview.

Mails are plain text: a link shows where it leads, and nothing is loaded when a mail is opened.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext as _

from petition.mail import staff_messages
from petition.models import MailParagraph

_KEPT_SECONDS: Final = 5.0
_BLANK_LINES: Final = re.compile(r"\n{3,}")  # a part of the mail that is left out leaves its lines
_kept: tuple[float, dict[tuple[str, str], str]] | None = None


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    text: str


def render(message: str, content: dict[str, str]) -> RenderedMail:
    """Return the mail called `message` in the active language. Raises KeyError for an unknown name."""
    if message in EDITABLE_MAILS and "paragraph" not in content:
        content = content | {"paragraph": _find_paragraph(message, get_language() or settings.LANGUAGE_CODE)}
    return MESSAGES[message](content)


def forget_paragraphs() -> None:
    """Forget the copy of the editors' paragraphs, so that the next mail has what is stored now."""
    global _kept  # noqa: PLW0603  (see _find_paragraph)
    _kept = None


def _find_paragraph(message: str, language: str) -> str:
    """Return what editors added to this mail, as of some seconds ago: the worker would ask for each mail."""
    global _kept  # noqa: PLW0603  (one copy for all threads of the process)
    if _kept is None or time.monotonic() - _kept[0] > _KEPT_SECONDS:
        rows = MailParagraph.objects.values_list("message", "language", "words")
        _kept = (time.monotonic(), {(name, code): words for name, code, words in rows})
    return _kept[1].get((message, language), "")


def subject_of_confirmation() -> str:
    """Return the subject of the mail that asks to confirm. The page that says where to look for it shows it too."""
    return _("Please confirm your address")


def confirm_mailbox(content: dict[str, Any]) -> RenderedMail:
    """Ask to confirm one form or several.

    content: `url`, `code`, `code_url`, `forms`, `reference` or '', `urls`, and `when` the newest form was sent, as text
    with its time zone.
    """
    counted = content | {"forms": int(content.get("forms", 1))}
    return _build(subject_of_confirmation(), "endorsing/confirm_mailbox", counted)


def entered(content: dict[str, str]) -> RenderedMail:
    """To whom the secretariat entered a request for; content: `url`."""
    return _build(_("Please confirm your request"), "moderation/entered", content)


def already_endorsed(content: dict[str, str]) -> RenderedMail:
    """Its organisation endorses already, which the page does not say; content: `change_url`, `reference`, `urls`."""
    return _build(_("We already have your form"), "endorsing/already_endorsed", content)


def own_page(content: dict[str, str]) -> RenderedMail:
    """To the mailbox just proven; content: `url` of its own page, `waits`, `closes`."""
    return _build(_("Your address is confirmed"), "self_service/own_page", content)


def own_page_again(content: dict[str, str]) -> RenderedMail:
    """To a mailbox that lost its links; content: `urls`, one a line."""
    return _build(_("Your private link"), "self_service/own_page_again", content)


def question(content: dict[str, str]) -> RenderedMail:
    """A moderator asks something; content: `url` of the own page, where the question stands."""
    return _build(_("We have a question"), "moderation/question", content)


def question_reminder(content: dict[str, str]) -> RenderedMail:
    """The question is still open; content: `url` and `until`, the day after which the request lapses."""
    return _build(_("Please answer our question"), "moderation/question_reminder", content)


def old_contact(content: dict[str, str]) -> RenderedMail:
    """To the present mailbox, when somebody else is to be the contact; content: `url`."""
    return _build(_("Please confirm a change"), "self_service/old_contact", content)


def new_contact(content: dict[str, str]) -> RenderedMail:
    """To the mailbox that is to be the contact; content: `url`."""
    return _build(_("Please confirm your address"), "self_service/new_contact", content)


def name_again(content: dict[str, str]) -> RenderedMail:
    """To the mailbox, when the name is to be shown again; content: `url`."""
    return _build(_("Please confirm a change"), "self_service/name_again", content)


def correction_accepted(content: dict[str, str]) -> RenderedMail:
    """The line reads as proposed; content: nothing."""
    return _build(_("Your correction was accepted"), "self_service/correction_accepted", content)


def correction_refused(content: dict[str, str]) -> RenderedMail:
    """The line stays; content: nothing."""
    return _build(_("Your correction was not accepted"), "self_service/correction_refused", content)


def approved_named(content: dict[str, str]) -> RenderedMail:
    """The line is on the public list; content: `line`, `url`."""
    return _build(_("Your request was accepted"), "moderation/approved_named", content)


def approved_withheld(content: dict[str, str]) -> RenderedMail:
    """Accepted without a name; content: nothing."""
    return _build(_("Your request was accepted"), "moderation/approved_withheld", content)


def rejected(content: dict[str, str]) -> RenderedMail:
    """Decided otherwise; content: `words` that say why, where there are any."""
    return _build(_("Your request was not accepted"), "moderation/rejected", content)


def dispute_answer(content: dict[str, str]) -> RenderedMail:
    """The secretariat's answer to a message about a name; content: `words`."""
    return _build(_("Our answer to your message"), "self_service/dispute_answer", content)


def changed(content: dict[str, str]) -> RenderedMail:
    """Somebody changed something: left, stopped being named, or has another contact; content: nothing."""
    return _build(_("Something on your page was changed"), "self_service/changed", content)


def delivery_check(content: dict[str, str]) -> RenderedMail:
    """To whom the operator says, to see whether mail arrives; content: nothing."""
    return RenderedMail(
        _("A test"), _("This e-mail shows that e-mails from this server arrive. You do not need to do anything.")
    )


def prepared(content: dict[str, str]) -> RenderedMail:
    """A mail that another part of Django wrote; content: `subject`, `text`."""
    return RenderedMail(" ".join(content["subject"].split()), content["text"])


def _build_staff_mail(
    message: Callable[[dict[str, str]], staff_messages.StaffMail], content: dict[str, str]
) -> RenderedMail:
    subject, sentences = message(content)
    return _build(subject, "staff/to_staff", {**content, "sentences": sentences})


def _build(subject: str, template: str, content: Mapping[str, object]) -> RenderedMail:
    urls = str(content.get("urls", ""))  # private links, one a line
    text = render_to_string(
        f"mail/{template}.txt",
        {
            **content,
            "addresses": urls.splitlines(),
            "host": urlsplit(settings.SITE_URL).netloc,
            "secretariat": settings.SECRETARIAT_ADDRESS,
            "signature": settings.MAIL_NAME,
        },
    )
    return RenderedMail(subject, _BLANK_LINES.sub("\n\n", text))


_TO_ORGANISATIONS: dict[str, Callable[[dict[str, str]], RenderedMail]] = {
    message.__name__: message
    for message in (
        confirm_mailbox,
        entered,
        already_endorsed,
        own_page,
        own_page_again,
        question,
        question_reminder,
        old_contact,
        new_contact,
        name_again,
        correction_accepted,
        correction_refused,
        rejected,
        dispute_answer,
        changed,
        delivery_check,
        prepared,
    )
}
# Rows of the outbox keep these two under the names that they had first.
_TO_ORGANISATIONS |= {"listed": approved_named, "counted": approved_withheld}
MESSAGES = _TO_ORGANISATIONS | {
    name: partial(_build_staff_mail, message) for name, message in staff_messages.STAFF_MAILS.items()
}
EDITABLE_MAILS = _TO_ORGANISATIONS.keys() - {"delivery_check", "prepared"}
"""Those to which editors may add a paragraph (actions/appeals/mail_paragraphs.py)."""
