"""What a moderator found out: how the organisation was checked, and whether two endorsements are one body's."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.moderation import comparisons, verification
from petition.actions.moderation.verification import Checked, Stale
from petition.actions.self_service.withdrawal import NotPossible
from petition.admin.actors import WHY_NOT, already_done, me
from petition.admin.entries import line_at
from petition.admin.queue.filter_querystring import back
from petition.admin.review import endorsement, evidence
from petition.admin.review.action_forms import HOW, CheckForm
from petition.models import Check, Endorsement, Verdict
from petition.reference import clock


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found is on record; whoever had an older page open sees both versions and decides again."""
    found = get_object_or_404(Endorsement, pk=pk)
    form = CheckForm(request.POST, auto_id="check-%s", label_suffix="")
    if form.is_valid():
        typed = form.cleaned_data
        voucher = line_at(found.appeal_id, typed["voucher"].strip().lower()) if typed["how"] == Check.VOUCHED else None
        if typed["how"] == Check.VOUCHED and voucher is None:
            form.add_error("voucher", _("There is no such line."))
    if not form.is_valid():
        return endorsement.page(request, pk, check=form)
    checked = Checked(typed["how"], typed["member"], typed["note"], voucher)
    try:
        verification.check(pk, checked, seen=typed["seen"], by=me(request), at=clock.now())
    except Stale as stale:
        return _both_versions(request, found, form, stale)
    except NotPossible:
        messages.warning(request, str(WHY_NOT[NotPossible]))
    else:
        messages.success(request, _("It is on record how this was checked."))
    return back(request, pk)


def _both_versions(request: HttpRequest, found: Endorsement, form: CheckForm, stale: Stale) -> HttpResponse:
    """The page with both: what stands now, and what was typed, which can be sent again knowingly."""
    found.refresh_from_db()
    now, typed = evidence.check_form(found), form.cleaned_data
    if now is None:
        return back(request, found.pk)
    how = dict(HOW)
    rows = [
        (form.fields["how"].label, how[now.initial["how"]], how[typed["how"]]),
        *((form.fields[field].label, now.initial[field], typed[field]) for field in ("voucher", "note", "member")),
    ]
    again = CheckForm(typed | {"seen": stale.event.pk}, auto_id="check-%s", label_suffix="")
    conflict = {"said": already_done(stale.event), "rows": rows}
    return endorsement.page(request, found.pk, status=HTTPStatus.CONFLICT, check=again, conflict=conflict)


@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """It is remembered whether this endorsement and another are the same body's."""
    other, verdict = request.POST.get("other", ""), request.POST.get("verdict", "")
    if verdict not in Verdict.values or not (other.isascii() and other.isdigit() and len(other) < 19):
        return HttpResponseBadRequest(_("Unknown decision."))
    get_object_or_404(Endorsement, pk=pk)
    try:
        comparisons.compare(pk, int(other), Verdict(verdict), by=me(request), at=clock.now())
    except NotPossible:
        messages.warning(request, str(WHY_NOT[NotPossible]))
    else:
        messages.success(request, _("Remembered: %(verdict)s.") % {"verdict": Verdict(verdict).label})
    return back(request, pk)
