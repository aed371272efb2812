"""The pages below /admin/, one row each: address, name, view, who may use it, and its place in the menu.

A new page is a new row here and nothing more: the URL patterns (site.py, urls.py), the access check (access.py) and the
menu (menu.py) read these tables. A page without a row, or a method without roles in its row, is refused to
everybody, and tests/admin/test_pages.py says which row is missing. How often an hour something may be done is counted
where it is done: actions/staff/hourly_limits.py.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account import views as allauth_views
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import TextChoices
from django.http import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.admin.appeals import (
    accepting,
    chosen_appeal,
    editions,
    form_notice,
    held_list,
    mail_paragraphs,
    rejection_reasons,
    states,
    texts,
    timeline,
)
from petition.admin.bulk_entry import uploads
from petition.admin.disputes import dispute, dispute_list
from petition.admin.drafts import drafts, preview
from petition.admin.oversight import audit_export, overview, set_apart
from petition.admin.public_list import entries, hide_name, staff_search
from petition.admin.queue import batches, bulk, list_exports, polling, queue, suspicious
from petition.admin.review import (
    contact_actions,
    endorsement,
    manual_entry,
    name_actions,
    note_actions,
    verification,
)
from petition.admin.team import accounts, invitation
from petition.models import Role, get_roles

Audience = frozenset[str]
MODERATOR: Audience = frozenset({Role.MODERATOR})
EDITOR: Audience = frozenset({Role.EDITOR})
ADMINISTRATOR: Audience = frozenset({Role.ADMINISTRATOR})
AUDITOR: Audience = frozenset({Role.AUDITOR})
SIGNED_IN: Audience = frozenset({*Role, "signed in"})
ANYBODY: Audience = SIGNED_IN | {"anybody"}
NOBODY: Audience = frozenset()


class Menu(TextChoices):
    """The groups of the menu, in the order in which they are shown; within a group the order is that of the table."""

    QUEUE = "queue", _("Queue")
    LIST = "list", _("Public list")
    APPEAL = "appeal", _("Appeal")
    SITE = "site", _("Site")
    TEAM = "team", _("Team")


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Who may use an address, by method. A method that is None is not allowed; HEAD is as GET."""

    get: Audience | None = None
    post: Audience | None = None
    # Only for a session that gave its second factor (without one: its password) within the last five minutes.
    fresh: bool = False
    # Requested by an open page and not by a person, so it does not keep the session alive.
    polled: bool = False
    menu: Menu | None = None  # the group that is current on this page
    label: str | Promise = ""  # in the menu; a page without one is not in it

    @property
    def methods(self) -> dict[str, Audience]:
        """Return who may use each method that is allowed."""
        return {method: who for method, who in (("GET", self.get), ("POST", self.post)) if who is not None}


@dataclass(frozen=True)
class Page(Rights):
    """A page whose address and view are ours."""

    path: str
    name: str
    view: Callable[..., HttpResponseBase]


PAGES = (
    # The queue
    Page("", "index", queue.queue, get=MODERATOR, menu=Menu.QUEUE, label=_("Endorsements")),
    Page("queue.csv", "queue_csv", list_exports.export_queue, post=MODERATOR),
    Page("arrivals/", "arrivals", polling.arrivals, get=MODERATOR, polled=True),
    Page("disputes/", "disputes", dispute_list.disputes, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE,
         label=_("Messages about names")),
    Page("disputes/<int:pk>/", "settle", dispute.settle, post=MODERATOR, menu=Menu.QUEUE),
    Page("disputes/<int:pk>/open/", "dispute", dispute.open_dispute, post=MODERATOR, menu=Menu.QUEUE),
    Page("enter/", "enter", manual_entry.enter, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE,
         label=_("Add endorsement")),
    Page("enter/table/", "uploads", uploads.uploads, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE,
         label=_("Add many")),
    Page("enter/table/template.csv", "upload_template", uploads.template, get=MODERATOR),
    Page("enter/table/<int:pk>/", "upload", uploads.upload, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE),
    Page("enter/table/rows/<int:pk>/", "upload_row", uploads.upload_row, get=MODERATOR, post=MODERATOR,
         menu=Menu.QUEUE),
    Page("enter/table/rows/<int:pk>/leave-out/", "leave_out", uploads.leave_out, post=MODERATOR),
    Page("floods/", "floods", suspicious.suspicious, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE,
         label=_("Suspicious activity")),
    Page("bulk/", "bulk", bulk.bulk, post=MODERATOR, menu=Menu.QUEUE),
    Page("batches/", "batches", batches.batches, get=MODERATOR, menu=Menu.QUEUE, label=_("Bulk actions")),
    Page("batches/<int:pk>/", "batch", batches.batch, get=MODERATOR, post=MODERATOR, menu=Menu.QUEUE),
    # One endorsement
    Page("endorsements/<int:pk>/", "endorsement", endorsement.endorsement, get=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/decide/", "decide", endorsement.decide, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/undo/", "undo", endorsement.undo, post=MODERATOR),
    Page("endorsements/<int:pk>/quarantine/", "quarantine", endorsement.hold, post=MODERATOR),
    Page("endorsements/<int:pk>/count/", "count", endorsement.count, post=MODERATOR),
    Page("endorsements/<int:pk>/letter/", "confirm_letter", endorsement.confirm_letter, post=MODERATOR),
    Page("endorsements/<int:pk>/check/", "check", verification.check, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/compare/", "compare", verification.compare, post=MODERATOR),
    Page("endorsements/<int:pk>/name/", "name", name_actions.show_or_hide, post=MODERATOR),
    Page("endorsements/<int:pk>/spelling/", "spelling", name_actions.correct_spelling, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/language/", "name_language", name_actions.set_language, post=MODERATOR),
    Page("corrections/<int:pk>/", "correction", name_actions.decide_correction, post=MODERATOR),
    Page("endorsements/<int:pk>/ask/", "ask", contact_actions.ask, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/contact/", "contact", contact_actions.open_contact, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/link/", "link", contact_actions.issue_link, post=MODERATOR, fresh=True),
    Page("endorsements/<int:pk>/note/", "note", note_actions.set_public_note, post=MODERATOR, menu=Menu.QUEUE),
    Page("endorsements/<int:pk>/internal-note/", "internal_note", note_actions.set_internal_note, post=MODERATOR,
         menu=Menu.QUEUE),
    # The public list
    Page("lines/", "lines", entries.entries, get=MODERATOR, menu=Menu.LIST, label=_("Signatories")),
    Page("list.csv", "list_csv", list_exports.export_list, post=MODERATOR),
    Page("search/", "search", staff_search.search, get=MODERATOR, menu=Menu.LIST),
    Page("hide/<int:pk>/", "hide", hide_name.hide_name, get=MODERATOR, menu=Menu.LIST),
    Page("editions/", "editions", editions.editions, get=EDITOR, post=EDITOR, menu=Menu.LIST, label=_("Editions")),
    # The appeal
    Page("appeal/", "choose_appeal", chosen_appeal.choose_appeal, post=SIGNED_IN),
    Page("texts/", "texts", texts.texts, get=EDITOR | ADMINISTRATOR, menu=Menu.APPEAL, label=_("Text and dates")),
    Page(
        "texts/proposed/<int:pk>/", "text_proposal", texts.text_proposal,
        get=EDITOR | ADMINISTRATOR, post=EDITOR | ADMINISTRATOR, menu=Menu.APPEAL,
    ),
    Page("texts/<slug:slug>/opening/", "opening", texts.opening, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("texts/<slug:slug>/archive/", "archive", states.archive, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page(
        "texts/<slug:slug>/take-down/", "take_down", states.take_down,
        get=ADMINISTRATOR, post=ADMINISTRATOR, fresh=True, menu=Menu.APPEAL,
    ),
    Page(
        "texts/<slug:slug>/<slug:language>/", "translation", texts.translation,
        get=EDITOR, post=EDITOR, menu=Menu.APPEAL,
    ),
    Page("timeline/", "timeline", timeline.timeline, get=EDITOR, post=EDITOR, menu=Menu.APPEAL, label=_("Timeline")),
    Page("timeline/<int:pk>/", "event", timeline.event, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("drafts/", "drafts", drafts.drafts, get=EDITOR, menu=Menu.APPEAL, label=_("New appeals")),
    Page("drafts/new/", "new_draft", drafts.new_draft, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("drafts/<int:pk>/", "draft", drafts.draft, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("drafts/<int:pk>/blocks/", "draft_blocks", drafts.draft_blocks, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("drafts/<int:pk>/preview/", "draft_preview", preview.preview, get=EDITOR, menu=Menu.APPEAL),
    Page("drafts/<int:pk>/change/", "change_draft", drafts.change_draft, post=EDITOR, menu=Menu.APPEAL),
    Page("notices/", "notices", form_notice.notices, get=EDITOR, menu=Menu.APPEAL, label=_("Form notice")),
    Page(
        "notices/<slug:slug>/<slug:language>/", "notice", form_notice.notice,
        get=EDITOR, post=EDITOR, menu=Menu.APPEAL,
    ),
    Page(
        "reasons/", "reasons", rejection_reasons.reasons,
        get=EDITOR, menu=Menu.APPEAL, label=_("Rejection reasons"),
    ),
    Page("reasons/<slug:code>/", "reason", rejection_reasons.reason, get=EDITOR, post=EDITOR, menu=Menu.APPEAL),
    Page("mails/", "mails", mail_paragraphs.mails, get=EDITOR, menu=Menu.APPEAL, label=_("E-mails")),
    Page(
        "mails/<slug:message>/<slug:language>/", "mail", mail_paragraphs.mail,
        get=EDITOR, post=EDITOR, menu=Menu.APPEAL,
    ),
    # The site
    Page(
        "overview/", "overview", overview.overview, get=MODERATOR | EDITOR | ADMINISTRATOR,
        menu=Menu.SITE, label=_("Overview"),
    ),
    Page("overview/intake/<uuid:pk>/retry/", "retry_intake", set_apart.retry_intake, post=ADMINISTRATOR),
    Page(
        "site/", "site", accepting.accepting, get=MODERATOR | ADMINISTRATOR, post=MODERATOR | ADMINISTRATOR,
        menu=Menu.SITE, label=_("Accepting endorsements"),
    ),
    Page(
        "held-list/", "held_list", held_list.held_list, get=ADMINISTRATOR, post=ADMINISTRATOR, fresh=True,
        menu=Menu.SITE, label=_("Held-back list"),
    ),
    Page(
        "petition/auditevent/export/", "trail_export", audit_export.audit_export,
        get=AUDITOR, post=AUDITOR, fresh=True, menu=Menu.SITE,
    ),  # the other pages of the audit log are Django's
    # The team
    Page("staff/", "staff", accounts.accounts, get=ADMINISTRATOR, menu=Menu.TEAM, label=_("Accounts")),
    Page("staff/invite/", "invite", accounts.invite, get=ADMINISTRATOR, post=ADMINISTRATOR, fresh=True, menu=Menu.TEAM),
    Page(
        "staff/<int:pk>/", "account", accounts.account,
        get=ADMINISTRATOR, post=ADMINISTRATOR, fresh=True, menu=Menu.TEAM,
    ),
    Page("staff/roles/<int:pk>/", "role_proposal", accounts.role_proposal, post=ADMINISTRATOR, fresh=True),
)  # fmt: skip
"""In the namespace `admin`, behind the sign-in."""
ACCOUNT_PAGES = (
    Page("login/", "account_login", allauth_views.login, get=ANYBODY, post=ANYBODY),
    Page("logout/", "account_logout", allauth_views.logout, get=ANYBODY, post=ANYBODY),
    Page("inactive/", "account_inactive", allauth_views.account_inactive, get=ANYBODY),
    Page("reauthenticate/", "account_reauthenticate", allauth_views.reauthenticate, get=SIGNED_IN, post=SIGNED_IN),
    Page("password/", "account_change_password", allauth_views.password_change, get=SIGNED_IN, post=SIGNED_IN),
    Page("invitation/<str:token>/", "invitation", invitation.invitation, get=ANYBODY, post=ANYBODY),
)
"""One's own account, also before anybody has signed in. Names without a namespace, as allauth needs them."""
OTHER_PAGES: dict[str, Rights] = {
    # allauth.mfa.urls
    "mfa_index": Rights(get=SIGNED_IN),
    "mfa_authenticate": Rights(get=ANYBODY, post=ANYBODY),
    "mfa_reauthenticate": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_activate_totp": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_deactivate_totp": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_view_recovery_codes": Rights(get=SIGNED_IN),
    "mfa_generate_recovery_codes": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_download_recovery_codes": Rights(get=SIGNED_IN),
    "mfa_list_webauthn": Rights(get=SIGNED_IN),
    "mfa_add_webauthn": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_reauthenticate_webauthn": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_edit_webauthn": Rights(get=SIGNED_IN, post=SIGNED_IN),
    "mfa_remove_webauthn": Rights(get=SIGNED_IN, post=SIGNED_IN),
    # django.contrib.admin: the audit log, and what nobody needs
    "admin:petition_auditevent_changelist": Rights(get=AUDITOR, menu=Menu.SITE, label=_("Audit log")),
    "admin:petition_auditevent_change": Rights(get=AUDITOR, post=NOBODY, menu=Menu.SITE),
    "admin:petition_auditevent_add": Rights(get=NOBODY, post=NOBODY),
    "admin:petition_auditevent_delete": Rights(get=NOBODY, post=NOBODY),
    "admin:petition_auditevent_history": Rights(get=NOBODY),
    "admin/petition/auditevent/<path:object_id>/": Rights(get=AUDITOR),  # redirects to the entry of the audit log
    "admin:app_list": Rights(get=AUDITOR),
    "admin:login": Rights(get=NOBODY, post=NOBODY),
    "admin:logout": Rights(post=NOBODY),
    "admin:password_change": Rights(get=NOBODY, post=NOBODY),
    "admin:password_change_done": Rights(get=NOBODY),
    "admin:autocomplete": Rights(get=NOBODY),
    "admin:jsi18n": Rights(get=SIGNED_IN),
    "admin:view_on_site": Rights(get=NOBODY),
    "admin/(?P<url>.*)$": Rights(get=SIGNED_IN, post=SIGNED_IN),  # every other address: Django answers 404
}
"""Pages whose address and view are another package's, by the full name of the URL, or its route where it has none."""

RIGHTS: dict[str, Rights] = {
    **{f"admin:{page.name}": page for page in PAGES},
    **{page.name: page for page in ACCOUNT_PAGES},
    **OTHER_PAGES,
}
"""All of the above by the full name of the URL."""
FIRST_PAGES = ("admin:index", "admin:staff", "admin:texts", "admin:petition_auditevent_changelist")
"""After signing in an account gets the first of these that it may open."""


def find_rights(match: ResolverMatch | None) -> Rights | None:
    """Return the row for a resolved address, or None where the tables have none."""
    return RIGHTS.get(match.view_name if match.url_name else match.route) if match else None


def audience_of(account: AbstractBaseUser | AnonymousUser) -> Audience:
    """Return everything that `account` counts as."""
    if not account.is_authenticated:
        return frozenset({"anybody"})
    return frozenset({"anybody", "signed in", *get_roles(account)})


def filter_openable(account: AbstractBaseUser | AnonymousUser, *names: str) -> list[str]:
    """Return those of the pages called `names` that `account` may GET."""
    audience = audience_of(account)
    return [name for name in names if audience & (RIGHTS[name].get or NOBODY)]
