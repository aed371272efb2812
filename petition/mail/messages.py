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

from petition.mail import to_staff


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def write(message: str, content: dict[str, str]) -> Letter:
    """The mail called `message`, in the active language. Raises KeyError for a name that is not below."""
    return MESSAGES[message](content)


def subject_of_confirmation() -> str:
    """Of the mail that asks to confirm; the page that says where to look for it shows the same words."""
    return _("Please confirm your address")


def confirm_mailbox(content: dict[str, Any]) -> Letter:
    """To the mailbox of one form or several; content: `url`, `code`, `code_url`, `forms`, `reference` or '', `urls`."""
    return _letter(subject_of_confirmation(), "confirm_mailbox", content | {"forms": int(content.get("forms", 1))})


def entered(content: dict[str, str]) -> Letter:
    """To whom the secretariat entered a request for; content: `url`."""
    return _letter(_("Please confirm your request"), "entered", content)


def already_endorsed(content: dict[str, str]) -> Letter:
    """Its organisation endorses already, which the page does not say; content: `change_url`, `reference`, `urls`."""
    return _letter(_("Your message arrived twice"), "already_endorsed", content)


def own_page(content: dict[str, str]) -> Letter:
    """To the mailbox just proven; content: `url` of its own page."""
    return _letter(_("Your address is confirmed"), "own_page", content)


def own_page_again(content: dict[str, str]) -> Letter:
    """To a mailbox that lost its links; content: `urls`, one a line."""
    return _letter(_("Your private link"), "own_page_again", content)


def question(content: dict[str, str]) -> Letter:
    """A moderator asks something; content: `url` of the own page, where the question stands."""
    return _letter(_("We have a question"), "question", content)


def question_reminder(content: dict[str, str]) -> Letter:
    """The question is still open; content: `url` and `until`, the day after which the request lapses."""
    return _letter(_("Our question is still open"), "question_reminder", content)


def old_contact(content: dict[str, str]) -> Letter:
    """To the present mailbox, when somebody else is to be the contact; content: `url`."""
    return _letter(_("Please confirm a change"), "old_contact", content)


def new_contact(content: dict[str, str]) -> Letter:
    """To the mailbox that is to be the contact; content: `url`."""
    return _letter(_("Please confirm your address"), "new_contact", content)


def name_again(content: dict[str, str]) -> Letter:
    """To the mailbox, when the name is to be shown again; content: `url`."""
    return _letter(_("Please confirm a change"), "name_again", content)


def correction_accepted(content: dict[str, str]) -> Letter:
    """The line reads as proposed; content: nothing."""
    return _letter(_("Your correction was accepted"), "correction_accepted", content)


def correction_refused(content: dict[str, str]) -> Letter:
    """The line stays; content: nothing."""
    return _letter(_("Your correction was not accepted"), "correction_refused", content)


def listed(content: dict[str, str]) -> Letter:
    """The line is on the public list; content: `line`, `url`."""
    return _letter(_("Your request was accepted"), "listed", content)


def counted(content: dict[str, str]) -> Letter:
    """Accepted without a name; content: nothing."""
    return _letter(_("Your request was accepted"), "counted", content)


def rejected(content: dict[str, str]) -> Letter:
    """Decided otherwise; content: `words` that say why, where there are any."""
    return _letter(_("Your request was not accepted"), "rejected", content)


def changed(content: dict[str, str]) -> Letter:
    """Somebody changed something: left, stopped being named, or has another contact; content: nothing."""
    return _letter(_("Something on your page was changed"), "changed", content)


def delivery_check(content: dict[str, str]) -> Letter:
    """To whom the operator says, to see whether mail arrives; content: nothing."""
    return Letter(_("A test"), _("This mail shows that mail from this server arrives. There is nothing to do."))


def prepared(content: dict[str, str]) -> Letter:
    """A mail that another part of Django wrote; content: `subject`, `text`."""
    return Letter(" ".join(content["subject"].split()), content["text"])


def _to_staff(told: Callable[[dict[str, str]], to_staff.Told], content: dict[str, str]) -> Letter:
    subject, sentences = told(content)
    return _letter(subject, "to_staff", {**content, "sentences": sentences})


def _letter(subject: str, template: str, content: Mapping[str, object]) -> Letter:
    urls = str(content.get("urls", ""))  # private links, one a line
    content = {**content, "secretariat": settings.SECRETARIAT_ADDRESS, "addresses": urls.splitlines()}
    text = render_to_string(f"mail/{template}.txt", content)
    return Letter(subject, text + "")  # no longer the safe HTML that Django takes it for


_TO_ORGANISATIONS: dict[str, Callable[[dict[str, str]], Letter]] = {
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
        listed,
        counted,
        rejected,
        changed,
        delivery_check,
        prepared,
    )
}
MESSAGES = _TO_ORGANISATIONS | {name: partial(_to_staff, told) for name, told in to_staff.TOLD.items()}
