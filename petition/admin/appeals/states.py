"""Archive an appeal, take it down, and put it back: each on a page that says what will happen."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.appeals import states
from petition.actions.refusals import NotPossible, SecondPersonNeeded
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import follow_appeal
from petition.admin.responses import redirect_to_page, render_page
from petition.models import Appeal, PutBackProposal
from petition.reference import clock

_ARCHIVE: Final[dict[str, Callable[..., Any]]] = {"archive": states.archive, "reopen": states.reopen}
_TAKE_DOWN: Final[dict[str, Callable[..., Any]]] = {
    "take_down": states.take_down,
    "put_back": states.put_back,
    "drop": states.drop_put_back,
}


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what archiving does; POST archives the appeal or opens it again."""
    appeal = _get_appeal(request, slug)
    if request.method == "POST":
        return _change(request, appeal, _ARCHIVE)
    return render_page(request, "states/archive.html", {"appeal": appeal, "title": _("Archive")})


@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what taking down does; POST takes the appeal down or puts it back."""
    appeal = _get_appeal(request, slug)
    if request.method == "POST":
        return _change(request, appeal, _TAKE_DOWN)
    proposal = PutBackProposal.objects.filter(appeal=appeal).first()
    context = {
        "appeal": appeal,
        "proposal": proposal,
        "is_mine": proposal is not None and proposal.proposed_by == request.user.pk,
        "needs_second": states.needs_second_administrator(),
        "title": _("Put back") if appeal.taken_down_at else _("Take down"),
    }
    return render_page(request, "states/take_down.html", context)


def _change(request: HttpRequest, appeal: Appeal, actions: dict[str, Callable[..., Any]]) -> HttpResponse:
    action = actions.get(request.POST.get("do", ""))
    if action is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        result = action(appeal.slug, by=current_actor(request), at=clock.now())
    except NotPossible:
        messages.warning(request, _("Somebody did this already. Look at the appeal again."))
    except SecondPersonNeeded:
        messages.warning(request, _("You proposed this. Another administrator must agree."))
    else:
        done = _("Proposed. Another administrator must agree.") if result is False else _("Done.")
        messages.success(request, done)
    return redirect_to_page("texts")


def _get_appeal(request: HttpRequest, slug: str) -> Appeal:
    appeal = get_object_or_404(Appeal, slug=slug, published_at__isnull=False)
    follow_appeal(request, appeal)
    return appeal
