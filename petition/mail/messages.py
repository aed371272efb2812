"""What each mail says: one function per mail. Neutral subjects; no word of the appeal there or in the preview."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str = ""


def write(message: str, content: dict[str, str]) -> Letter:
    """The mail called `message`, in the active language. Raises KeyError for a name that is not below."""
    return MESSAGES[message](content)


def confirm_mailbox(content: dict[str, str]) -> Letter:
    """To whoever filled in the form; content: `url`, `code`, `code_url`."""
    return _letter(_("Please confirm your address"), "confirm_mailbox", content)


def already_endorsed(content: dict[str, str]) -> Letter:
    """Instead of an oracle on the page: this mailbox has an endorsement for that name already; no content."""
    return _letter(_("Your message arrived twice"), "already_endorsed", content)


def listed(content: dict[str, str]) -> Letter:
    """The line is on the public list; content: `line`, `url`."""
    return _letter(_("Your request was accepted"), "listed", content)


def counted(content: dict[str, str]) -> Letter:
    """Accepted without a name; content: nothing."""
    return _letter(_("Your request was accepted"), "counted", content)


def rejected(content: dict[str, str]) -> Letter:
    """Decided otherwise; content: nothing."""
    return _letter(_("Your request was not accepted"), "rejected", content)


def prepared(content: dict[str, str]) -> Letter:
    """A mail that another part of Django wrote; content: `subject`, `text`."""
    return Letter(" ".join(content["subject"].split()), content["text"])


def _letter(subject: str, template: str, content: dict[str, str]) -> Letter:
    content = content | {"secretariat": settings.SECRETARIAT_ADDRESS}
    return Letter(
        subject,
        render_to_string(f"mail/{template}.txt", content),
        render_to_string(f"mail/{template}.html", content | {"subject": subject}),
    )


MESSAGES: dict[str, Callable[[dict[str, str]], Letter]] = {
    message.__name__: message for message in (confirm_mailbox, already_endorsed, listed, counted, rejected, prepared)
}
