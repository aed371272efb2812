"""The top of every page below /admin/: menu, search, the switch of appeals, and problems that need a person."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from petition.actions.staff import attention
from petition.admin.appeals.chosen_appeal import get_chosen_appeal, list_appeals
from petition.admin.page_help import find_page_help
from petition.admin.pages import RIGHTS, Menu, filter_openable, find_rights
from petition.models import Role, get_roles
from petition.models.database.held_list import is_list_held_back
from petition.reference import clock

_HELD_LIST = "admin:held_list"
PROBLEMS: dict[str, str | Promise] = {
    attention.WORKER: _("The worker has not run for ten minutes. No e-mail is sent and nothing is deleted."),
    attention.FAILED_MAIL: _("Some e-mails could not be delivered."),
    attention.OLD_MAIL: _("Some e-mails could not be sent for ten minutes. The site tries again."),
    attention.OVERDUE: _("Endorsements have waited too long."),
    attention.SUSPICIOUS_ACTIVITY: _("Unusually many forms arrive."),
    attention.CLOCK: _("Nothing is being deleted, because the server’s clock may be wrong."),
    attention.UNREADABLE: _(
        "An encrypted value was changed or moved in the last seven days. Ask the operator to find out why."
    ),
    attention.SET_APART: _("Some forms could not be processed. See the overview."),
    attention.BACKUP: _("There was no backup for 36 hours. Ask the operator to look."),
    attention.JOURNAL: _(
        "Removals are not written to the removal journal. A backup restored now could show removed names. "
        "Ask the operator to look."
    ),
    attention.HELD_LIST: _("No list is published until an administrator has checked the removed names."),
}


@dataclass(frozen=True)
class MenuGroup:
    """A group of the menu with its pages, each as (path, label, whether it is open)."""

    label: str
    is_current: bool
    pages: list[tuple[str, str | Promise, bool]]

    @property
    def path(self) -> str:
        """Return the path of the first page."""
        return self.pages[0][0]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return what the top of pages below /admin/ shows, such as `menu`, `page_help`, `appeals` and `problems`.

    A context processor.
    """
    if not request.path_info.startswith("/admin/"):
        return {}
    # Lazy: the page that says what went wrong uses none of them, and must not need the database.
    return {
        "menu": SimpleLazyObject(lambda: _list_menu(request)),
        "may_search": SimpleLazyObject(lambda: filter_openable(request.user, "admin:search")),
        "appeals": SimpleLazyObject(lambda: list_appeals(request)),
        "chosen_appeal": SimpleLazyObject(lambda: get_chosen_appeal(request)),
        "page_help": find_page_help(request),
        "problems": SimpleLazyObject(lambda: _list_problems(request.user)),
    }


def _list_menu(request: HttpRequest) -> list[MenuGroup]:
    """Return the groups of which the account may open a page, each with the pages that it may open."""
    account, here = request.user, find_rights(request.resolver_match)
    if not (isinstance(account, User) and account.is_staff):
        return []
    openable = filter_openable(account, *(name for name, row in RIGHTS.items() if row.label))
    if _HELD_LIST in openable and not is_list_held_back():
        openable.remove(_HELD_LIST)  # a page for a day that most sites never see
    groups = []
    for group in Menu:
        rows = [(reverse(name), RIGHTS[name].label) for name in openable if RIGHTS[name].menu == group]
        pages = [(path, label, path == request.path) for path, label in rows]
        if pages:
            groups.append(MenuGroup(str(group.label), here is not None and here.menu == group, pages))
    return groups


def _list_problems(account: AbstractBaseUser | AnonymousUser) -> list[str | Promise]:
    concerned = get_roles(account) & {Role.MODERATOR, Role.ADMINISTRATOR}
    return [PROBLEMS[code] for code in attention.find_problems(at=clock.now())] if concerned else []
