"""What stands at the top of every page below /admin/: the menu of this account, and problems that need a person."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from petition.actions.staff import attention
from petition.admin.pages import RIGHTS, Menu, filter_openable
from petition.models import Role, get_roles
from petition.models.database.held_list import is_list_held_back
from petition.reference import clock

_HELD_LIST = "admin:held_list"
PROBLEMS: dict[str, str | Promise] = {
    attention.WORKER: _("The worker has not been seen for ten minutes: no mail leaves and nothing is erased."),
    attention.FAILED_MAIL: _("Mails could not be delivered."),
    attention.OLD_MAIL: _("Mails have been owed for more than an hour."),
    attention.OVERDUE: _("The queue is overdue."),
    attention.SUSPICIOUS_ACTIVITY: _("Unusually much comes in."),
    attention.CLOCK: _("Nothing is being erased: the clock of the server may be wrong."),
    attention.UNREADABLE: _(
        "An encrypted value was changed, or moved to another place, in the last seven days: whoever runs the server "
        "should find out how, and look at the log."
    ),
    attention.SET_APART: _("Something that visitors sent could not be processed: the overview says what."),
    attention.HELD_LIST: _("No list is published until an administrator has checked which names were removed."),
}


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return `menu`, `may_hide` and `problems` for templates of pages below /admin/ (a context processor)."""
    if not request.path_info.startswith("/admin/"):
        return {}
    # Lazy: the page that says what went wrong uses none of them, and must not need the database.
    return {
        "menu": SimpleLazyObject(lambda: _list_menu(request.user)),
        "may_hide": SimpleLazyObject(lambda: filter_openable(request.user, "admin:hide")),
        "problems": SimpleLazyObject(lambda: _list_problems(request.user)),
    }


def _list_menu(account: AbstractBaseUser | AnonymousUser) -> list[tuple[str, str | Promise]]:
    """Return the path and label of each entry of the menu that the account may open."""
    if not (isinstance(account, User) and account.is_staff):
        return []
    entries = [name for group in Menu for name, row in RIGHTS.items() if row.menu == group]
    names = filter_openable(account, *entries)
    if _HELD_LIST in names and not is_list_held_back():
        names.remove(_HELD_LIST)  # a page for a day that most sites never see
    return [(reverse(name), RIGHTS[name].label) for name in names]


def _list_problems(account: AbstractBaseUser | AnonymousUser) -> list[str | Promise]:
    concerned = get_roles(account) & {Role.MODERATOR, Role.ADMINISTRATOR}
    return [PROBLEMS[code] for code in attention.find_problems(at=clock.now())] if concerned else []
