"""What stands at the top of every page of the desk: the ways that this account may go, and what needs a person."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from petition.actions.staff import attention
from petition.admin import rights
from petition.models import Role, SiteState, roles_of
from petition.reference import clock

WAYS: dict[str, str | Promise] = {
    "admin:index": _("Endorsements"),
    "admin:lines": _("Lines"),
    "admin:enter": _("Enter an endorsement"),
    "admin:floods": _("Floods"),
    "admin:batches": _("Many at once"),
    "admin:site": _("Emergency level"),
    "admin:held_list": _("Held-back list"),
    "admin:overview": _("Overview"),
    "admin:texts": _("Texts"),
    "admin:editions": _("Editions"),
    "admin:notices": _("Notice before the form"),
    "admin:reasons": _("Reasons for a rejection"),
    "admin:staff": _("Staff"),
    "admin:petition_auditevent_changelist": _("Audit trail"),
}
_HELD_LIST = "admin:held_list"
TROUBLES: dict[str, str | Promise] = {
    attention.WORKER: _("The worker has not been seen for ten minutes: no mail leaves and nothing is erased."),
    attention.FAILED_MAIL: _("Mails could not be delivered."),
    attention.OLD_MAIL: _("Mails have been owed for more than an hour."),
    attention.OVERDUE: _("The queue is overdue."),
    attention.FLOOD: _("Unusually much comes in."),
    attention.CLOCK: _("Nothing is being erased: the clock of the server may be wrong."),
    attention.HELD_LIST: _("No list is published until an administrator has checked which names were removed."),
}


def of_the_desk(request: HttpRequest) -> dict[str, object]:
    """Context processor, for pages under /admin/ alone: `ways`, `may_hide` and `troubles`, read when a template asks.

    A page that says what went wrong does not: it needs no database.
    """
    if not request.path_info.startswith("/admin/"):
        return {}
    return {
        "ways": SimpleLazyObject(lambda: _ways(request.user)),
        "may_hide": SimpleLazyObject(lambda: rights.may_open(request.user, "admin:hide")),
        "troubles": SimpleLazyObject(lambda: _troubles(request.user)),
    }


def _ways(account: AbstractBaseUser | AnonymousUser) -> list[tuple[str, str | Promise]]:
    is_staff = isinstance(account, User) and account.is_staff
    if not is_staff:
        return []
    found = rights.may_open(account, *WAYS)
    if _HELD_LIST in found and not SiteState.objects.list_is_held_back():
        found.remove(_HELD_LIST)  # a page for a day that most sites never see
    return [(reverse(name), WAYS[name]) for name in found]


def _troubles(account: AbstractBaseUser | AnonymousUser) -> list[str | Promise]:
    concerned = roles_of(account) & {Role.MODERATOR, Role.ADMINISTRATOR}
    return [TROUBLES[code] for code in attention.troubles(at=clock.now())] if concerned else []
