"""Record how an organisation was checked, and whether two endorsements come from the same organisation."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.moderation import comparisons, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.refusals import ChangedMeanwhile, NotPossible
from petition.actions.stale_forms import last_change_of
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import redirect_to_endorsement
from petition.admin.references import find_signatory_id
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_event
from petition.admin.review import evidence
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import CHECKS, CheckForm
from petition.admin.review.run_action import report_success
from petition.models import Check, Endorsement, Verdict
from petition.reference import clock
from petition.text.numbers import parse_number


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the check; if another was recorded since the page was opened, show both and record nothing."""
    endorsement = get_object_or_404(Endorsement, pk=pk)
    form = CheckForm(request.POST, auto_id="check-%s", label_suffix="")
    if form.is_valid():
        typed, voucher = form.cleaned_data, None
        if typed["how"] == Check.VOUCHED:
            voucher = find_signatory_id(endorsement.appeal_id, typed["voucher"].strip().lower())
            if voucher is None:
                form.add_error("voucher", _("There is no such entry."))
    if not form.is_valid():
        return render_endorsement(request, pk, check=form)
    result = CheckResult(typed["how"], typed["member"], typed["note"], voucher)
    before = last_change_of(pk)
    try:
        verification.record_check(pk, result, seen=typed["seen"], by=current_actor(request), at=clock.now())
    except ChangedMeanwhile as stale:
        return _show_both(request, endorsement, form, stale)
    except NotPossible:
        messages.warning(request, str(REFUSAL_MESSAGES[NotPossible]))
    else:
        report_success(request, pk, _("The check is recorded."), before=before)
    return redirect_to_endorsement(request, pk)


def _show_both(
    request: HttpRequest, endorsement: Endorsement, form: CheckForm, stale: ChangedMeanwhile
) -> HttpResponse:
    """Return the page with what is recorded now and what was typed, which can be sent again knowingly."""
    endorsement.refresh_from_db()
    now, typed = evidence.build_check_form(endorsement, stale.event.pk), form.cleaned_data
    if now is None:
        return redirect_to_endorsement(request, endorsement.pk)
    labels = dict(CHECKS)
    rows = [
        (form.fields["how"].label, labels[now.initial["how"]], labels[typed["how"]]),
        *((form.fields[field].label, now.initial[field], typed[field]) for field in ("voucher", "note", "member")),
    ]
    again = CheckForm(typed | {"seen": stale.event.pk}, auto_id="check-%s", label_suffix="")
    conflict = {"said": describe_event(stale.event), "rows": rows}
    return render_endorsement(request, endorsement.pk, status=HTTPStatus.CONFLICT, check=again, conflict=conflict)


@require_POST
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Record whether this endorsement and another come from the same organisation."""
    other, verdict = parse_number(request.POST.get("other", "")), request.POST.get("verdict", "")
    if verdict not in Verdict.values or other is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    get_object_or_404(Endorsement, pk=pk)
    try:
        comparisons.record_comparison(pk, other, Verdict(verdict), by=current_actor(request), at=clock.now())
    except NotPossible:
        messages.warning(request, str(REFUSAL_MESSAGES[NotPossible]))
    else:
        message = _("Saved: %(verdict)s.") % {"verdict": Verdict(verdict).label}
        if verdict == Verdict.SAME:
            message += " " + _("Nothing else changed. Now reject the newer one.")
        messages.success(request, message)
    return redirect_to_endorsement(request, pk)
