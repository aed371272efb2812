"""The team: its accounts and their roles, invitations, and accounts that are disabled."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.actions.refusals import LastAdministrator, LastButOneAdministrator, NameTaken, SecondPersonNeeded
from petition.actions.staff import accounts as account_actions, roles
from petition.admin.actors import current_actor
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.admin.team.team_forms import InviteForm, MailboxForm
from petition.models import Role, RoleProposal, get_roles
from petition.reference import clock

REFUSAL_MESSAGES: dict[type[Exception], str | Promise] = {
    LastAdministrator: gettext_lazy("You are the only administrator, so you cannot do this."),
    LastButOneAdministrator: gettext_lazy(
        "You would be the only administrator, but some actions need two. Add a third first. "
        "The operator can use “createsuperuser”."
    ),
    SecondPersonNeeded: gettext_lazy("You proposed this. Another administrator must agree."),
    RoleProposal.DoesNotExist: gettext_lazy("Somebody else has already decided this."),
    User.DoesNotExist: gettext_lazy("This account is disabled."),
}


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Show every account with its roles, and the roles that wait for a second administrator."""
    staff = User.objects.filter(is_staff=True).prefetch_related("groups").order_by("-is_active", "username")
    rows = [(account, _list_role_labels(account)) for account in staff]
    proposals = RoleProposal.objects.select_related("account")
    usernames = {account.pk: account.username for account in staff}
    context = {
        "rows": rows,
        "proposals": [(proposal, usernames.get(proposal.proposed_by, "")) for proposal in proposals],
        "me": request.user.pk,
        "title": _("Team"),
    }
    return render_page(request, "team/team.html", context)


def _list_role_labels(account: User) -> list[str]:
    """Return the labels of its roles, from the groups that were prefetched for all accounts."""
    held = Role.values if account.is_superuser else [group.name for group in account.groups.all()]
    return [str(role.label) for role in Role if account.is_active and role in held]


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST create an account, whose mailbox gets a link to choose a password."""
    initial = {"language": translation.get_language()}
    form = InviteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        cleaned = form.cleaned_data
        roles_wanted = [Role(role) for role in cleaned["roles"]]
        options = {"language": cleaned["language"], "by": current_actor(request), "at": clock.now()}
        try:
            account_actions.invite(cleaned["name"], cleaned["mailbox"], roles_wanted, **options)
        except NameTaken:
            form.add_error("name", _("There is already an account with this name."))
        else:
            messages.success(request, _("The invitation will be sent."))
            return redirect_to_page("staff")
    context = {"form": form, "needs_second": roles.needs_second_person(), "title": _("Invite")}
    return render_page(request, "team/invite.html", context, status=form_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account; on POST change its roles, send a new link, disable or enable it, or set one's own mailbox."""
    user = get_object_or_404(User, pk=pk, is_staff=True)
    is_mine = pk == request.user.pk
    is_mailbox = is_mine and "mailbox" in request.POST
    mailbox = MailboxForm(request.POST if is_mailbox else None, initial={"mailbox": user.email}) if is_mine else None
    if request.method == "POST" and not (mailbox and mailbox.errors):
        action = _find_action(request, user, mailbox)
        if action is None:
            return HttpResponseBadRequest(_("Unknown decision."))
        _run(request, action)
        return redirect_to_page("account", pk)
    held = get_roles(user)
    proposed = set(RoleProposal.objects.filter(account=user).values_list("role", flat=True))
    context = {
        "account": user,
        "is_mine": is_mine,
        "roles": [(role.value, role.label, role in held, role in proposed) for role in Role],
        "needs_second": roles.needs_second_person(),
        "mailbox": mailbox,
        "title": user.username,
    }
    return render_page(request, "team/account.html", context, status=form_status(mailbox))


def _find_action(request: HttpRequest, user: User, mailbox: MailboxForm | None) -> Callable[[], object] | None:
    """Return what the button that was pressed does, or None for no button of ours."""
    by, now = current_actor(request), clock.now()
    if mailbox and mailbox.is_bound:
        return lambda: account_actions.set_own_mailbox(mailbox.cleaned_data["mailbox"], by=by, at=now)
    pressed, _colon, role = request.POST.get("do", "").partition(":")
    if pressed in ("give", "take") and role in Role.values:
        change = roles.give_role if pressed == "give" else roles.remove_role
        return lambda: change(user.pk, Role(role), by=by, at=now)
    language = translation.get_language() or ""
    actions: dict[str, Callable[[], object]] = {
        "invite": lambda: account_actions.resend_invitation(user.pk, language=language, by=by, at=now),
        "disable": lambda: account_actions.disable(user.pk, by=by, at=now),
        "enable": lambda: account_actions.enable(user.pk, by=by, at=now),
    }
    return actions.get(pressed)


@require_POST
def role_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the proposed role as a second administrator, or refuse it."""
    pressed = request.POST.get("do")
    if pressed not in ("agree", "refuse"):
        return HttpResponseBadRequest(_("Unknown decision."))
    decide = roles.accept_proposal if pressed == "agree" else roles.reject_proposal
    _run(request, lambda: decide(pk, by=current_actor(request), at=clock.now()))
    return redirect_to_page("staff")


def _run(request: HttpRequest, action: Callable[[], object]) -> None:
    try:
        result = action()
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        # False: with several administrators a role is only proposed.
        done = _("Proposed. Another administrator must agree.") if result is False else _("Done.")
        messages.success(request, done)
