"""The form by which an organisation endorses, and its preview."""

from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from petition.actions.appeals.form_notice import BUILT_IN_DATED
from petition.actions.intake import post
from petition.actions.intake.submissions import Submission
from petition.actions.refusals import CannotBeOpened, NotOpen
from petition.models.appeals import Appeal, Notice, Phase
from petition.publishing import queries
from petition.publishing.cache.site_status import SiteStatus
from petition.publishing.public_records import NotPublished
from petition.reference import clock
from petition.web.endorse.arrival import form_stamp, get_random_value, read_arrival
from petition.web.endorse.blank_forms import fill_page
from petition.web.endorse.forms import EndorseForm
from petition.web.endorse.preview import create_preview
from petition.web.responses import error_page, not_taken_in
from petition.web.shortcuts import active_language, get_status_and_appeal


# Compressed, since its lists of countries are long. The page has no secret that its length could reveal (BREACH).
@gzip_page
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. A valid post redirects to “check your mail”, an invalid one shows the form with its errors.

    A post with `preview` only shows the entry: `preview=page` in the form, `preview=line` as JSON.
    """
    status, appeal = get_status_and_appeal(slug)
    try:
        if request.method == "POST":
            return _receive(request, status, appeal)
        return _blank_form(request, status, appeal)
    except NotPublished:  # taken down: nothing of it is shown, whatever was typed
        return error_page(request, HTTPStatus.GONE)


def _receive(request: HttpRequest, status: SiteStatus, appeal: Appeal) -> HttpResponse:
    if status.get_phase(appeal, clock.now()) is Phase.TAKEN_DOWN:
        raise NotPublished
    form = EndorseForm(request.POST, issuer=appeal.issuer)
    if "preview" in request.POST:
        return _preview(request, status, appeal, form)
    if form.is_valid():
        try:
            return _store(request, status, appeal, form)
        except CannotBeOpened:
            return not_taken_in(request)
        except NotOpen:
            pass  # the page says so, with the phase
    return _form_page(request, status, appeal, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _blank_form(request: HttpRequest, status: SiteStatus, appeal: Appeal) -> HttpResponse:
    phase = status.get_phase(appeal, clock.now())
    if phase is Phase.TAKEN_DOWN:
        raise NotPublished

    def render_with(stamp: str) -> str:
        context = _build_context(status, appeal, EndorseForm(issuer=appeal.issuer), stamp)
        # The database may already know another phase than the status under which this page is kept.
        context["appeal"] = replace(context["appeal"], phase=phase)
        return render_to_string("endorse/form.html", context)

    state = (appeal.revision, phase, status.get_review_days(appeal))
    return HttpResponse(fill_page(appeal.slug, active_language(), state, form_stamp(request), render_with))


def _store(request: HttpRequest, status: SiteStatus, appeal: Appeal, form: EndorseForm) -> HttpResponse:
    """Put the form into the intake: one statement. Raises NotOpen, CannotBeOpened."""
    arrival, once = read_arrival(request, status), get_random_value(request)
    row, word = post.post_form(status, appeal, _submission(form), arrival, once=once)
    return HttpResponseRedirect(
        f"{reverse('check_mail', args=[appeal.slug])}?{urlencode({'post': row.hex, 'word': word})}"
    )


def _preview(request: HttpRequest, status: SiteStatus, appeal: Appeal, form: EndorseForm) -> HttpResponse:
    preview = create_preview(form)
    if request.POST["preview"] == "line":
        return JsonResponse(asdict(preview))
    http_status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return _form_page(request, status, appeal, form, http_status, preview=preview)


def _form_page(
    request: HttpRequest,
    status: SiteStatus,
    appeal: Appeal,
    form: EndorseForm,
    http_status: HTTPStatus,
    **context: object,
) -> HttpResponse:
    page = _build_context(status, appeal, form, form_stamp(request)) | context
    return render(request, "endorse/form.html", page, status=http_status)


def _build_context(status: SiteStatus, appeal: Appeal, form: EndorseForm, stamp: str) -> dict[str, Any]:
    language, slug = active_language(), appeal.slug
    notice = Notice.objects.filter(appeal=appeal, language=language).first()
    return {
        "appeal": queries.get_appeal(slug, language),
        "form": form,
        "notice": notice,
        "notice_dated": notice.dated if notice else BUILT_IN_DATED,
        "review_days": status.get_review_days(appeal),
        "opened": stamp,
        "path": reverse("endorse", args=[slug]),
        "slug": slug,
    }


def _submission(form: EndorseForm) -> Submission:
    values = {name: form.cleaned_data[name] for name in form.fields if name in Submission.__annotations__}
    return Submission(**values, language=active_language())
