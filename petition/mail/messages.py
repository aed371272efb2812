"""What each mail says: one function per mail. Neutral subjects; no word of the appeal there or in the preview.

Mails are plain text: a link shows where it leads, and nothing is loaded when a mail is opened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from petition.mail import staff_messages


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    text: str


def render(message: str, content: dict[str, str]) -> RenderedMail:
    """Return the mail called `message` in the active language. Raises KeyError for an unknown name."""
    return MESSAGES[message](content)


def subject_of_confirmation() -> str:
    """Return the subject of the mail that asks to confirm. The page that says where to look for it shows it too."""
    return _("Please confirm your address")


def confirm_mailbox(content: dict[str, Any]) -> RenderedMail:
    """To the mailbox of one form or several; content: `url`, `code`, `code_url`, `forms`, `reference` or '', `urls`."""
    counted = content | {"forms": int(content.get("forms", 1))}
    return _build(subject_of_confirmation(), "endorsing/confirm_mailbox", counted)


def entered(content: dict[str, str]) -> RenderedMail:
    """To whom the secretariat entered a request for; content: `url`."""
    return _build(_("Please confirm your request"), "moderation/entered", content)


def already_endorsed(content: dict[str, str]) -> RenderedMail:
    """Its organisation endorses already, which the page does not say; content: `change_url`, `reference`, `urls`."""
    return _build(_("Your message arrived twice"), "endorsing/already_endorsed", content)


def own_page(content: dict[str, str]) -> RenderedMail:
    """To the mailbox just proven; content: `url` of its own page."""
    return _build(_("Your address is confirmed"), "self_service/own_page", content)


def own_page_again(content: dict[str, str]) -> RenderedMail:
    """To a mailbox that lost its links; content: `urls`, one a line."""
    return _build(_("Your private link"), "self_service/own_page_again", content)


def question(content: dict[str, str]) -> RenderedMail:
    """A moderator asks something; content: `url` of the own page, where the question stands."""
    return _build(_("We have a question"), "moderation/question", content)


def question_reminder(content: dict[str, str]) -> RenderedMail:
    """The question is still open; content: `url` and `until`, the day after which the request lapses."""
    return _build(_("Our question is still open"), "moderation/question_reminder", content)


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


def changed(content: dict[str, str]) -> RenderedMail:
    """Somebody changed something: left, stopped being named, or has another contact; content: nothing."""
    return _build(_("Something on your page was changed"), "self_service/changed", content)


def delivery_check(content: dict[str, str]) -> RenderedMail:
    """To whom the operator says, to see whether mail arrives; content: nothing."""
    return RenderedMail(_("A test"), _("This mail shows that mail from this server arrives. There is nothing to do."))


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
    content = {**content, "secretariat": settings.SECRETARIAT_ADDRESS, "addresses": urls.splitlines()}
    text = render_to_string(f"mail/{template}.txt", content)
    return RenderedMail(subject, text + "")  # no longer the safe HTML that Django takes it for


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
