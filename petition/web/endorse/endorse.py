"""The journey of an organisation: the form, and “check your mail”."""

from dataclasses import asdict
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from petition.actions.appeals.form_notice import BUILT_IN_DATED
from petition.actions.intake import accept
from petition.models import Appeal, Notice
from petition.models.appeals import Phase
from petition.publishing import records
from petition.reference import clock
from petition.web.endorse.arrival import arrival_of, stamp_for
from petition.web.endorse.endorse_form import EndorseForm
from petition.web.endorse.preview import preview_of


def appeal_or_404(slug: str) -> Appeal:
    """The appeal with this slug, once it is published. Raises Http404."""
    appeal = Appeal.objects.filter(slug=slug).first()
    if appeal is None or appeal.phase(clock.now()) is Phase.DRAFT:
        raise Http404
    return appeal


@gzip_page  # its lists of countries are long; nothing on this page is secret, so nothing can be guessed by its length
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; a post that is right leads to “check your mail”, one that is not comes back whole with its errors.

    A post with `preview` shows the line and goes no further: `preview=page` the form again, `preview=line` JSON.
    """
    appeal = appeal_or_404(slug)
    form = EndorseForm(request.POST if request.method == "POST" else None, issuer=appeal.issuer)
    if "preview" in request.POST:
        return _preview(request, appeal, form)
    try:
        if form.is_bound and form.is_valid():
            post = accept.submit(appeal, _submission(form), arrival=arrival_of(request), at=clock.now())
            return HttpResponseRedirect(f"{reverse('check_mail', args=[slug])}?post={post}")
    except accept.NotOpen:
        pass  # the page says so, with the phase
    return _page(request, slug, form, HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK)


def _preview(request: HttpRequest, appeal: Appeal, form: EndorseForm) -> HttpResponse:
    preview = preview_of(form)
    if request.POST["preview"] == "line":
        return JsonResponse(asdict(preview))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return _page(request, appeal.slug, form, status, preview=preview)


def _page(request: HttpRequest, slug: str, form: EndorseForm, status: HTTPStatus, **content: object) -> HttpResponse:
    language = translation.get_language() or ""
    notice = Notice.objects.filter(appeal__slug=slug, language=language).first()
    content |= {"appeal": records.appeal_record(slug, language), "form": form, "slug": slug}
    content |= {"notice": notice, "truth_dated": notice.dated if notice else BUILT_IN_DATED}
    content |= {"path": reverse("endorse", args=[slug]), "opened": stamp_for(request)}
    content |= {"key_is_elsewhere": not settings.CONTACT_PRIVATE_KEYS}
    return render(request, "endorse/form.html", content, status=status)


def _submission(form: EndorseForm) -> accept.Submission:
    told = {name: form.cleaned_data[name] for name in form.fields if name in accept.Submission.__annotations__}
    return accept.Submission(**told, language=translation.get_language() or "")
