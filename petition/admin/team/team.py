"""The staff: who has an account, who may do what, who is invited and who is shut out."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.actions.staff import accounts as deeds, roles
from petition.admin.actors import me, with_site
from petition.admin.team.team_forms import InviteForm, MailboxForm
from petition.models import Role, RoleProposal, roles_of
from petition.reference import clock

WHY_NOT: dict[type[Exception], str | Promise] = {
    roles.LastAdministrator: gettext_lazy("Nobody else is an administrator, so this cannot be done."),
    roles.LastButOne: gettext_lazy(
        "Only you would be left as an administrator, and what takes two could never be done. "
        "A third one is needed first; the operator can make one with “createsuperuser”."
    ),
    roles.OwnProposal: gettext_lazy("You proposed it yourself: another administrator has to agree."),
    RoleProposal.DoesNotExist: gettext_lazy("Somebody was first: it is decided."),
    User.DoesNotExist: gettext_lazy("This account is disabled."),
}


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Every account with its roles, and the roles that wait for a second administrator."""
    accounts = User.objects.filter(is_staff=True).prefetch_related("groups").order_by("-is_active", "username")
    rows = [(account, _roles_in_words(account)) for account in accounts]
    proposals = RoleProposal.objects.select_related("account")
    names = {account.pk: account.username for account in accounts}
    content = {
        "rows": rows,
        "proposals": [(proposal, names.get(proposal.proposed_by, "")) for proposal in proposals],
        "me": request.user.pk,
        "title": _("Staff"),
    }
    return TemplateResponse(request, "admin/petition/team/team.html", with_site(request, content))


def _roles_in_words(account: User) -> list[str]:
    """From what was fetched beforehand: one query for all accounts."""
    held = Role.values if account.is_superuser else [group.name for group in account.groups.all()]
    return [str(role.label) for role in Role if account.is_active and role in held]


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A new account, whose mailbox gets a link to choose a password."""
    initial = {"language": translation.get_language()}
    form = InviteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        wanted = [Role(role) for role in typed["roles"]]
        told = {"language": typed["language"], "by": me(request), "at": clock.now()}
        try:
            deeds.invite(typed["name"], typed["mailbox"], wanted, **told)
        except deeds.NameTaken:
            form.add_error("name", _("There is an account of this name."))
        else:
            messages.success(request, _("The invitation is on its way."))
            return HttpResponseRedirect(reverse("admin:staff"), status=HTTPStatus.SEE_OTHER)
    content = {"form": form, "needs_second": roles.needs_second_person(), "title": _("Invite")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/team/invite.html", with_site(request, content), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles, a new link, an end; of one's own also the mailbox."""
    found = get_object_or_404(User, pk=pk, is_staff=True)
    is_mine = pk == request.user.pk
    is_mailbox = is_mine and "mailbox" in request.POST
    mailbox = MailboxForm(request.POST if is_mailbox else None, initial={"mailbox": found.email}) if is_mine else None
    if request.method == "POST" and not (mailbox and mailbox.errors):
        deed = _deed(request, found, mailbox)
        if deed is None:
            return HttpResponseBadRequest(_("Unknown decision."))
        _done(request, deed)
        return HttpResponseRedirect(reverse("admin:account", args=[pk]), status=HTTPStatus.SEE_OTHER)
    held = roles_of(found)
    proposed = set(RoleProposal.objects.filter(account=found).values_list("role", flat=True))
    content = {
        "account": found,
        "is_mine": is_mine,
        "roles": [(role.value, role.label, role in held, role in proposed) for role in Role],
        "needs_second": roles.needs_second_person(),
        "mailbox": mailbox,
        "title": found.username,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if mailbox and mailbox.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/team/account.html", with_site(request, content), status=status)


def _deed(request: HttpRequest, found: User, mailbox: MailboxForm | None) -> Callable[[], object] | None:
    """What the button that was pressed does."""
    by, now = me(request), clock.now()
    if mailbox and mailbox.is_bound:
        return lambda: deeds.set_own_mailbox(mailbox.cleaned_data["mailbox"], by=by, at=now)
    pressed, _colon, role = request.POST.get("do", "").partition(":")
    if pressed in ("give", "take") and role in Role.values:
        deed = roles.give if pressed == "give" else roles.take
        return lambda: deed(found.pk, Role(role), by=by, at=now)
    language = translation.get_language() or ""
    known: dict[str, Callable[[], object]] = {
        "invite": lambda: deeds.invite_again(found.pk, language=language, by=by, at=now),
        "disable": lambda: deeds.disable(found.pk, by=by, at=now),
        "enable": lambda: deeds.enable(found.pk, by=by, at=now),
    }
    return known.get(pressed)


@require_POST
def role_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """A second administrator agrees, or it is refused."""
    pressed = request.POST.get("do")
    if pressed not in ("agree", "refuse"):
        return HttpResponseBadRequest(_("Unknown decision."))
    deed = roles.agree if pressed == "agree" else roles.refuse
    _done(request, lambda: deed(pk, by=me(request), at=clock.now()))
    return HttpResponseRedirect(reverse("admin:staff"), status=HTTPStatus.SEE_OTHER)


def _done(request: HttpRequest, deed: Callable[[], object]) -> None:
    try:
        outcome = deed()
    except tuple(WHY_NOT) as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
    else:
        said = _("Proposed: another administrator has to agree.") if outcome is False else _("Done.")
        messages.success(request, said)
