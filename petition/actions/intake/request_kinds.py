"""The kinds of requests in the intake, and through which links each may come."""

from enum import StrEnum
from typing import Final

from petition.models.contacts import Purpose


class RequestKind(StrEnum):
    FORM = "form"
    SEND_AGAIN = "send_again"
    LOST_LINK = "lost_link"
    MESSAGE = "message"
    CONFIRM = "confirm"
    NOT_ME = "not_me"
    NONE_IS_MINE = "none_is_mine"
    ANSWER = "answer"
    CORRECTION = "correction"
    CONTACT = "contact"
    NEW_CODE = "code"
    END_LINKS = "links"
    FORGET = "forget"
    NAME_AGAIN = "named"
    AGREE_CONTACT = "agree_contact"
    AGREE_NAME = "agree_name"


FROM_ANYBODY: Final = frozenset({RequestKind.FORM, RequestKind.SEND_AGAIN, RequestKind.LOST_LINK, RequestKind.MESSAGE})
_CONFIRM: Final = frozenset({RequestKind.CONFIRM, RequestKind.NOT_ME, RequestKind.NONE_IS_MINE})
BY_LINK: Final[dict[Purpose, frozenset[RequestKind]]] = {
    Purpose.CONFIRM: _CONFIRM,
    Purpose.CONFIRM_CODE: _CONFIRM,
    Purpose.OWN_PAGE: frozenset(
        {
            *(RequestKind.ANSWER, RequestKind.CORRECTION, RequestKind.CONTACT, RequestKind.NEW_CODE),
            *(RequestKind.END_LINKS, RequestKind.FORGET, RequestKind.NAME_AGAIN),
        }
    ),
    Purpose.OLD_CONTACT: frozenset({RequestKind.AGREE_CONTACT}),
    Purpose.NEW_CONTACT: frozenset({RequestKind.AGREE_CONTACT}),
    Purpose.NAME_AGAIN: frozenset({RequestKind.AGREE_NAME}),
    Purpose.REMOVAL_CODE: frozenset(),
}
"""What a link of each purpose may ask for. Hiding and withdrawing do not wait for the worker."""
