"""The paragraph that editors may add to all mails of one kind, in one language."""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from petition.actions.audit import Actor, record_for
from petition.actions.refusals import ParagraphRefused
from petition.mail.messages import EDITABLE_MAILS, forget_paragraphs
from petition.models import Appeal, AppealText, MailParagraph

MAX_LENGTH: Final = 500
_LINK: Final = re.compile(r"https?:|www\.|@|\b[\w-]+\.(?!\s)[^\W\d_]{2,}", re.IGNORECASE)
"""Addresses and what a mail program makes a link of: a mail with a foreign link looks like fraud."""


@transaction.atomic
def set_mail_paragraph(message: str, language: str, words: str, *, by: Actor, at: datetime) -> None:
    """Store the paragraph for the mail called `message` in `language`; without words remove it.

    Raises ParagraphRefused with `link` or `appeal`, KeyError for a mail that has no paragraph.
    """
    if message not in EDITABLE_MAILS:
        raise KeyError(message)
    words = "\n".join(line.strip() for line in words.strip().splitlines())
    if problem := find_problem(words):
        raise ParagraphRefused(problem)
    record_for("sitestate", None, "set_mail_paragraph", by=by, at=at, reason=f"{message}.{language}"[:40])
    if words:
        MailParagraph.objects.update_or_create(message=message, language=language, defaults={"words": words})
    else:
        MailParagraph.objects.filter(message=message, language=language).delete()
    transaction.on_commit(forget_paragraphs)


def find_problem(words: str) -> str:
    """Return `link` if the words have a link or an address, `appeal` if they name an appeal or its issuer, else ""."""
    if _LINK.search(words):
        return "link"
    titles = AppealText.objects.published().values_list("title", flat=True)
    issuers = Appeal.objects.exclude(issuer="").values_list("issuer", flat=True)
    folded = words.casefold()
    return "appeal" if any(name.casefold() in folded for name in {*titles, *issuers}) else ""
